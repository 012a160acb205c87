// What one attempt at a writeback can end in, and what follows from it. The outcome alone decides; no error text is read.
import { z } from 'zod';
import { assertNever } from '../assert.ts';
import { shownAs } from '../deciding/overwrite.ts';
import { limits } from '../limits.ts';
import { retriesMax, retryDelayMs } from './retry.ts';

/** A reason is a short code, never a vendor's text: texts can hold personal data. */
const reason = z.string().regex(/^[a-z0-9_]{1,64}$/);
/** Text that the database can keep: a result with other text would fail, and every result that came with it. */
export const keepable = (charsMax: number) =>
  z
    .string()
    .max(charsMax)
    .regex(/^[^\0\p{Surrogate}]*$/u);
/** A state of the machine as the target shows it, or null when its stage maps to none. */
const seen = keepable(200).nullable();
const ref = keepable(200).optional();
const afterMs = z
  .number()
  .int()
  .nonnegative()
  .max(24 * 3_600_000);

export const outcomeSchema = z.discriminatedUnion('kind', [
  /** The target was read after the write and shows the change. `ref`: the id the target gave to what was created. */
  z.object({ kind: z.literal('confirmed'), ref }).strict(),
  /** The target showed the change before anything was written. */
  z.object({ kind: z.literal('confirmed_already'), ref }).strict(),
  /** The target took the write; what it shows is to be read again `afterMs` from now. */
  z
    .object({
      kind: z.literal('accepted'),
      afterMs,
      ref,
    })
    .strict(),
  /** Handed over to a target that neither answers nor can be read: let go without a proof, and never counted as confirmed. */
  z.object({ kind: z.literal('delivered') }).strict(),
  /** Read again and the target still shows the old value although it had said yes. */
  z.object({ kind: z.literal('contradicted'), seen }).strict(),
  z.object({ kind: z.literal('retryable'), reason, afterMs: afterMs.optional() }).strict(),
  z.object({ kind: z.literal('rate_limited'), afterMs }).strict(),
  z.object({ kind: z.literal('refused'), reason }).strict(),
  /** The target shows neither what we expected before nor what we want: somebody else wrote. */
  z.object({ kind: z.literal('conflict'), seen }).strict(),
  /** The write may or may not have happened. The next attempt reads before anything else. */
  z.object({ kind: z.literal('ambiguous'), reason }).strict(),
  z.object({ kind: z.literal('unauthorised') }).strict(),
]);

export type Outcome = z.infer<typeof outcomeSchema>;
/** `lost`: no result came before the lease ran out; only the sweeper says so. */
export type OutcomeKind = Outcome['kind'] | 'lost';

/** What a writeback's row says of its past when an outcome arrives. */
export interface AttemptHistory {
  /** What the attempt was to do: write, or look at a write that was accepted. */
  mode: 'apply' | 'confirm';
  /** Apply attempts that count against the budget, this one included. */
  tries: number;
  /** Reads of an accepted write so far, this one included. */
  checks: number;
  onDivergence: 'revert' | 'hold';
  /** What the target showed in the last conflict; null when there was none. */
  disputed: string | null;
  /** For how long after a write the target may still show what was there before, ms. */
  readLagMs: number;
}

export type Consequence =
  | { kind: 'settle'; status: 'confirmed' }
  | { kind: 'settle'; status: 'dead' | 'waived'; reason: string }
  /** Try again; `mode` says whether to write or only to look; `free` costs no attempt; `overwrites`: states of somebody else's that may be overwritten from now on. */
  | {
      kind: 'again';
      mode: 'apply' | 'confirm';
      delayMs: number;
      free: boolean;
      overwrites?: readonly string[];
      contradicted: boolean;
      circuit?: 'open';
    };

/** Decides what follows from an outcome. `random` in [0, 1) is the jitter. */
export function consequenceOf(
  outcome: Outcome | { kind: 'lost' },
  history: AttemptHistory,
  random: number,
): Consequence {
  const retry = (options: { delayMs?: number; contradicted?: true }, reason: string): Consequence =>
    history.tries >= retriesMax
      ? { kind: 'settle', status: 'dead', reason }
      : {
          kind: 'again',
          mode: 'apply',
          delayMs: options.delayMs ?? retryDelayMs(history.tries, random),
          free: false,
          contradicted: options.contradicted ?? false,
        };
  const another = history.mode === 'confirm' ? anotherLook(outcome, history, random) : null;
  if (another) return another;
  switch (outcome.kind) {
    case 'confirmed':
    case 'confirmed_already':
      return { kind: 'settle', status: 'confirmed' };
    case 'delivered':
      return { kind: 'settle', status: 'waived', reason: 'delivered_unproven' };
    case 'accepted':
      if (history.checks >= limits.confirmChecksMax) return retry({ contradicted: true }, 'contradicted');
      return {
        kind: 'again',
        mode: 'confirm',
        delayMs: outcome.afterMs,
        free: true,
        contradicted: false,
      };
    case 'contradicted':
      return retry({ contradicted: true }, 'contradicted');
    case 'retryable':
      return retry(outcome.afterMs === undefined ? {} : { delayMs: outcome.afterMs }, outcome.reason);
    case 'rate_limited':
      return { kind: 'again', mode: 'apply', delayMs: outcome.afterMs, free: true, contradicted: false };
    case 'refused':
      return { kind: 'settle', status: 'dead', reason: outcome.reason };
    case 'conflict':
      return conflict(shownAs(outcome.seen), history, random);
    case 'ambiguous':
      // Sooner, the next attempt would see nothing of what this one may have written, and write it once more.
      return retry({ delayMs: Math.max(history.readLagMs, retryDelayMs(1, random)) }, 'ambiguous');
    case 'unauthorised':
      return {
        kind: 'again',
        mode: 'apply',
        delayMs: limits.circuitOpenMs,
        free: true,
        contradicted: false,
        circuit: 'open',
      };
    case 'lost':
      // A worker that was killed costs no time. Where nobody works, trying again at once would use up all tries within minutes.
      return retry(history.tries <= limits.lostAtOnceMax ? { delayMs: unseenMs(history) } : {}, 'lost');
    default:
      return assertNever(outcome, 'outcome');
  }
}

/** What is left of the lag when a lease has ended: whoever had taken the attempt has stopped writing by `carryMs`, and her lease lasted longer. */
const unseenMs = ({ readLagMs }: AttemptHistory): number =>
  Math.max(0, readLagMs - (limits.takenLeaseMs - limits.carryMs));

/** First look again, later: the vendor's own event may be on its way. Does it show the same then, the state's rule decides. */
function conflict(shown: string, history: AttemptHistory, random: number): Consequence {
  if (history.tries >= retriesMax) return { kind: 'settle', status: 'dead', reason: 'conflict' };
  if (history.disputed !== shown) {
    const delayMs = limits.conflictLookMs + retryDelayMs(1, random);
    return { kind: 'again', mode: 'apply', delayMs, free: false, contradicted: false };
  }
  if (history.onDivergence === 'hold') return { kind: 'settle', status: 'dead', reason: 'conflict' };
  return { kind: 'again', mode: 'apply', delayMs: 0, free: false, contradicted: false, overwrites: [shown] };
}

/** A look that failed says nothing about the write it was to confirm: it is repeated, and costs the write no try. Null: decide as for a write. */
function anotherLook(outcome: Outcome | { kind: 'lost' }, history: AttemptHistory, random: number): Consequence | null {
  const again = (delayMs: number): Extract<Consequence, { kind: 'again' }> => ({
    kind: 'again',
    mode: 'confirm',
    delayMs,
    free: true,
    contradicted: false,
  });
  switch (outcome.kind) {
    case 'rate_limited':
      return again(outcome.afterMs);
    case 'unauthorised':
      return { ...again(limits.circuitOpenMs), circuit: 'open' };
    case 'retryable':
    case 'ambiguous':
    case 'lost': {
      if (history.checks >= limits.confirmChecksMax) return null;
      const asked = outcome.kind === 'retryable' ? outcome.afterMs : undefined;
      return again(asked ?? retryDelayMs(history.checks, random));
    }
    default:
      return null;
  }
}
