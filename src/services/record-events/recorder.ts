// What the accept path offers to the rest; apart from how it works, so that everything may know it.
import type { Intake, Recorded } from '../../core/deciding/intake.ts';
import type { BatchItem, ImportItem } from './items.ts';

export interface Recorder {
  /** Records one event and says what became of it. Rejects with `Unavailable` when that is not known. */
  record(intake: Intake): Promise<Recorded>;
  /** Decides parked events again, after a probe or when their time is over; or what the sweep read. Gives what was recorded of a reading that still holds. */
  settle(item: Exclude<BatchItem, { kind: 'intake' | 'import' }>): Promise<Recorded | null>;
  /** Begins a subject where a file says that it stands. */
  bring(item: ImportItem): Promise<Recorded>;
  /** Events waiting for the next transaction. */
  waiting(): number;
}
