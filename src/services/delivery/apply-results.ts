// What came of attempts: settles the writebacks, lets their lanes move on, and sends the next commands; many results share a transaction.

import { shownAs } from '../../core/deciding/overwrite.ts';
import type { Result } from '../../core/delivery/message.ts';
import type { ArrivedOutcome, Settlement, WritebackStatus } from '../../core/delivery/settle.ts';
import { settle } from '../../core/delivery/settle.ts';
import { Counts } from '../../core/figures/kpi.ts';
import type { SubjectId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Tx } from '../../store/database/database.ts';
import type { AttemptRow, LockedWriteback, SettledRow } from '../../store/engine/results.ts';
import type { Claimed } from '../../store/engine/writebacks.ts';
import type { Context } from '../context.ts';
import { sendCommands } from './send-commands.ts';

/** One outcome on its way into the tables. `by` says what proved a confirmation. */
export interface Arrival {
  writeback: string;
  attempt: number;
  connection: string;
  outcome: ArrivedOutcome;
  by: 'readback' | 'echo' | 'schedule';
  reported?: Result['reported'];
}

interface Applied {
  arrival: Arrival;
  row: LockedWriteback;
  settlement: Settlement | null;
}

/** Applies results, each once; unknown and forged ones are counted and dropped. */
export async function applyResults(context: Context, arrivals: readonly Arrival[]): Promise<void> {
  if (arrivals.length === 0) return;
  const lags = await readLags(context, arrivals);
  const { next, left } = await context.database.transact('delivery', (tx) =>
    applyInTransaction(context, tx, arrivals, lags),
  );
  context.crashPoint('results.committed');
  for (const connection of left) context.window.add(connection, -1);
  sendCommands(context, next);
}

/** Of the connections' adapters, ms, as far as something arrived that may have written unseen. */
async function readLags(
  { connections, database }: Context,
  arrivals: readonly Arrival[],
): Promise<(connection: string) => number> {
  if (!arrivals.some(({ outcome: { kind } }) => kind === 'ambiguous' || kind === 'lost')) return () => 0;
  const known = await connections.recent(database.engine, limits.loopConnectionsMs);
  return (connection) => known.get(connection)?.adapter.capabilities.readLagMs ?? 0;
}

/** `left`: the connections of commands that are no longer on their way. */
async function applyInTransaction(
  context: Context,
  tx: Tx,
  arrivals: readonly Arrival[],
  readLagMs: (connection: string) => number,
): Promise<{ next: Claimed[]; left: string[] }> {
  const ids = [...new Set(arrivals.map((arrival) => arrival.writeback))].sort();
  const rows = new Map((await context.records.lockWritebacks(tx, ids)).map((row) => [row.id, row]));
  context.crashPoint('results.locked');
  const applied: Applied[] = [];
  for (const arrival of arrivals) {
    const row = rows.get(arrival.writeback);
    if (!row || row.connection_id !== arrival.connection || arrival.attempt > row.attempt) {
      context.metrics.resultRejected();
      context.log.warn(
        { writeback: arrival.writeback, connection: arrival.connection, attempt: arrival.attempt },
        'a result of an attempt that was never made was dropped',
      );
      continue;
    }
    // A worker took it after it was found: the attempt is hers again.
    if (arrival.outcome.kind === 'lost' && row.lasts) continue;
    // The lane stays closed while it may still be written: the target may be back at the old stage by then, and take it once more. Its
    // result says as much, or the next attempt finds it there.
    if (arrival.by === 'echo' && row.in_hand) continue;
    // So it is with the late answer of an attempt before; it is kept all the same.
    const settlement =
      row.in_hand && arrival.attempt < row.attempt
        ? null
        : settle(stateOf(context, row, readLagMs), arrival.attempt, arrival.outcome, context.random());
    // Seen by the next result of the same writeback. Not spread: that would give each row a shape of its own.
    if (settlement && arrivals.length > 1) rows.set(row.id, Object.assign({}, row, settlement, { in_hand: false }));
    applied.push({ arrival, row, settlement });
  }
  const settled = applied.filter((one): one is Applied & { settlement: Settlement } => one.settlement !== null);
  const saved = [...new Map(settled.map((one) => [one.row.id, settledRow(one)])).values()];
  // In one pipeline: in this order, and none waits for the answer to the one before.
  const [added, lanes] = await Promise.all([
    context.records.saveResults(tx, saved, applied.map(attemptRow)),
    context.records.advanceLanes(
      tx,
      saved.filter((one) => !one.ends_lane).map((one) => one.id),
    ),
    learnRefs(context, tx, applied),
    keepIncidents(context, tx, settled),
    guardConnections(context, tx, applied),
  ]);
  for (const one of applied) context.metrics.attempt(one.arrival.connection, one.arrival.outcome.kind);
  const waiting = lanes.filter((lane) => lane.held_reason === null && lane.done_seq < lane.next_seq);
  const left = settled.filter((one) => one.row.status === 'leased').map((one) => one.row.connection_id);
  const [next] = await Promise.all([
    context.records.claimHeads(tx, waiting, limits.leaseMs),
    context.records.appendCounts(tx, countsOf(applied, added).all()),
  ]);
  context.crashPoint('results.before_commit');
  return { next, left };
}

function stateOf(
  context: Context,
  row: LockedWriteback,
  readLagMs: (connection: string) => number,
): Parameters<typeof settle>[0] {
  const machine = context.machines.get(row.machine, row.machine_version);
  // By name: spreading a row costs many times as much.
  return {
    status: row.status,
    mode: row.mode,
    overwrites: row.overwrites,
    disputed: row.disputed,
    attempt: row.attempt,
    tries: row.tries,
    checks: row.checks,
    conflicts: row.conflicts,
    contradictions: row.contradictions,
    overtaken: row.overtaken,
    onDivergence: machine.leaves.get(row.target_state)?.meta.onDivergence ?? 'hold',
    readLagMs: readLagMs(row.connection_id),
  };
}

function settledRow({ row, settlement, arrival }: Applied & { settlement: Settlement }): SettledRow {
  const by =
    settlement.status === 'confirmed'
      ? arrival.by
      : settlement.status === 'superseded'
        ? 'vendor'
        : settlement.status === 'dead' || settlement.status === 'waived'
          ? 'schedule'
          : null;
  const { status, mode, overwrites, disputed, tries, checks, conflicts, contradictions, reason } = settlement;
  return {
    id: row.id,
    status,
    mode,
    overwrites,
    disputed,
    tries,
    checks,
    conflicts,
    contradictions,
    reason,
    settled_by: by,
    delay_ms: settlement.delayMs,
    ends_lane: passed.has(status) && row.lane_seq === row.next_seq && row.done_seq === row.lane_seq - 1,
  };
}

const passed: ReadonlySet<WritebackStatus> = new Set(['confirmed', 'waived', 'superseded']);

function attemptRow({ arrival, row, settlement }: Applied): AttemptRow {
  const { outcome, reported } = arrival;
  return {
    writeback_id: row.id,
    attempt: arrival.attempt,
    outcome: outcome.kind,
    mode: row.mode,
    reason:
      'reason' in outcome
        ? outcome.reason
        : 'seen' in outcome
          ? (outcome.seen ?? 'unmapped')
          : arrival.by === 'echo'
            ? 'echo'
            : null,
    contradicted: settlement?.contradicted ?? false,
    http_status: reported?.httpStatus ?? null,
    precondition: reported?.precondition ?? null,
    dispatched_at: row.leased_exactly ?? row.created_exactly,
    reported_ms: reported?.tookMs ?? null,
  };
}

/** The id a target gave to what was created there: later writes and events find the subject by it. */
async function learnRefs(context: Context, tx: Tx, applied: readonly Applied[]): Promise<void> {
  const refs = applied.flatMap(({ arrival, row }) =>
    'ref' in arrival.outcome && arrival.outcome.ref !== undefined
      ? [
          {
            system: row.connection_id,
            machine: row.machine,
            external_id: context.vault.impersonalId(row.connection_id, arrival.outcome.ref),
            subject_id: row.subject_id as SubjectId,
          },
        ]
      : [],
  );
  if (refs.length > 0) await context.records.insertRefs(tx, refs, true);
}

async function keepIncidents(
  context: Context,
  tx: Tx,
  settled: readonly (Applied & { settlement: Settlement })[],
): Promise<void> {
  const over: string[] = [];
  // A dictionary from the start: each key would give it another shape first.
  const seenUntil: Record<string, string> = Object.create(null);
  for (const { row, settlement, arrival } of settled) {
    if (settlement.status !== 'confirmed' && settlement.status !== 'superseded') continue;
    const divergence = `divergence/${row.subject_id}/${row.connection_id}`;
    over.push(`dead/${row.id}`, divergence);
    // A reading can only end what was seen before it was made: often within the millisecond, as where the very batch that saw it writes it back.
    seenUntil[divergence] = (arrival.attempt === row.attempt && row.leased_exactly) || row.created_exactly;
  }
  await context.records.settleIncidents(tx, over, 'interlock', 'The system shows it now', seenUntil);
  const incidents = settled.flatMap(({ row, settlement, arrival }) => {
    if (settlement.status === 'superseded') return [];
    const conflict = arrival.outcome.kind === 'conflict' && row.disputed === shownAs(arrival.outcome.seen);
    if (settlement.status !== 'dead' && !conflict) return [];
    const kind = conflict ? ('divergence' as const) : ('dead_writeback' as const);
    const key = conflict ? `divergence/${row.subject_id}/${row.connection_id}` : `dead/${row.id}`;
    const shows = arrival.outcome.kind === 'conflict' ? arrival.outcome.seen : undefined;
    return [
      {
        id: context.newId('inc'),
        kind,
        key,
        subject_id: row.subject_id,
        connection_id: row.connection_id,
        writeback_id: row.id,
        event_id: null,
        owner: 'recruiting operations',
        detail: { canonical: row.target_state, reason: settlement.reason, ...(shows === undefined ? {} : { shows }) },
      },
    ];
  });
  if (incidents.length > 0) await context.records.openIncidents(tx, incidents);
}

/** Rate limits and refused credentials are about the whole connection; so is a vendor that fails more often than not. */
async function guardConnections(context: Context, tx: Tx, applied: readonly Applied[]): Promise<void> {
  for (const { arrival, row, settlement } of applied) {
    if (arrival.by !== 'readback') continue;
    if (arrival.outcome.kind === 'rate_limited')
      await context.records.blockConnection(tx, arrival.connection, arrival.outcome.afterMs);
    const verdict = context.circuits.observe({
      connection: arrival.connection,
      outcome: arrival.outcome.kind,
      openNow: settlement?.openCircuit ?? false,
      isTrial: row.trial === `${arrival.writeback}.${arrival.attempt}`,
    });
    if (verdict === 'open')
      await context.records.setCircuit(tx, arrival.connection, 'open', arrival.outcome.kind, limits.circuitOpenMs);
    if (verdict === 'close') await context.records.setCircuit(tx, arrival.connection, 'closed', null);
  }
}

/** `added`: the writebacks of attempts that were new, since a result may come twice. */
function countsOf(applied: readonly Applied[], added: readonly string[]): Counts {
  const counts = new Counts();
  const rows = new Map(applied.map(({ row }) => [row.id, row]));
  for (const id of added) {
    const row = rows.get(id);
    if (row) counts.add('attempt.settled', row.machine, row.event_type, row.connection_id);
  }
  for (const { row, settlement } of applied) {
    const add = (measure: Parameters<Counts['add']>[0]): void =>
      counts.add(measure, row.machine, row.event_type, row.connection_id);
    if (settlement?.contradicted) add('writeback.contradicted');
    if (settlement?.status === 'confirmed') add('writeback.confirmed');
    if (settlement?.status === 'confirmed' && row.status === 'dead')
      counts.add('writeback.dead', row.machine, row.event_type, row.connection_id, -1);
    if (settlement?.firstTry) add('writeback.confirmed_first_try');
    if (settlement?.status === 'dead') add('writeback.dead');
    if (settlement?.status === 'superseded') add('writeback.superseded');
    if (settlement?.status === 'waived') add('writeback.waived');
  }
  return counts;
}
