// Holds the sealed part of the log to its checkpoints, one after the other, and to those that are kept elsewhere.
import type { KeyObject } from 'node:crypto';
import { checkpointHash, checkpointStart, isSignedBy, type SignedCheckpoint, sameCheckpoint } from './checkpoint.ts';
import type { CheckpointFault, LogFault } from './faults.ts';
import { merkleRoot } from './merkle.ts';

export type Keys = ReadonlyMap<string, KeyObject>;

const bad = (n: number, fault: CheckpointFault): LogFault => ({ kind: 'checkpoint', n, fault });

/** A checkpoint by itself and after the one before it (null for the first), whatever it covers. */
export function checkLink(one: SignedCheckpoint, before: SignedCheckpoint | null, keys: Keys): LogFault | null {
  const n = (before?.n ?? 0) + 1;
  if (one.n !== n) return bad(n, 'missing');
  const key = keys.get(one.key);
  if (!key) return bad(n, 'key_unknown');
  if (!isSignedBy(one, key)) return bad(n, 'signature_invalid');
  if (one.prev !== (before ? checkpointHash(before) : checkpointStart)) return bad(n, 'not_linked');
  return one.total === (before?.total ?? 0) + one.count ? null : bad(n, 'total_wrong');
}

/** The rows found where a checkpoint lies: their chain hashes, in the order of the tree. */
export function checkRows(one: SignedCheckpoint, hashes: readonly Uint8Array[]): LogFault | null {
  if (hashes.length < one.count) return bad(one.n, 'rows_missing');
  if (hashes.length > one.count) return bad(one.n, 'rows_added');
  return merkleRoot(hashes).toString('hex') === one.root ? null : bad(one.n, 'rows_changed');
}

/** Checkpoints that somebody kept outside; `find` gives the log's own of a number. */
export function checkAnchors(
  anchors: readonly SignedCheckpoint[],
  find: (n: number) => SignedCheckpoint | undefined,
  keys: Keys,
): LogFault | null {
  for (const anchor of [...anchors].sort((a, b) => a.n - b.n)) {
    const key = keys.get(anchor.key);
    if (!key || !isSignedBy(anchor, key)) return bad(anchor.n, 'anchor_invalid');
    const own = find(anchor.n);
    if (!own) return bad(anchor.n, 'anchor_missing');
    if (!sameCheckpoint(own, anchor)) return bad(anchor.n, 'anchor_differs');
  }
  return null;
}
