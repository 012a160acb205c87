// Keeps checkpoints in a file outside the database, and notices by it when the database went back to an older state.
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { limits } from '../../core/limits.ts';
import {
  checkpointOfLine,
  checkpointToLine,
  type SignedCheckpoint,
  sameCheckpoint,
} from '../../core/log/checkpoint.ts';
import { readCluster } from '../../store/database/epoch.ts';
import { lastCheckpoint, listCheckpoints } from '../../store/log/checkpoints.ts';
import type { Context } from '../context.ts';
import { readAudit, writeAudit } from '../write-audit.ts';
import { sameCluster } from './seal-log.ts';

export interface Anchors {
  /** Compares once, at the first call; from then on appends what is new. Gives the number of lines. */
  keep(): Promise<number>;
  /** What was found at the start, for people: empty when all is as it was. */
  notices(): readonly string[];
}

export function createAnchors(context: Context, file: string): Anchors {
  const notices: string[] = [];
  let kept: number | null = null;
  return {
    notices: () => notices,
    async keep() {
      if (kept === null) {
        notices.push(...(await noticeOtherCluster(context)));
        const found = await compare(context, await readEnd(file));
        if (found.lost.length > 0) notices.push(await noticeLoss(context, found.lost));
        kept = found.kept;
        context.metrics.databaseNotices(notices.length);
      }
      const rows = await listCheckpoints(context.database.engine, kept, limits.anchorRowsMax);
      if (rows.length === 0) return 0;
      await append(file, rows);
      kept = rows.at(-1)?.n ?? kept;
      return rows.length;
    },
  };
}

/** The last lines of the file: enough to find the place where it and the database part. */
const endBytes = 4 * 1024 * 1024;

async function readEnd(file: string): Promise<SignedCheckpoint[]> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (!handle) return [];
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read({
      buffer: Buffer.alloc(Math.min(size, endBytes)),
      position: Math.max(size - endBytes, 0),
    });
    // The first may be half a line, and so may the last, after a crash; neither is a checkpoint then.
    return buffer
      .subarray(0, bytesRead)
      .toString('utf8')
      .split('\n')
      .flatMap((line) => checkpointOfLine(line) ?? []);
  } finally {
    await handle.close();
  }
}

/** Up to which checkpoint file and database agree, and what only the file has. */
async function compare(
  context: Context,
  lines: readonly SignedCheckpoint[],
): Promise<{ kept: number; lost: SignedCheckpoint[] }> {
  const lost: SignedCheckpoint[] = [];
  for (const line of [...lines].reverse()) {
    const [own] = await listCheckpoints(context.database.engine, line.n - 1, 1);
    if (own && sameCheckpoint(own, line)) return { kept: line.n, lost: lost.reverse() };
    lost.push(line);
  }
  return { kept: 0, lost: lost.reverse() };
}

async function append(file: string, rows: readonly SignedCheckpoint[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const handle = await open(file, 'a+');
  try {
    const { size } = await handle.stat();
    const last = size > 0 ? await handle.read({ buffer: Buffer.alloc(1), position: size - 1 }) : null;
    const torn = last !== null && last.buffer.toString() !== '\n';
    await handle.appendFile(`${torn ? '\n' : ''}${rows.map((row) => `${checkpointToLine(row)}\n`).join('')}`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function noticeOtherCluster(context: Context): Promise<string[]> {
  const db = context.database.engine;
  const last = await lastCheckpoint(db);
  if (!last || sameCluster(last, await readCluster(db))) return [];
  const notice = `The last checkpoint (${last.n}) was sealed on another database cluster or timeline: this one was restored, promoted, upgraded or moved`;
  context.log.warn({ code: 'database_changed', checkpoint: last.n }, notice);
  return [notice];
}

async function noticeLoss(context: Context, lost: readonly SignedCheckpoint[]): Promise<string> {
  const [first, last] = [lost[0]?.n ?? 0, lost.at(-1)?.n ?? 0];
  const notice = `The database went back: checkpoints ${first} to ${last} are in the file of anchors and not in it, so what they sealed is gone`;
  context.log.error({ code: 'epoch_mismatch', checkpoint: first }, notice);
  const entry = { objectKind: 'checkpoint', objectId: `${first}-${last}` };
  const told = await readAudit(context.database.engine, { ...entry, limit: 1 });
  if (told.items.length === 0)
    await writeAudit(context.database.engine, {
      actor: { kind: 'system', id: 'sealer' },
      action: 'database.epoch_mismatch',
      ...entry,
      detail: { lost: lost.length, lastRoot: lost.at(-1)?.root, lastSealedAt: lost.at(-1)?.sealedAt },
    });
  return notice;
}
