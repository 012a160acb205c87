// What one case of tampering is, and the words that cases are told in.
import type { Keys } from '../../../src/core/log/check-checkpoints.ts';
import type { SignedCheckpoint } from '../../../src/core/log/checkpoint.ts';
import type { CheckpointFault, LogFault, RowFault } from '../../../src/core/log/faults.ts';
import type { Hand } from './hand.ts';
import type { TamperedLog } from './log.ts';

export interface Case {
  name: string;
  tamper(hand: Hand, log: TamperedLog): Promise<void>;
  /** What the verifier must say first, in the database. */
  found(log: TamperedLog): LogFault;
  /** What it must say of an export; as in the database, unless given. Null: an export does not hold what was changed. */
  elsewhere?: ((log: TamperedLog) => LogFault) | null;
  /** What the verifier is given, where that is not what was kept before the tampering. */
  outside?(log: TamperedLog): { anchors: readonly SignedCheckpoint[]; keys: Keys };
}

/** The subject that is tampered with, and another that comes after it. */
export const victim = (log: TamperedLog): string => log.subjects[3] ?? '';
export const other = (log: TamperedLog): string => log.subjects[5] ?? '';

/** Of the victim. */
export const atRow =
  (version: number, fault: RowFault) =>
  (log: TamperedLog): LogFault => ({ kind: 'row', subject: victim(log), version, fault });

export const atCheckpoint = (n: number, fault: CheckpointFault) => (): LogFault => ({ kind: 'checkpoint', n, fault });

/** The checkpoint that covers this row of the victim. */
export const atCheckpointOf =
  (version: number, fault: CheckpointFault) =>
  (log: TamperedLog): LogFault => ({ kind: 'checkpoint', n: log.sealedIn(victim(log), version), fault });
