// One batch while it is decided: what the use cases share, what was loaded and locked, and what will be written.
import type { Context } from '../context.ts';
import type { Ledger } from './ledger.ts';
import type { Loaded } from './load.ts';

export interface Batch {
  context: Context;
  loaded: Loaded;
  ledger: Ledger;
}
