// What a reading showed: kept, compared with the canonical state, and where it differs brought before the machine as a stage event is.
import { fingerprint } from '../../core/canonical-json.ts';
import type { Intake } from '../../core/deciding/intake.ts';
import { type ReadingVerdict, type Seen, weighReading } from '../../core/deciding/reading.ts';
import type { Result } from '../../core/delivery/message.ts';
import { limits } from '../../core/limits.ts';
import type { MachineName } from '../../core/machine/definition.ts';
import type { Tx } from '../../store/database/database.ts';
import {
  type Answer,
  type AnsweredReading,
  lockAnswered,
  markJudged,
  saveAnswer,
} from '../../store/reconcile/shown.ts';
import type { Connection } from '../connections/connections.ts';
import type { Context } from '../context.ts';
import { refSystemOf } from '../delivery/fetch-work.ts';
import { readingMark } from '../record-events/items.ts';
import { noteStage } from './reconcile-stages.ts';

/** One answer; what comes twice, late or about another connection's things counts for nothing. Rejects with `Unavailable` when it must come again. */
export async function recordReading(context: Context, result: Result): Promise<void> {
  const db = context.database.engine;
  const connection = (await context.connections.load(db)).find((one) => one.id === result.connection);
  if (!connection) return;
  const judged = await db.transaction().execute((tx) => keepAnswer(context, tx, connection, result));
  if (!judged) return;
  // Until the machine was asked, the row stays due for another look: that is all a crash here costs.
  await context.recorder().settle({ kind: 'reading', ...judged });
  await markJudged(db, result.id, judged.version);
}

async function keepAnswer(
  context: Context,
  tx: Tx,
  connection: Connection,
  { id, attempt, outcome }: Result,
): Promise<{ intake: Intake; version: number } | null> {
  const row = await lockAnswered(tx, connection.id, id, attempt, refSystemOf(connection));
  if (!row || row.over) return null;
  if (outcome.kind !== 'shows') {
    await keepFailure(tx, row, 'reason' in outcome ? outcome.reason : outcome.kind);
    return null;
  }
  const seen: Seen = {
    states: outcome.states ?? (outcome.seen === null ? [] : sharedWith(context, connection, row, outcome.seen)),
    missing: outcome.stage === null,
  };
  const weighed = weighReading(factsOf(connection, row), seen);
  // What an observer shows is seen, and is no cause.
  const verdict: ReadingVerdict =
    weighed.kind === 'judge' && connection.direction === 'out' ? { kind: 'judged' } : weighed;
  await saveAnswer(tx, {
    id,
    seen: { ...seen, stage: outcome.stage ?? null },
    failure: null,
    ...consequences(row, verdict, connection.adapter.capabilities.readLagMs),
  });
  if (verdict.kind === 'agrees') await endDivergence(context, tx, row);
  if (verdict.kind === 'unmapped') await noteStage(context, tx, connection, outcome.stage ?? null);
  return verdict.kind === 'judge' ? { intake: claimOf(connection, row, seen, attempt), version: row.version } : null;
}

/** A worker that names one state only: all that the system cannot tell from it. */
function sharedWith(context: Context, { adapter, settings }: Connection, row: AnsweredReading, seen: string): string[] {
  const machine = row.machine as MachineName;
  const stage = adapter.needs?.(settings, machine, seen).stages[0];
  if (stage === undefined) return [seen];
  const leaves = [...context.machines.get(machine, row.machine_version).leaves.keys()];
  return [seen, ...leaves.filter((leaf) => adapter.needs?.(settings, machine, leaf).stages[0] === stage)];
}

/** Read again soon, then later and later. */
async function keepFailure(tx: Tx, row: AnsweredReading, reason: string): Promise<void> {
  const known = row.trouble === 'never_shown' ? null : row.trouble;
  const reported = row.failures + 1 >= limits.readingFailuresMin ? 'failed' : row.trouble;
  await saveAnswer(tx, {
    id: row.id,
    seen: null,
    failure: reason,
    trouble: known ?? reported,
    lookInMs: Math.min(limits.readingLostMs * 2 ** row.failures, limits.readingRetryMsMax),
    keepJudged: true,
  });
}

function factsOf(connection: Connection, row: AnsweredReading): Parameters<typeof weighReading>[0] {
  return {
    state: row.state,
    version: row.version,
    askedVersion: row.asked_version,
    askedAt: row.asked_at.getTime(),
    open: row.open,
    lastStatus: row.last_status,
    lastSettledAt: row.last_settled_at?.getTime() ?? null,
    readLagMs: connection.adapter.capabilities.readLagMs,
    before: row.seen_at && { seen: { states: row.states, missing: row.missing }, at: row.seen_at.getTime() },
    judged:
      row.judged_at && row.judged_version !== null
        ? { at: row.judged_at.getTime(), version: row.judged_version }
        : null,
  };
}

function consequences(
  row: AnsweredReading,
  verdict: ReadingVerdict,
  readLagMs: number,
): Pick<Answer, 'trouble' | 'lookInMs' | 'keepJudged'> {
  switch (verdict.kind) {
    case 'untimely':
      return {
        trouble: row.trouble === 'failed' ? null : row.trouble,
        lookInMs: verdict.again ? limits.conflictLookMs + readLagMs : null,
        keepJudged: true,
      };
    case 'agrees':
      return { trouble: null, lookInMs: null, keepJudged: false };
    case 'unmapped':
    case 'missing':
    case 'waived':
      return { trouble: verdict.kind, lookInMs: null, keepJudged: false };
    case 'look_again':
      return { trouble: 'moved', lookInMs: limits.conflictLookMs, keepJudged: false };
    case 'judge':
      return { trouble: 'moved', lookInMs: limits.readingLostMs, keepJudged: false };
    case 'judged':
      return { trouble: 'moved', lookInMs: null, keepJudged: true };
  }
}

/** Somebody put it right at the vendor: what was seen before the reading was asked for is over. */
async function endDivergence(context: Context, tx: Tx, row: AnsweredReading): Promise<void> {
  const key = `divergence/${row.subject_id}/${row.connection_id}`;
  await context.records.settleIncidents(tx, [key], 'interlock', 'The system shows it now', {
    [key]: row.asked_at.toISOString(),
  });
}

/** A stage event of the system's, as of the moment of the reading. */
function claimOf(connection: Connection, row: AnsweredReading, seen: Seen, attempt: number): Intake {
  const at = row.asked_at.toISOString();
  const claim = { kind: 'stage' as const, targets: [...seen.states] };
  const externalId = `${readingMark}${row.id}:${attempt}`;
  return {
    source: `connection:${connection.id}`,
    connection: connection.id,
    by: connection.kind,
    externalId,
    fingerprint: fingerprint({ externalId, claim }),
    machine: row.machine as MachineName,
    claim,
    subject:
      row.ref === null
        ? { kind: 'id', id: row.subject_id }
        : { kind: 'ref', system: refSystemOf(connection), ref: row.ref },
    alsoKnownAs: [],
    requisition: null,
    machineVersion: null,
    occurredAt: at,
    receivedAt: row.clock.toISOString(),
    data: {},
  };
}
