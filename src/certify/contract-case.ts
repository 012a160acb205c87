// One check of the contract: which fault it is about, whether this vendor offers that fault at all, and what it does.
import type { Bench } from './bench.ts';
import type { Column } from './columns.ts';

export interface ContractCase {
  group: 'writes' | 'faults' | 'reads decide' | 'webhooks' | 'garbage' | 'setup';
  name: string;
  column?: Column;
  /** Throws when the contract is broken. Says why where the vendor offers no such thing, or what happened where outcomes do not tell. */
  run(bench: Bench): Promise<Ending | undefined> | Ending | undefined;
}

export type Ending = { notOffered: string } | { happened: string };

export const notOffered = (reason: string): Ending => ({ notOffered: reason });
export const happened = (what: string): Ending => ({ happened: what });
