// Verifies the log where it lies: chains, replay and events row by row, then checkpoints, then what others kept of them.

import { limits } from '../../core/limits.ts';
import { checkAnchors, checkLink, checkRows, type Keys } from '../../core/log/check-checkpoints.ts';
import type { SignedCheckpoint } from '../../core/log/checkpoint.ts';
import type { LogFault, LogVerdict } from '../../core/log/faults.ts';
import type { Db } from '../../store/database/database.ts';
import { listCheckpoints } from '../../store/log/checkpoints.ts';
import { countUnsealed, logStart, readSealed } from '../../store/log/log-places.ts';
import type { Vault } from '../vault.ts';
import { ownKeys } from './checkpoint-keys.ts';
import { placeAfter } from './seal-log.ts';
import { verifyChain } from './verify-chain.ts';

export interface Outside {
  /** Checkpoints as somebody else kept them. */
  anchors: readonly SignedCheckpoint[];
  /** Only these keys count; absent: those of this installation. */
  keys?: Keys;
}

/** Reads the whole log. `vault` of the installation, for its keys and for the events' payloads. */
export async function verifyLog(db: Db, vault: Vault, outside: Outside = { anchors: [] }): Promise<LogVerdict> {
  const keys = outside.keys ?? (await ownKeys(db, vault));
  const chain = await verifyChain(db, vault);
  if (chain.kind === 'broken') return chain;
  const sealed = await verifyCheckpoints(db, keys);
  if (sealed.found) return { kind: 'broken', found: sealed.found };
  const found = checkAnchors(outside.anchors, (n) => sealed.byNumber.get(n), keys);
  if (found) return { kind: 'broken', found };
  return {
    kind: 'intact',
    subjects: chain.subjects,
    transitions: chain.transitions,
    checkpoints: sealed.byNumber.size,
    unsealed: await countUnsealed(db, placeAfter(sealed.last)),
    anchors: outside.anchors.length,
  };
}

async function verifyCheckpoints(
  db: Db,
  keys: Keys,
): Promise<{ found: LogFault | null; byNumber: Map<number, SignedCheckpoint>; last: SignedCheckpoint | null }> {
  const byNumber = new Map<number, SignedCheckpoint>();
  let last: SignedCheckpoint | null = null;
  for (;;) {
    const page = await listCheckpoints(db, last?.n ?? 0, limits.anchorRowsMax);
    if (page.length === 0) return { found: null, byNumber, last };
    for (const one of page) {
      const from = last ? placeAfter(last) : logStart;
      const found: LogFault | null =
        checkLink(one, last, keys) ?? checkRows(one, await readSealed(db, from, placeAfter(one), one.count + 1));
      if (found) return { found, byNumber, last };
      byNumber.set(one.n, one);
      last = one;
    }
  }
}
