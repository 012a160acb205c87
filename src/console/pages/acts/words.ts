// What acts on many things, and the results in them, are called.
import type { BulkAct, ItemResult } from '../../../services/settling/read-bulk-act.ts';
import { plural } from '../../words.ts';
import type { Tone } from '../../writeback-words.ts';

export const titleOf = ({ kind, items }: Pick<BulkAct, 'kind' | 'items'>): string => {
  if (kind === 'settle') return `Settling of ${plural(items, 'incident')}`;
  return `${kind === 'redrive' ? 'Redrive' : 'Waiving'} of ${plural(items, 'writeback')}`;
};

export const resultWords: Readonly<Record<ItemResult, readonly [word: string, tone: Tone]>> = {
  waiting: ['Not yet decided', 'plain'],
  not_done: ['Nothing changed', 'warn'],
  under_way: ['Being written', 'plain'],
  confirmed: ['Confirmed', 'good'],
  failed_again: ['Failed again', 'bad'],
  waived: ['Waived', 'good'],
  superseded: ['Superseded', 'plain'],
  settled: ['Settled', 'good'],
};
