// Verifies the whole log when somebody asks for it, one at a time, and writes down what was found.

import { limits } from '../../core/limits.ts';
import { faultSentence, type LogVerdict } from '../../core/log/faults.ts';
import { lastCheckpoint } from '../../store/log/checkpoints.ts';
import { readWaiting } from '../../store/log/log-places.ts';
import type { By } from '../clients/manage-clients.ts';
import type { Context } from '../context.ts';
import { readAudit, writeAudit } from '../write-audit.ts';
import { placeAfter } from './seal-log.ts';
import { verifyLog } from './verify-log.ts';

/** Times are ISO 8601. */
export interface LogState {
  checkpoint: { n: number; sealedAt: string; count: number; total: number; root: string; key: string } | null;
  /** Rows that could be sealed and are not yet, counted up to a bound. */
  waiting: number;
  waitingMax: number;
  /** Age of the oldest row that is not sealed, ms. */
  lagMs: number;
  running: boolean;
  /** The last verification on record; null when there was none. */
  verified: { at: string; by: string; intact: boolean; says: string; transitions: number | null } | null;
}

export interface LogCheck {
  /** False when one is under way already. It goes on after the answer. */
  start(by: By): boolean;
  state(): Promise<LogState>;
  /** Ends with the one that is under way, if any. */
  idle(): Promise<void>;
}

export function createLogCheck(context: Pick<Context, 'database' | 'vault' | 'log'>): LogCheck {
  let running: Promise<void> | null = null;
  return {
    start(by) {
      if (running) return false;
      running = check(context, by)
        .catch(() => context.log.error({}, 'the log could not be verified to its end'))
        .finally(() => {
          running = null;
        });
      return true;
    },
    async state() {
      const db = context.database.reports;
      const last = await lastCheckpoint(db);
      const waiting = await readWaiting(db, placeAfter(last), limits.sealRowsDue);
      const { items } = await readAudit(db, { action: 'log.verified', limit: 1 });
      return {
        checkpoint: last,
        waiting: waiting.ready,
        waitingMax: limits.sealRowsDue,
        lagMs: waiting.oldestMs,
        running: running !== null,
        verified: items[0] ? toVerified(items[0]) : null,
      };
    },
    idle: async () => {
      await running;
    },
  };
}

async function check(context: Pick<Context, 'database' | 'vault'>, by: By): Promise<void> {
  const verdict = await verifyLog(context.database.reports, context.vault);
  await writeAudit(context.database.engine, {
    ...by,
    action: 'log.verified',
    objectKind: 'log',
    objectId: 'transitions',
    detail: detailOf(verdict),
  });
}

const detailOf = (verdict: LogVerdict): Record<string, unknown> =>
  verdict.kind === 'intact'
    ? { intact: true, transitions: verdict.transitions, checkpoints: verdict.checkpoints, unsealed: verdict.unsealed }
    : { intact: false, says: faultSentence(verdict.found) };

function toVerified({ at, actor_kind, actor_id, detail }: Awaited<ReturnType<typeof readAudit>>['items'][number]) {
  const { intact, transitions, says } = detail as { intact?: boolean; transitions?: number; says?: string };
  return {
    at,
    by: `${actor_kind} ${actor_id}`,
    intact: intact === true,
    says: intact === true ? 'Every hash, every step and every seal is as it was.' : (says ?? 'Something is wrong.'),
    transitions: transitions ?? null,
  };
}
