// Writebacks in memory, how they are born, claimed and superseded, as src/store/engine/writebacks.ts has it.
import type { WantedWork, WorkRow } from '../../../../src/store/engine/work.ts';
import type { Claimed, Due, NewWriteback } from '../../../../src/store/engine/writebacks.ts';
import { refusal, sqlState } from './refusals.ts';
import { pairKey, type WritebackRow } from './rows.ts';
import {
  append,
  byText,
  change,
  hold,
  laneOf,
  laneOrderOf,
  putNew,
  refuseNulls,
  refuseUnknown,
  refuseUnless,
  type Store,
} from './store.ts';
import { toMs } from './times.ts';
import { workOf } from './writeback-readings.ts';

const nullable = new Set('disputed due_at leased_at lease_until settled_at settled_by reason'.split(' '));
const causes = new Set(['transition', 'origin', 'revert', 'element']);
const settled = new Set(['confirmed', 'dead', 'waived', 'superseded']);
const statuses = new Set([...settled, 'ready', 'leased']);
const proofs = new Set('readback echo origin operator vendor schedule'.split(' '));

export const writebackStatements = (store: Store) => {
  const { tables, indexes } = store;
  return {
    insertWritebacks(rows: readonly NewWriteback[], leaseMs: number) {
      for (const given of rows) {
        const row = born(store, given, leaseMs);
        refuseNulls(row, nullable);
        check(row);
        putNew(store, tables.writebacks, row.id, row, 'writeback_pkey');
        intoLane(store, row);
        append(store, indexes.writebacksOf, row.subject_id, row);
        hold(store, indexes.open, row, isOpen(row));
      }
      for (const row of rows)
        refuseUnknown(tables.lanes, pairKey(row.subject_id, row.connection_id), 'writeback_lane_fkey');
    },

    supersedeWritebacks(ids: readonly string[], reason: string) {
      for (const id of new Set(ids)) {
        const row = tables.writebacks.get(id);
        if (row?.status !== 'ready' && row?.status !== 'dead') continue;
        const settled_at = store.now();
        changeWriteback(store, row, { status: 'superseded', settled_at, settled_by: 'vendor', reason, due_at: null });
      }
    },

    takeWorks(wanted: readonly WantedWork[], leaseMs: number): WorkRow[] {
      const taken: WorkRow[] = [];
      for (const one of wanted) {
        const row = tables.writebacks.get(one.id);
        if (row?.status !== 'leased' || row.mode !== 'apply' || row.attempt !== one.attempt) continue;
        if (row.taken >= row.attempt && !one.mine) continue;
        changeWriteback(store, row, {
          taken: row.attempt,
          lease_until: Math.max(row.lease_until ?? 0, store.now() + leaseMs),
        });
        const found = workOf(store, row, one.system);
        if (found) taken.push(found);
      }
      return taken;
    },

    claimHeads(lanes: readonly { subject_id: string; connection_id: string; done_seq: number }[], leaseMs: number) {
      const heads = new Set<WritebackRow>();
      for (const { subject_id, connection_id, done_seq } of lanes) {
        const head = at(laneOrderOf(store, subject_id, connection_id), done_seq + 1);
        if (head?.status === 'ready' && takesCommands(store, connection_id) && isDue(store, head)) heads.add(head);
      }
      return [...heads].map((head) => claim(store, head, leaseMs));
    },

    findDue(): Due {
      const due = new Set<string>();
      for (const row of indexes.open) if (row.status === 'ready' && isDue(store, row)) due.add(row.connection_id);
      const now = store.now();
      const probes = [...indexes.parked].some((row) => row.probe_due_at !== null && row.probe_due_at <= now);
      return { connections: [...due].sort(byText), probes };
    },

    claimDue(connection: string, places: number, leaseMs: number) {
      const heads: WritebackRow[] = [];
      for (const row of indexes.open) {
        if (row.connection_id !== connection || row.status !== 'ready' || !isDue(store, row)) continue;
        const lane = laneOf(store, row.subject_id, connection);
        if (lane?.held_reason === null && row.lane_seq === lane.done_seq + 1) heads.push(row);
      }
      return heads
        .sort((a, b) => (a.due_at ?? 0) - (b.due_at ?? 0))
        .slice(0, places)
        .map((head) => claim(store, head, leaseMs));
    },
  };
};

/** Changes a writeback by the rules of its table. */
export function changeWriteback(store: Store, row: WritebackRow, to: Partial<WritebackRow>): void {
  const final = row.status !== 'dead' && settled.has(row.status);
  if (final && to.status !== undefined && to.status !== row.status)
    throw refusal(sqlState.rule, `writeback ${row.id} is already ${row.status}`);
  change(store, row, to);
  // The columns that stay as they are have values.
  refuseNulls(to, nullable);
  check(row);
  hold(store, store.indexes.open, row, isOpen(row));
}

/** Every column by name: spreading a row costs many times as much as the rest of it. */
function born(store: Store, given: NewWriteback, leaseMs: number): WritebackRow {
  const { status } = given;
  const leased = status === 'leased';
  return {
    id: given.id,
    subject_id: given.subject_id,
    connection_id: given.connection_id,
    lane_seq: given.lane_seq,
    subject_version: given.subject_version,
    machine: given.machine,
    machine_version: given.machine_version,
    event_type: given.event_type,
    from_state: given.from_state,
    target_state: given.target_state,
    cause: given.cause,
    status,
    mode: 'apply',
    overwrites: [...given.overwrites],
    disputed: null,
    attempt: leased ? 1 : 0,
    taken: given.taken,
    tries: leased ? 1 : 0,
    checks: 0,
    conflicts: 0,
    contradictions: 0,
    due_at: status === 'ready' ? store.now() : null,
    leased_at: leased ? store.now() : null,
    lease_until: leased ? store.now() + leaseMs : null,
    occurred_at: toMs(given.occurred_at),
    created_at: store.now(),
    settled_at: status === 'confirmed' || status === 'superseded' ? store.now() : null,
    settled_by: status === 'confirmed' ? 'origin' : status === 'superseded' ? 'vendor' : null,
    reason: status === 'superseded' ? 'vendor_moved_on' : null,
  };
}

/** Numbers mostly come in order, so the place is looked for from the end. */
function intoLane(store: Store, row: WritebackRow): void {
  const { laneOrder } = store.indexes;
  const lanes = laneOrder.get(row.subject_id) ?? new Map<string, WritebackRow[]>();
  laneOrder.set(row.subject_id, lanes);
  const order = lanes.get(row.connection_id) ?? [];
  lanes.set(row.connection_id, order);
  let place = order.length;
  while (place > 0 && (order[place - 1]?.lane_seq ?? 0) > row.lane_seq) place -= 1;
  if (order[place - 1]?.lane_seq === row.lane_seq)
    throw refusal(sqlState.unique, 'duplicate key value violates unique constraint "writeback_lane_seq_key"');
  order.splice(place, 0, row);
  store.undo(() => void order.splice(order.indexOf(row), 1));
}

function claim(store: Store, row: WritebackRow, leaseMs: number): Claimed {
  const applies = row.mode === 'apply';
  changeWriteback(store, row, {
    status: 'leased',
    attempt: row.attempt + 1,
    tries: row.tries + (applies ? 1 : 0),
    checks: row.checks + (applies ? 0 : 1),
    leased_at: store.now(),
    lease_until: store.now() + leaseMs,
    due_at: null,
  });
  return { id: row.id, attempt: row.attempt, connection: row.connection_id, mode: row.mode };
}

function takesCommands({ tables, now }: Store, connection: string): boolean {
  const row = tables.connections.get(connection);
  if (row?.status !== 'active' || row.circuit !== 'closed') return false;
  return row.blocked_until === null || row.blocked_until <= now();
}

const at = (order: readonly WritebackRow[], seq: number): WritebackRow | undefined =>
  order[seq - 1]?.lane_seq === seq ? order[seq - 1] : order.find((one) => one.lane_seq === seq);

const isDue = ({ now }: Store, row: WritebackRow): boolean => row.due_at !== null && row.due_at <= now();
const isOpen = ({ status }: WritebackRow): boolean => status === 'ready' || status === 'leased';

function check(row: WritebackRow): void {
  refuseUnless(causes.has(row.cause), 'writeback_cause_check');
  refuseUnless(statuses.has(row.status), 'writeback_status_check');
  refuseUnless(row.mode === 'apply' || row.mode === 'confirm', 'writeback_mode_check');
  refuseUnless(row.settled_by === null || proofs.has(row.settled_by), 'writeback_settled_by_check');
  refuseUnless((row.status === 'leased') === (row.lease_until !== null), 'writeback_check');
  refuseUnless(settled.has(row.status) === (row.settled_at !== null), 'writeback_check1');
  refuseUnless((row.status !== 'dead' && row.status !== 'waived') || row.reason !== null, 'writeback_check2');
}
