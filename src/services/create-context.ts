// Puts together what the use cases share; main.ts, the CLI and the tests all come through here.
import type { Bus } from '../bus/port.ts';
import type { Clock } from '../core/clock.ts';
import { type CrashPoint, neverCrash } from '../core/crash-points.ts';
import type { Dictionary } from '../core/dictionary/dictionary.ts';
import { idMaker, idRandomBytes, type NewId } from '../core/ids.ts';
import type { MachineRegistry } from '../core/machine/registry.ts';
import type { Mailer } from '../mail/send-mail.ts';
import type { Database } from '../store/database/database.ts';
import { type Records, records as tables } from '../store/engine/records.ts';
import { passwordPrice } from './accounts/hash-passwords.ts';
import { createChanges } from './changes.ts';
import { secretPrice } from './clients/hash-secrets.ts';
import { type Connections, createConnections, rememberConnections } from './connections/connections.ts';
import type { Context, Log } from './context.ts';
import { createDeadlines } from './deadlines.ts';
import { applyResults } from './delivery/apply-results.ts';
import { createCircuits } from './delivery/circuits.ts';
import { createPacer } from './delivery/pacer.ts';
import { createWorkReader } from './delivery/read-work.ts';
import { createWindow } from './delivery/window.ts';
import { createWorkInHand } from './delivery/work-in-hand.ts';
import type { Every } from './every.ts';
import { createUnknownFields } from './intake/unknown-fields.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { randomSupply } from './random-supply.ts';
import { createRecorder, type Recorder } from './record-events/index.ts';
import type { Vault } from './vault.ts';

export interface Parts {
  database: Database;
  bus: Bus;
  machines: MachineRegistry;
  dictionary: Dictionary;
  dictionaryVersion: number;
  vault: Vault;
  /** For tests alone, which sign people in by the hundred: a tidy test holds the rest of the program to the real ones. */
  hashPrices?: Context['hashPrices'];
  log: Log;
  vendorHttp: Context['vendorHttp'];
  /** No local folder may be used, unless one is named. */
  files?: Context['files'];
  mailer?: Mailer | null;
  every: Every;
  reorderWindowMs: number;
  parkedMs: number;
  crashPoint?: CrashPoint | undefined;
  dispatches?: boolean;
  /** The wall clock, for data and answers; nothing is measured with it. */
  clock?: Clock;
  now?: () => number;
  random?: () => number;
  deadline?: Context['deadline'];
  /** PostgreSQL's, unless the engine is simulated. */
  records?: Records;
  connections?: Connections;
  newId?: NewId;
  metrics?: Metrics;
}

export function createContext(parts: Parts): Context {
  const now = parts.now ?? parts.clock?.now ?? Date.now;
  // What is only compared with itself must not jump with the wall clock.
  const elapsed = parts.now ?? (() => performance.now());
  const records = parts.records ?? tables;
  const connections = rememberConnections(
    parts.connections ?? createConnections(records.listConnections, parts.dictionary),
    elapsed,
  );
  const workInHand = createWorkInHand(elapsed);
  let recorder: Recorder | undefined;
  const context: Context = {
    // By name: what is spread gets a shape of its own each time, which every reader then has to learn.
    database: parts.database,
    bus: parts.bus,
    machines: parts.machines,
    dictionary: parts.dictionary,
    dictionaryVersion: parts.dictionaryVersion,
    vault: parts.vault,
    hashPrices: parts.hashPrices ?? { password: passwordPrice, secret: secretPrice },
    log: parts.log,
    vendorHttp: parts.vendorHttp,
    every: parts.every,
    reorderWindowMs: parts.reorderWindowMs,
    parkedMs: parts.parkedMs,
    records,
    files: parts.files ?? { root: null, allowPrivateAddresses: false },
    now,
    dispatches: parts.dispatches ?? true,
    crashPoint: parts.crashPoint ?? neverCrash,
    random: parts.random ?? Math.random,
    deadline: parts.deadline ?? createDeadlines(),
    connections,
    work: createWorkReader({ connections, database: parts.database, records, workInHand }),
    workInHand,
    metrics: parts.metrics ?? createMetrics(),
    window: createWindow(elapsed),
    circuits: createCircuits(elapsed),
    changes: createChanges(),
    mailer: parts.mailer ?? null,
    unknownFields: createUnknownFields(),
    pacer: createPacer(elapsed),
    newId: parts.newId ?? idMaker(now, randomSupply(idRandomBytes)),
    recorder: () => (recorder ??= createRecorder(context)),
    confirmByEcho({ writeback, attempt, connection }) {
      applyResults(context, [{ writeback, attempt, connection, outcome: { kind: 'confirmed' }, by: 'echo' }]).catch(
        () => {
          // The read-back of the attempt itself settles it, or the sweeper does.
          context.log.warn({ writeback }, 'an echo could not be applied as a confirmation');
        },
      );
    },
  };
  return context;
}
