// The sealer: puts a signed Merkle root over what was added to the log since the last one. One process at a time does it.

import { limits } from '../../core/limits.ts';
import { checkpointHash, checkpointStart, type SignedCheckpoint, signCheckpoint } from '../../core/log/checkpoint.ts';
import { merkleRoot } from '../../core/log/merkle.ts';
import { databaseClock } from '../../store/database/clock.ts';
import type { Tx } from '../../store/database/database.ts';
import { type Cluster, readCluster } from '../../store/database/epoch.ts';
import { insertCheckpoint, lastCheckpoint, takeSealing } from '../../store/log/checkpoints.ts';
import { type LogPlace, logStart, readSealable, readWaiting } from '../../store/log/log-places.ts';
import type { Context } from '../context.ts';
import { writeAudit } from '../write-audit.ts';
import { signingKey } from './checkpoint-keys.ts';

/** One round; bounded. Seals when enough rows wait or one has waited long enough. Gives how often it did, and the age of what it could not seal, ms. */
export async function sealLog(context: Context): Promise<{ sealed: number; lagMs: number }> {
  const waiting = await context.database.engine
    .transaction()
    .execute(async (tx) => readWaiting(tx, placeAfter(await lastCheckpoint(tx)), limits.sealRowsDue));
  context.metrics.sealLag(waiting.oldestMs / 1000);
  const due = waiting.ready >= limits.sealRowsDue || (waiting.ready > 0 && waiting.oldestMs >= limits.sealAgeMs);
  let sealed = 0;
  while (due && sealed < limits.sealRoundsMax) {
    const checkpoint = await sealNow(context);
    if (!checkpoint) break;
    sealed += 1;
    if (checkpoint.count < limits.sealRowsDue) break;
  }
  return { sealed, lagMs: waiting.ready > 0 ? 0 : waiting.oldestMs };
}

/** Seals what is ready, however little. Null when there is nothing, or when another process is at it. */
export async function sealNow(context: Context): Promise<SignedCheckpoint | null> {
  const sealed = await context.database.engine
    .transaction()
    .execute(async (tx) => ((await takeSealing(tx)) ? sealNext(context, tx) : null));
  if (sealed) context.crashPoint('sealer.committed');
  return sealed;
}

/** Where the rows begin that a checkpoint does not cover. */
export const placeAfter = (checkpoint: SignedCheckpoint | null): LogPlace =>
  checkpoint ? { epoch: checkpoint.epoch, xid: checkpoint.fence } : logStart;

async function sealNext(context: Context, tx: Tx): Promise<SignedCheckpoint | null> {
  const last = await lastCheckpoint(tx);
  const { rows, fence } = await readSealable(tx, placeAfter(last), limits.sealRowsMax);
  if (rows.length === 0) return null;
  const cluster = await readCluster(tx);
  const key = await signingKey(tx, context.vault);
  const checkpoint = signCheckpoint(
    {
      kind: 'checkpoint',
      n: (last?.n ?? 0) + 1,
      epoch: fence.epoch,
      fence: fence.xid,
      count: rows.length,
      total: (last?.total ?? 0) + rows.length,
      root: merkleRoot(rows.map((row) => row.hash)).toString('hex'),
      prev: last ? checkpointHash(last) : checkpointStart,
      ...cluster,
      key: key.id,
      sealedAt: await databaseClock(tx),
    },
    key.privateKey,
  );
  context.crashPoint('sealer.root_computed');
  await insertCheckpoint(tx, checkpoint);
  if (last && !sameCluster(last, cluster)) await recordChange(tx, last, checkpoint);
  return checkpoint;
}

export const sameCluster = (one: Cluster, other: Cluster): boolean =>
  one.systemIdentifier === other.systemIdentifier && one.timeline === other.timeline;

const clusterOf = ({ systemIdentifier, timeline, epoch }: SignedCheckpoint): Record<string, unknown> => ({
  systemIdentifier,
  timeline,
  epoch,
});

/** In the transaction of the first checkpoint that another cluster or timeline holds, so that it is told once. */
const recordChange = (tx: Tx, last: SignedCheckpoint, first: SignedCheckpoint): Promise<void> =>
  writeAudit(tx, {
    actor: { kind: 'system', id: 'sealer' },
    action: 'database.changed',
    objectKind: 'checkpoint',
    objectId: String(first.n),
    detail: { was: clusterOf(last), is: clusterOf(first) },
  });
