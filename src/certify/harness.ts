// What certification asks of an adapter's simulator: a running one, how to talk of its state, and what its vendor sends.
import type { Adapter, Secrets, Work } from '../adapters/port.ts';
import type { FaultScript } from '../sandbox/kernel/faults.ts';
import type { WebhookEmitter } from '../sandbox/kernel/webhooks.ts';
import type { Column } from './columns.ts';

/** A running simulator and how to talk of its state; a new one for every check. */
export interface ContractSandbox<Settings> {
  faults: FaultScript;
  webhooks: WebhookEmitter | null;
  settings: Settings;
  secrets: Secrets;
  /** A fresh thing in the simulator (or, for an adapter that creates, one still to be created) and a change it does not show yet. */
  newWork(): Work;
  /** What the simulator really saved, whatever its answers said. */
  isApplied(work: Work): boolean;
  /** How often the change was saved: twice is a duplicate. */
  timesApplied(work: Work): number;
  /** A person brings the thing to something that is neither the start nor the aim of the work. */
  editByHand?(work: Work): void;
  /** Takes the stage (field, option) that the work needs out of the vendor's configuration. */
  breakMapping?(work: Work): void;
  /** Every token given out so far stops working; the credentials stay good. */
  expireTokens?(): void;
  /** Makes the vendor send at least one webhook that is an event for us. */
  causeEvent?(): void | Promise<void>;
  close(): Promise<void>;
}

export interface ContractHarness<Settings = unknown> {
  adapter: Adapter<Settings>;
  /** Which of the adapter's ways this is, where it has several: "proof by receipt". */
  variant?: string;
  open(): Promise<ContractSandbox<Settings>>;
  /** Left out by a vendor without webhooks. */
  inbound?: {
    signatureHeader: string;
    /** Given where the signature is a member of the JSON body, by that name. */
    signatureInBody?: true;
    /** The field of the secrets that signs. */
    secretField: string;
    /** False where the vendor's signature does not cover the body. */
    coversBody: boolean;
    /** True where the vendor reports our own writes back to us. */
    echoes: boolean;
    /** Turns raw bytes into what `translate` takes; JSON unless said otherwise. */
    parse?: (body: Uint8Array) => unknown;
  };
  /** Ids that exist nowhere, for an adapter that does not create. */
  unknownRef?: string;
  /** Why this vendor has no such fault, where the usual reason does not say it. */
  notOffered?: Partial<Record<Column, string>>;
}
