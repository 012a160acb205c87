// What readings showed: kept, compared with the canonical state, and where one differs brought before the machine as a stage event is.
import { fingerprint } from '../../core/canonical-json.ts';
import type { Intake } from '../../core/deciding/intake.ts';
import { type ReadingVerdict, type Seen, weighReading } from '../../core/deciding/reading.ts';
import type { Result } from '../../core/delivery/message.ts';
import { limits } from '../../core/limits.ts';
import type { MachineName } from '../../core/machine/definition.ts';
import type { Tx } from '../../store/database/database.ts';
import { classifyDatabaseError } from '../../store/database/errors.ts';
import {
  type Answer,
  type AnsweredReading,
  lockAnswered,
  markJudged,
  saveAnswers,
} from '../../store/reconcile/shown.ts';
import type { Connection } from '../connections/connections.ts';
import type { Context } from '../context.ts';
import { refSystemOf } from '../delivery/fetch-work.ts';
import { readingMark } from '../record-events/items.ts';
import { noteStages } from './reconcile-stages.ts';

/**
 * Answers that came together; what comes twice, late or about another connection's things counts for nothing. Rejects with `Unavailable`
 * when they must come again.
 */
export async function recordReadings(context: Context, results: readonly Result[]): Promise<void> {
  if (results.length === 0) return;
  const db = context.database.engine;
  const connections = new Map((await context.connections.load(db)).map((one) => [one.id, one]));
  const known = results.flatMap((result) => {
    const connection = connections.get(result.connection);
    return connection ? [{ connection, result }] : [];
  });
  await Promise.all(
    (await keepTogether(context, known)).map(async ({ id, version, intake }) => {
      // Until the machine was asked, the row stays due for another look: that is all that a crash here costs, or what happened since.
      if (await context.recorder().settle({ kind: 'reading', intake, version })) await markJudged(db, id, version);
    }),
  );
}

interface Come {
  connection: Connection;
  result: Result;
}

/** About which the machine is to be asked. */
interface Judged {
  id: string;
  version: number;
  intake: Intake;
}

/** In one transaction. One that cannot be kept holds up nobody else. */
async function keepTogether(context: Context, come: readonly Come[]): Promise<Judged[]> {
  try {
    return await context.database.engine.transaction().execute((tx) => keepAnswers(context, tx, come));
  } catch (error) {
    if (come.length <= 1 || classifyDatabaseError(error) !== 'rejected') throw error;
    const each = await Promise.allSettled(come.map((one) => keepTogether(context, [one])));
    const refused = each.find((one) => one.status === 'rejected');
    if (refused) throw refused.reason;
    return each.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  }
}

async function keepAnswers(context: Context, tx: Tx, come: readonly Come[]): Promise<Judged[]> {
  const rows = await lockAnswered(
    tx,
    come.map(({ connection, result: { id, attempt } }) => ({
      id,
      attempt,
      connection: connection.id,
      system: refSystemOf(connection),
    })),
  );
  const comeBy = new Map(come.map((one) => [`${one.result.id} ${one.result.attempt}`, one]));
  const kept = rows.flatMap((row) => {
    const one = comeBy.get(`${row.id} ${row.attempt}`);
    return one && !row.over ? [weighed(context, row, one)] : [];
  });
  await saveAnswers(
    tx,
    kept.map(({ answer }) => answer),
  );
  await endDivergences(
    context,
    tx,
    kept.filter(({ verdict }) => verdict === 'agrees').map(({ row }) => row),
  );
  const unmapped = kept.filter(({ verdict }) => verdict === 'unmapped');
  await noteStages(
    context,
    tx,
    unmapped.map(({ row, answer }) => ({ connection: row.connection_id, stage: answer.seen?.stage ?? null })),
  );
  return kept.flatMap(({ judged }) => (judged ? [judged] : []));
}

interface Kept {
  row: AnsweredReading;
  answer: Answer;
  verdict: ReadingVerdict['kind'] | 'failed';
  judged: Judged | null;
}

function weighed(context: Context, row: AnsweredReading, { connection, result: { outcome, attempt } }: Come): Kept {
  if (outcome.kind !== 'shows') {
    const answer = failed(row, 'reason' in outcome ? outcome.reason : outcome.kind);
    return { row, answer, verdict: 'failed', judged: null };
  }
  const seen: Seen = {
    states: outcome.states ?? (outcome.seen === null ? [] : sharedWith(context, connection, row, outcome.seen)),
    missing: outcome.stage === null,
  };
  const said = weighReading(factsOf(connection, row), seen);
  // What an observer shows is seen, and is no cause.
  const verdict: ReadingVerdict = said.kind === 'judge' && connection.direction === 'out' ? { kind: 'judged' } : said;
  const answer: Answer = {
    id: row.id,
    seen: { ...seen, stage: outcome.stage ?? null },
    failure: null,
    ...consequences(row, verdict, connection.adapter.capabilities.readLagMs),
  };
  const judged =
    verdict.kind === 'judge'
      ? { id: row.id, version: row.version, intake: claimOf(connection, row, seen, attempt) }
      : null;
  return { row, answer, verdict: verdict.kind, judged };
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
function failed(row: AnsweredReading, reason: string): Answer {
  const known = row.trouble === 'never_shown' ? null : row.trouble;
  const reported = row.failures + 1 >= limits.readingFailuresMin ? 'failed' : row.trouble;
  return {
    id: row.id,
    seen: null,
    failure: reason,
    trouble: known ?? reported,
    lookInMs: Math.min(limits.readingLostMs * 2 ** row.failures, limits.readingRetryMsMax),
    keepJudged: true,
  };
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
async function endDivergences(context: Context, tx: Tx, rows: readonly AnsweredReading[]): Promise<void> {
  if (rows.length === 0) return;
  const askedAt = Object.fromEntries(
    rows.map((row) => [`divergence/${row.subject_id}/${row.connection_id}`, row.asked_at.toISOString()]),
  );
  await context.records.settleIncidents(tx, Object.keys(askedAt), 'interlock', 'The system shows it now', askedAt);
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
