// What the sweep read is decided only about the very subject that it was read of: nothing happened or was told since, and nothing is on its way.
import type { Batch } from './batch.ts';
import { knownSubject } from './find-subject.ts';
import type { BatchItem } from './items.ts';
import { laneKey } from './ledger.ts';
import { toldSince } from './own-writes.ts';

/** Call under the locks of the subject and its lanes. */
export function stillHolds(batch: Batch, { intake, version }: Extract<BatchItem, { kind: 'reading' }>): boolean {
  const subject = knownSubject(batch, intake);
  if (!subject || subject.version !== version || intake.connection === null) return false;
  const { connection, occurredAt } = intake;
  if (toldSince(batch.loaded, subject, { connection, askedAt: Date.parse(occurredAt) })) return false;
  const key = laneKey(subject.id, connection);
  const lane = batch.ledger.lanes.get(key) ?? batch.loaded.lanes.get(key);
  return lane === undefined || lane.next_seq === lane.done_seq;
}
