// Operations on lanes, on writebacks and on what became of attempts.
import type { LaneRow } from '../../../../../src/store/engine/lanes.ts';
import type { AttemptRow, SettledRow } from '../../../../../src/store/engine/results.ts';
import type { WantedWork } from '../../../../../src/store/engine/work.ts';
import type { NewWriteback } from '../../../../../src/store/engine/writebacks.ts';
import { pairKey, type WritebackRow } from '../rows.ts';
import { connections, type Draw } from './draw.ts';
import type { Operations } from './operation.ts';

export const writebackOperations = {
  saveLanes: (draw) => [distinct(draw.list(0, 2, () => lane(draw)))],
  lockLanesAndValues: (draw) => [
    [
      ...draw.rows(draw.tables.lanes, 4).map((row) => row.subject_id),
      ...draw.rows(draw.tables.elements, 3).map((row) => row.subject_id),
    ],
    draw.chance(0.8) ? ['screening.score.0', 'screening.score.1'] : [],
  ],
  advanceLanes: (draw) => [ids(draw, 3)],
  insertWritebacks: (draw) => {
    const lanes = draw.rows(draw.tables.lanes, 3);
    return [lanes.flatMap((one) => births(draw, one)), draw.far()];
  },
  supersedeWritebacks: (draw) => [ids(draw, 2), 'vendor_moved_on'],
  claimHeads: (draw) => [
    draw
      .rows(draw.tables.lanes, 12, (row) => row.done_seq < row.next_seq || draw.wrong())
      .map(({ subject_id, connection_id, done_seq }) => ({ subject_id, connection_id, done_seq })),
    draw.far(),
  ],
  claimDue: (draw) => [draw.pick(connections), draw.integer(1, 5), draw.far()],
  countLeased: () => [],
  findDue: () => [],
  findLeased: (draw) => [draw.integer(1, 8)],
  findExpiredLeases: (draw) => [draw.integer(1, 8)],
  findOpenWritebacks: (draw) => [draw.rows(draw.tables.lanes, 4).map((row) => row.subject_id)],
  findRecentWrites: (draw) => [
    draw.rows(draw.tables.lanes, 4).map((row) => row.subject_id),
    draw.list(0, 4, () => draw.pick(connections)),
    draw.chance(0.9) ? 3_600_000 : -3_600_000,
  ],
  takeWorks: (draw) => [wantedWorks(draw), draw.chance(0.5) ? 20_000 : 7_200_000],
  findTaken: (draw) => [wantedWorks(draw)],
  findChecks: (draw) => [wantedWorks(draw, 'confirm')],
  findUntaken: (draw) => [wantedWorks(draw)],
  lockWritebacks: (draw) => [[...ids(draw, 4), 'nothing']],
  saveResults: (draw) => [
    draw.rows(draw.tables.writebacks, 3, mayMove(draw)).map((row) => settledRow(draw, row)),
    draw.list(0, 3, () => attemptRow(draw)),
  ],
} satisfies Partial<Operations>;

const ids = (draw: Draw, max: number): string[] => draw.rows(draw.tables.writebacks, max).map((row) => row.id);

/** Mostly of what is on its way, and in this mode where there is one. */
const wantedWorks = (draw: Draw, mode?: WritebackRow['mode']): WantedWork[] => [
  ...draw
    .rows(
      draw.tables.writebacks,
      3,
      (one) => (one.status === 'leased' && (mode ?? one.mode) === one.mode) || draw.chance(0.1),
    )
    .map((row) => ({
      id: row.id,
      attempt: row.attempt - (draw.chance(0.1) ? 1 : 0),
      system: draw.pick(connections),
      ...(draw.chance(0.3) ? { mine: true } : {}),
    })),
  { id: 'nothing', attempt: 1, system: draw.pick(connections) },
];

const distinct = (lanes: LaneRow[]): LaneRow[] => [
  ...new Map(lanes.map((one) => [pairKey(one.subject_id, one.connection_id), one])).values(),
];

function lane(draw: Draw): LaneRow {
  const subject_id = draw.wrong() ? 'sub_nobody' : (draw.row(draw.tables.subjects)?.id ?? 'sub_nobody');
  const connection_id = draw.wrong() ? 'nobody' : draw.pick(connections);
  const known = draw.tables.lanes.get(pairKey(subject_id, connection_id));
  const next_seq = (known?.next_seq ?? 0) + draw.integer(0, 2);
  return {
    subject_id,
    connection_id,
    next_seq,
    done_seq: draw.wrong() ? next_seq + 1 : (known?.done_seq ?? 0),
    held_reason: draw.chance(0.65) ? null : draw.pick(['dead', 'operator']),
  };
}

/** The next numbers of a lane, as far as it has handed them out. */
function births(draw: Draw, { subject_id, connection_id, next_seq }: LaneRow): NewWriteback[] {
  const born = [...draw.tables.writebacks.values()].filter(
    (row) => row.subject_id === subject_id && row.connection_id === connection_id,
  ).length;
  return draw.list(0, Math.max(next_seq - born, draw.wrong() ? 1 : 0), (index) => ({
    id: draw.id('wrb'),
    subject_id,
    connection_id: draw.wrong() ? 'nobody' : connection_id,
    lane_seq: draw.wrong() ? 1 : born + index + 1,
    subject_version: born + index + 1,
    machine: draw.tables.subjects.get(subject_id)?.machine ?? 'application',
    machine_version: 1,
    event_type: 'offer.made',
    from_state: 'active.interview',
    target_state: draw.pick(['active.offer', 'hired']),
    cause: draw.pick(['transition', 'transition', 'origin', 'revert', 'element'] as const),
    status: draw.wrong()
      ? ('dead' as 'ready')
      : draw.pick(['ready', 'ready', 'ready', 'leased', 'confirmed', 'superseded'] as const),
    overwrites: draw.chance(0.6) ? ['active.triage', '*'] : [],
    occurred_at: draw.moment(),
    taken: draw.chance(0.5) ? 1 : 0,
  }));
}

const mayMove =
  (draw: Draw) =>
  (row: WritebackRow): boolean =>
    row.status === 'ready' || row.status === 'leased' || row.status === 'dead' || draw.wrong();

function settledRow(draw: Draw, { id }: WritebackRow): SettledRow {
  const status = draw.pick(['ready', 'ready', 'confirmed', 'dead', 'superseded', 'waived'] as const);
  const needsReason = status === 'dead' || status === 'waived';
  return {
    id,
    status: draw.wrong() ? 'leased' : status,
    mode: draw.pick(['apply', 'confirm'] as const),
    overwrites: draw.chance(0.2) ? ['active.offer'] : [],
    disputed: draw.chance(0.2) ? 'hired' : null,
    tries: draw.integer(0, 4),
    checks: draw.integer(0, 4),
    conflicts: draw.integer(0, 4),
    contradictions: draw.integer(0, 4),
    reason: needsReason !== draw.wrong() ? 'refused' : null,
    settled_by: draw.wrong() ? 'rumour' : draw.pick([null, 'readback', 'schedule']),
    delay_ms: draw.far(),
    ends_lane: draw.chance(0.2),
  };
}

const attemptRow = (draw: Draw): AttemptRow => ({
  writeback_id: draw.wrong() ? 'nothing' : (ids(draw, 1)[0] ?? draw.row(draw.tables.writebacks)?.id ?? 'nothing'),
  attempt: draw.integer(1, 2),
  outcome: draw.pick(['confirmed', 'confirmed_already', 'retryable']),
  mode: 'apply',
  reason: draw.chance(0.5) ? 'server_error' : null,
  contradicted: draw.chance(0.2),
  http_status: draw.chance(0.5) ? 200 : null,
  precondition: draw.chance(0.2) ? 'etag' : null,
  dispatched_at: draw.moment(),
  reported_ms: draw.chance(0.8) ? 1.5 : null,
});
