// The agreement board: the canonical state beside what each system shows, since when they differ, why, and whose turn it is.
import type { Position } from '../../core/cursor.ts';
import type { DisagreementCause } from '../../core/deciding/disagreement.ts';
import { agreementByDay, latestAgreement } from '../../store/counts/agreement-hours.ts';
import type { Tx } from '../../store/database/database.ts';
import { type AgreementQuery, type DisagreementRow, listDisagreements } from '../../store/reports/agreement.ts';
import { type LastShown, lastShown } from '../../store/reports/last-shown.ts';
import { inSnapshot } from '../../store/reports/snapshot.ts';
import type { Context } from '../context.ts';
import { type Agreement, agreementOf, type CurrentAgreement, currentAgreement } from './current-agreement.ts';

export interface Disagreement {
  id: string;
  cause: DisagreementCause;
  detail: string;
  subject: string;
  machine: string;
  canonical: string;
  connection: string;
  /** The states that what it shows stands for, with ` | ` between; null when it stands for none, or nothing is known. */
  shows: string | null;
  stage: string | null;
  shownAt: string | null;
  how: LastShown['how'] | null;
  rule: 'revert' | 'hold' | null;
  /** Who acts. */
  owner: string;
  since: string;
  ageMs: number;
  writeback: string | null;
  incident: string | null;
}

/** One page, the oldest first, and the figures of every connection: of the same moment, unless they say that they were counted before it. */
export async function readAgreement(
  context: Context,
  query: AgreementQuery,
): Promise<{ items: Disagreement[]; next: Position | null; totals: CurrentAgreement[] }> {
  return inSnapshot(context.database.reports, async (tx) => ({
    ...(await pageOf(context, tx, query)),
    totals: await currentAgreement(tx),
  }));
}

/** One page, the oldest first, beside what was counted last of every connection: counting anew reads every lane. */
export async function readBoard(
  context: Context,
  query: AgreementQuery,
  days: number,
): Promise<{
  items: Disagreement[];
  next: Position | null;
  counted: (Agreement & { countedAt: string; course: { day: string; share: number | null }[] })[];
}> {
  return inSnapshot(context.database.reports, async (tx) => {
    const course = await agreementByDay(tx, days);
    return {
      ...(await pageOf(context, tx, query)),
      counted: (await latestAgreement(tx)).map((one) => ({
        ...agreementOf(one),
        countedAt: one.counted_at,
        course: course
          .filter(({ connection_id }) => connection_id === one.connection_id)
          .map(({ day, pairs, agreeing }) => ({ day, share: pairs === 0 ? null : agreeing / pairs })),
      })),
    };
  });
}

async function pageOf(
  context: Context,
  tx: Tx,
  query: AgreementQuery,
): Promise<{ items: Disagreement[]; next: Position | null }> {
  const rows = await listDisagreements(tx, { ...query, rowsMax: query.rowsMax + 1 });
  const page = rows.slice(0, query.rowsMax);
  const last = page.at(-1);
  const known = new Map((await lastShown(tx, page)).map((one) => [pairOf(one), one]));
  return {
    items: page.map((row) => describe(context, row, known.get(pairOf(row)))),
    next: rows.length > query.rowsMax && last ? { at: last.since, id: last.id } : null,
  };
}

const pairOf = (one: { subject_id: string; connection_id: string }): string => `${one.subject_id} ${one.connection_id}`;

function describe(context: Context, row: DisagreementRow, shown: LastShown | undefined): Disagreement {
  const meta = context.machines.has(row.machine, row.machine_version)
    ? context.machines.get(row.machine, row.machine_version).leaves.get(row.canonical)?.meta
    : undefined;
  return {
    id: row.id,
    cause: row.cause,
    detail: sentences[row.cause](row.connection_id, row.code),
    subject: row.subject_id,
    machine: row.machine,
    canonical: row.canonical,
    connection: row.connection_id,
    shows: shown?.state ?? null,
    stage: shown?.stage ?? null,
    shownAt: shown?.at ?? null,
    how: shown?.how ?? null,
    rule: meta?.onDivergence ?? null,
    owner: whoActs(row, meta?.owner ?? 'recruiting operations'),
    since: row.since,
    ageMs: Math.max(0, Math.round(row.age_ms)),
    writeback: row.writeback_id,
    incident: row.incident_id,
  };
}

const vendorAdmin = (connection: string): string => `administrator of ${connection}`;

function whoActs({ cause, code, connection_id: connection }: DisagreementRow, owner: string): string {
  switch (cause) {
    case 'moved_by_hand':
    case 'missing':
    case 'waived':
      return owner;
    case 'unmapped_stage':
      return vendorAdmin(connection);
    case 'held':
      return code === 'mapping_gone' ? vendorAdmin(connection) : 'recruiting operations';
    case 'in_flight':
    case 'dead_writeback':
    case 'never_shown':
    case 'reading_failed':
      return 'recruiting operations';
  }
}

/** One sentence per cause: the connection, and what the row adds. */
const sentences: Record<DisagreementCause, (connection: string, code: string | null) => string> = {
  in_flight: (connection) => `The change is on its way to ${connection}`,
  held: (connection, code) => `Nothing is written to ${connection}: the lane is held (${code ?? 'no reason kept'})`,
  dead_writeback: (connection, code) =>
    `Writing to ${connection} was given up (${code ?? 'no reason kept'}); redrive or waive it`,
  moved_by_hand: (connection) => `${connection} shows another state than ours, and nobody of us wrote it`,
  unmapped_stage: (connection) => `${connection} shows a stage that stands for none of our states`,
  missing: (connection) => `${connection} has no such thing any more`,
  waived: (connection) => `A person waived the write to ${connection}, which shows what it showed before`,
  never_shown: (connection) => `${connection} was never seen to show this, and nothing was written there`,
  reading_failed: (connection, code) => `${connection} could not be read (${code ?? 'no reason kept'})`,
};
