// What every use case may use; made once in main.ts (or by a test) and passed down.
import type { FileSurroundings } from '../adapters/files.ts';
import type { VendorHttp } from '../adapters/http.ts';
import type { Bus } from '../bus/port.ts';
import type { CrashPoint } from '../core/crash-points.ts';
import type { Dictionary } from '../core/dictionary/dictionary.ts';
import type { NewId } from '../core/ids.ts';
import type { MachineRegistry } from '../core/machine/registry.ts';
import type { Mailer } from '../mail/send-mail.ts';
import type { Database } from '../store/database/database.ts';
import type { Records } from '../store/engine/records.ts';
import type { Changes } from './changes.ts';
import type { HashPrice } from './clients/hash-secrets.ts';
import type { RememberedConnections } from './connections/connections.ts';
import type { Circuits } from './delivery/circuits.ts';
import type { Pacer } from './delivery/pacer.ts';
import type { WorkReader } from './delivery/read-work.ts';
import type { Window } from './delivery/window.ts';
import type { WorkInHand } from './delivery/work-in-hand.ts';
import type { UnknownFields } from './intake/unknown-fields.ts';
import type { Metrics } from './metrics.ts';
import type { Recorder } from './record-events/recorder.ts';
import type { Vault } from './vault.ts';

/** The part of a logger that use cases need; objects must hold no personal data. */
export interface Log {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

export interface Context {
  database: Database;
  records: Records;
  bus: Bus;
  machines: MachineRegistry;
  dictionary: Dictionary;
  dictionaryVersion: number;
  connections: RememberedConnections;
  vault: Vault;
  /** What hashes of passwords and of clients' secrets cost. */
  hashPrices: { password: HashPrice; secret: HashPrice };
  window: Window;
  work: WorkReader;
  workInHand: WorkInHand;
  circuits: Circuits;
  unknownFields: UnknownFields;
  /** A vendor's event was the echo of this writeback: the target shows it. */
  confirmByEcho(echo: { writeback: string; attempt: number; connection: string }): void;
  metrics: Metrics;
  /** Does nothing, unless a test armed that very place. */
  crashPoint: CrashPoint;
  newId: NewId;
  /** Wall clock in ms: only for data and for answers, never for leases. */
  now(): number;
  /** Aborts when this long has passed, ms, or when `sooner` does. */
  deadline(ms: number, sooner: AbortSignal): AbortSignal;
  /** In [0, 1): jitter. */
  random(): number;
  log: Log;
  /** `guarded` refuses private addresses; `open` is for connections whose owner allowed them. */
  vendorHttp: { guarded: VendorHttp; open: VendorHttp };
  /** Null where no mail server was named. */
  mailer: Mailer | null;
  /** What this process has just changed, by topic: for pages that show it. */
  changes: Changes;
  pacer: Pacer;
  /** Where files may lie. */
  files: FileSurroundings;
  /** False where nobody carries commands out, as on the command line: what is recorded waits for the service to dispatch it. */
  dispatches: boolean;
  recorder(): Recorder;
  /** Runs `once` again and again, `pauseMs` after it ended, until the signal; a failure is logged and does not end it. */
  every(name: string, pauseMs: number, once: () => Promise<unknown>, signal: AbortSignal): void;
  /** How long a stage event that is no legal next step waits for the events before it, ms. */
  reorderWindowMs: number;
  /** How long any other early event waits, ms. */
  parkedMs: number;
}
