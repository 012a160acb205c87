// What a batch can hold: something new, what a probe of a parked event showed, or parking that ran out.
import type { Intake, Recorded } from '../../core/deciding/intake.ts';

export type BatchItem =
  | { kind: 'intake'; intake: Intake }
  | ImportItem
  /** The sweep read what a system shows, twice: a claim of that stage at that moment, about the subject in that version. */
  | { kind: 'reading'; intake: Intake; version: number }
  /** A vendor was read because of a parked stage event: the state it shows now; null when its stage maps to none or it has no such thing. */
  | { kind: 'probe'; event: string; attempt: number; connection: string; seen: string | null }
  /** The thing that a webhook only named was read: what it showed is an event of its own by now, or could not become one, as its `stage` is none of ours. */
  | { kind: 'looked'; event: string; connection: string; found: Found; stage?: string }
  | { kind: 'expired'; event: string }
  /** Its subject became known elsewhere while it was being parked. */
  | { kind: 'release'; event: string };

/** A subject that began elsewhere, and where it stands; `line` goes into its event, so that the import knows its own again. */
export interface ImportItem {
  kind: 'import';
  intake: Intake;
  place: { state: string; history: string | null };
  line: { import: string; line: number };
  /** Systems are told of it, as of any transition. */
  writeBack: boolean;
}

/** `missing`: the vendor has no such thing any more. */
export type Found = 'shown' | 'missing' | 'unknown_stage' | 'not_understood';

/** In front of the ids of claims that came of a reading: no vendor said them, so they are nobody's echo. */
export const readingMark = 'reading:';

/** Null for items that are not answered (probes, expiries), and for a reading that no longer holds. */
export type BatchAnswer = Recorded | null;
