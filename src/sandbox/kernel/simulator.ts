// What every simulated vendor offers beside its API: faults, the log of what was saved, its webhooks, and a hand to edit with.
import type { FaultScript } from './faults.ts';
import type { WebhookEmitter } from './webhooks.ts';
import type { WriteLog } from './write-log.ts';

export interface Simulator<Change = string> extends AsyncDisposable {
  /** The vendor's base address, without a trailing slash. */
  url: string;
  faults: FaultScript;
  log: WriteLog;
  /** Null for a vendor without webhooks. */
  webhooks: WebhookEmitter | null;
  /** A person changes the object in the vendor's own product. */
  editByHand(object: string, change: Change): void;
  close(): Promise<void>;
}
