// Puts together what the use cases share; main.ts, the CLI and the tests all come through here.
import { randomBytes } from 'node:crypto';
import type { Bus } from '../bus/port.ts';
import { type CrashPoint, neverCrash } from '../core/crash-points.ts';
import type { Dictionary } from '../core/dictionary.ts';
import { idMaker } from '../core/ids.ts';
import type { MachineRegistry } from '../core/machine-registry.ts';
import type { Database } from '../store/database.ts';
import { applyResults } from './apply-results.ts';
import { createCircuits } from './circuits.ts';
import { createConnections } from './connections.ts';
import type { Context, Log } from './context.ts';
import type { Every } from './every.ts';
import { createMetrics } from './metrics.ts';
import { createPacer } from './pacer.ts';
import { createRecorder, type Recorder } from './record-events/index.ts';
import type { Vault } from './vault.ts';
import { createWindow } from './window.ts';

export interface Parts {
  database: Database;
  bus: Bus;
  machines: MachineRegistry;
  dictionary: Dictionary;
  dictionaryVersion: number;
  vault: Vault;
  log: Log;
  vendorHttp: Context['vendorHttp'];
  every: Every;
  reorderWindowMs: number;
  parkedMs: number;
  crashPoint?: CrashPoint | undefined;
  dispatches?: boolean;
  now?: () => number;
  random?: () => number;
}

export function createContext(parts: Parts): Context {
  const now = parts.now ?? Date.now;
  let recorder: Recorder | undefined;
  const context: Context = {
    ...parts,
    now,
    dispatches: parts.dispatches ?? true,
    crashPoint: parts.crashPoint ?? neverCrash,
    random: parts.random ?? Math.random,
    connections: createConnections(),
    metrics: createMetrics(),
    window: createWindow(now),
    circuits: createCircuits(now),
    pacer: createPacer(now),
    newId: idMaker(now, (count) => randomBytes(count)),
    recorder: () => (recorder ??= createRecorder(context)),
    confirmByEcho(echo) {
      applyResults(context, [{ ...echo, outcome: { kind: 'confirmed' }, by: 'echo' }]).catch(() => {
        // The read-back of the attempt itself settles it, or the sweeper does.
        context.log.warn({ writeback: echo.writeback }, 'an echo could not be applied as a confirmation');
      });
    },
  };
  return context;
}
