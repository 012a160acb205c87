// What a batch can hold: something new, what a probe of a parked event showed, or parking that ran out.
import type { Intake, Recorded } from '../../core/intake.ts';

export type BatchItem =
  | { kind: 'intake'; intake: Intake }
  /** A vendor was read because of a parked stage event: the state it shows now; null when its stage maps to none or it has no such thing. */
  | { kind: 'probe'; event: string; connection: string; seen: string | null }
  | { kind: 'expired'; event: string }
  /** Its subject became known elsewhere while it was being parked. */
  | { kind: 'release'; event: string };

/** Null for items that are not answered (probes, expiries). */
export type BatchAnswer = Recorded | null;
