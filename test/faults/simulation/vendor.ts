// A simulated vendor: cards in stages, a log of every change that nobody of ours can write, webhooks, and calls that wait to be answered.
import type { VendorAnswer } from '../../../src/adapters/http.ts';

export interface VendorChange {
  at: number;
  ref: string;
  from: string | null;
  to: string;
  /** Null for a person's. */
  writeback: string | null;
  /** For a write: how many changes there had been when its writer last read. */
  known: number;
}

export interface VendorWebhook {
  id: string;
  ref: string;
  stage: string;
  /** The card is new: its application arrives with this webhook. */
  first: boolean;
  at: number;
}

/** What happens to one call. */
export type Fate =
  | 'answered'
  | 'unavailable'
  | 'timed_out'
  | 'rate_limited'
  | 'unauthorised'
  | 'old_value'
  | 'refused'
  | 'done_then_silent'
  | 'done_then_failed'
  | 'swallowed';

export interface Vendor {
  connection: string;
  log: VendorChange[];
  webhooks: VendorWebhook[];
  /** Writes that were answered with a yes and not saved. */
  swallowed: number;
  stageOf(ref: string): string | undefined;
  refs(): string[];
  open(ref: string, stage: string, at: number): void;
  moveByHand(ref: string, stage: string, at: number): void;
  /** An old value only for a moment after a change. */
  read(ref: string, fate: Fate, at: number): { stage: string } | { answer: VendorAnswer } | null;
  /** `from`: the vendor takes the write only if the card stands there; null: it takes any. */
  write(
    ref: string,
    to: string,
    from: string | null,
    writeback: string,
    known: number,
    fate: Fate,
    at: number,
  ): VendorAnswer;
}

interface Card {
  stage: string;
  changedAt: number;
  before: string;
}

/** For how long after a change a reading may show what was there before. */
export const readLagMs = 1_000;

export function createVendor(connection: string, options: { sendsWebhooks: boolean }): Vendor {
  const cards = new Map<string, Card>();
  const log: VendorChange[] = [];
  const webhooks: VendorWebhook[] = [];
  let told = 0;
  const tell = (ref: string, stage: string, first: boolean, at: number): void => {
    told += 1;
    if (options.sendsWebhooks) webhooks.push({ id: `${connection}-${told}`, ref, stage, first, at });
  };
  const change = (ref: string, to: string, writeback: string | null, at: number, known = 0): void => {
    const card = cards.get(ref);
    log.push({ at, ref, from: card?.stage ?? null, to, writeback, known });
    if (card?.stage === to) return;
    cards.set(ref, { stage: to, changedAt: at, before: card?.stage ?? to });
    tell(ref, to, card === undefined, at);
  };
  const vendor: Vendor = {
    connection,
    log,
    webhooks,
    swallowed: 0,
    stageOf: (ref) => cards.get(ref)?.stage,
    refs: () => [...cards.keys()],
    open: (ref, stage, at) => change(ref, stage, null, at),
    moveByHand: (ref, stage, at) => change(ref, stage, null, at),
    read(ref, fate, at) {
      const failed = failure(fate);
      if (failed) return { answer: failed };
      const card = cards.get(ref);
      if (!card) return null;
      return { stage: fate === 'old_value' && at < card.changedAt + readLagMs ? card.before : card.stage };
    },
    write(ref, to, from, writeback, known, fate, at) {
      const done = fate === 'done_then_silent' || fate === 'done_then_failed';
      const failed = failure(fate);
      if (failed && !done) return failed;
      if (fate === 'refused') return status(400);
      if (from !== null && cards.get(ref)?.stage !== from) return status(409);
      if (fate === 'swallowed') {
        vendor.swallowed += 1;
        return status(200);
      }
      change(ref, to, writeback, at, known);
      return fate === 'done_then_silent' ? timedOut : fate === 'done_then_failed' ? status(500) : status(200);
    },
  };
  return vendor;
}

const timedOut: VendorAnswer = { kind: 'failure', failure: 'timeout', sent: true };
const status = (code: number, headers: Record<string, string> = {}): VendorAnswer => ({
  kind: 'answer',
  status: code,
  headers,
  json: {},
  text: '',
});

function failure(fate: Fate): VendorAnswer | null {
  if (fate === 'unavailable') return status(503);
  if (fate === 'timed_out') return timedOut;
  if (fate === 'rate_limited') return status(429, { 'retry-after': '7' });
  if (fate === 'unauthorised') return status(401);
  return null;
}
