// Operations on events, on the log and on what follows from events.
import type { EventRow as NewEvent } from '../../../../../src/store/engine/events.ts';
import type { NewIncident } from '../../../../../src/store/settling/incidents.ts';
import { connections, type Draw, machines } from './draw.ts';
import type { Operations } from './operation.ts';

export const eventOperations = {
  insertEvents: (draw) => [draw.list(0, 3, () => newEvent(draw))],
  updateEvents: (draw) => [
    draw
      .rows(draw.tables.events, 3, (row) => row.disposition === 'parked' || draw.wrong())
      .map(({ id }) => ({ id, ...ending(draw), subject_id: someSubject(draw) })),
  ],
  findEvents: (draw) => [
    [
      ...draw.rows(draw.tables.events, 4).map(({ source, external_id }) => ({ source, external_id })),
      { source: 'client:nobody', external_id: 'unknown' },
    ],
  ],
  lockParked: (draw) => [
    draw.rows(draw.tables.subjects, 3).map((row) => row.id),
    draw.list(0, 3, () => name(draw)),
    draw.rows(draw.tables.events, 6).map((row) => row.id),
  ],
  findParkedPlaces: (draw) => [draw.rows(draw.tables.events, 3).map((row) => row.id)],
  findExpiredParked: (draw) => [draw.integer(1, 5)],
  findReleasable: () => [1_000],
  findToldStages: (draw) => [
    draw.rows(draw.tables.subjects, 4).map((row) => row.id),
    draw.list(0, 3, () => `connection:${draw.pick(connections)}`),
  ],
  claimDueProbes: (draw) => [draw.far(), draw.integer(1, 4)],
  findProbe: (draw) => {
    const row = draw.row(draw.tables.events, (one) => one.disposition === 'parked' || draw.chance(0.2));
    const source = row?.source.replace('connection:', '') ?? 'ats';
    return [draw.chance(0.8) ? source : 'hris', row?.id ?? 'nothing'];
  },
  insertTransitions: (draw) => [
    draw.rows(draw.tables.subjects, 2).flatMap(({ id }) => {
      const event = draw.row(draw.tables.events);
      return event ? [transition(draw, id, event.id)] : [];
    }),
  ],
  insertEchoes: (draw) => [
    draw.rows(draw.tables.writebacks, 2).flatMap((writeback) => {
      const event = draw.row(draw.tables.events);
      return event ? [{ writeback_id: writeback.id, event_id: event.id, value: 'active.offer' }] : [];
    }),
  ],
  openIncidents: (draw) => [draw.list(0, 3, () => incident(draw))],
  settleIncidents: (draw) => {
    const keys = draw.list(0, 3, () => key(draw));
    const until = draw.chance(0.5)
      ? keys.slice(0, 1).map((one) => [one, new Date(Date.now() + draw.far()).toISOString()])
      : [];
    return [keys, 'interlock', draw.pick(['over', 'moved on']), Object.fromEntries(until)];
  },
  appendCounts: (draw) => [
    draw.list(0, 4, () => ({
      measure: draw.pick(['event.applied', 'event.parked'] as const),
      machine: draw.pick(machines),
      eventType: draw.pick(['offer.made', 'raw']),
      connection: draw.pick(connections),
      count: draw.integer(-2, 4),
    })),
  ],
  mergeCounts: () => [10_000],
  databaseClock: () => [],
} satisfies Partial<Operations>;

export const name = (draw: Draw) => ({
  system: draw.pick(connections),
  machine: draw.pick(machines),
  external_id: `ref-${draw.integer(1, 12)}`,
});

export const someSubject = (draw: Draw): string | null =>
  draw.wrong() ? 'sub_nobody' : draw.chance(0.4) ? null : (draw.row(draw.tables.subjects)?.id ?? null);

function newEvent(draw: Draw): NewEvent {
  const known = draw.wrong() ? draw.row(draw.tables.events) : undefined;
  const ref = draw.chance(0.8) ? name(draw) : null;
  return {
    id: draw.id('evt'),
    source: known?.source ?? `connection:${draw.pick(connections)}`,
    external_id: known?.external_id ?? draw.id('said'),
    fingerprint: String(draw.next()),
    machine: ref?.machine ?? draw.pick(machines),
    claim_kind: draw.wrong() ? ('rumour' as 'raw') : draw.pick(['event', 'stage', 'raw'] as const),
    claim: draw.chance(0.8) ? 'active.offer' : null,
    by_kind: 'ats',
    ref_system: ref?.system ?? null,
    ref_id: ref?.external_id ?? null,
    subject_id: someSubject(draw),
    person_id: draw.wrong() ? 'per_nobody' : (draw.row(draw.tables.persons)?.id ?? 'per_nobody'),
    payload_ct: draw.chance(0.9) ? draw.bytes() : null,
    occurred_at: draw.moment(),
    received_at: draw.moment(),
    ...ending(draw),
  };
}

/** How an event ends or goes on waiting; seldom something that no event may be. */
function ending(draw: Draw) {
  const disposition = draw.wrong()
    ? 'forgotten'
    : draw.pick(['parked', 'parked', 'parked', 'applied', 'refused', 'stale', 'echo', 'quarantined']);
  const parked = draw.wrong() ? draw.chance(0.5) : disposition === 'parked';
  const applied = draw.wrong() ? draw.chance(0.5) : disposition === 'applied';
  return {
    disposition,
    code: draw.chance(0.5) ? 'turn' : null,
    detail: draw.chance(0.7) ? { state: 'active.offer', allowed: ['a', 'b'] } : null,
    transition_version: applied ? draw.integer(1, 4) : null,
    settled_at: parked ? null : draw.moment(),
    parked_for: parked ? draw.pick(['turn', 'subject', 'probe'] as const) : null,
    parked_until: parked ? draw.moment() : null,
    probe_attempt: draw.integer(0, 3),
    probe_sent_at: parked && draw.chance(0.5) ? draw.moment() : null,
    probe_due_at: parked && draw.chance(0.5) ? draw.moment() : null,
  };
}

function transition(draw: Draw, subject: string, event: string) {
  const known = draw.tables.transitions.get(subject)?.length ?? 0;
  return {
    subject_id: subject,
    version: draw.wrong() ? known : known + 1,
    event_id: event,
    type: 'offer.made',
    from_state: 'active.interview',
    to_state: 'active.offer',
    history: draw.chance(0.5) ? 'active.offer' : null,
    machine: 'application',
    machine_version: 1,
    machine_hash: 'hash',
    source: 'client:test',
    by_kind: 'ats',
    occurred_at: draw.moment(),
    recorded_at: draw.moment().replace('Z', '456Z'),
    payload_commit: draw.bytes(),
    prev_hash: draw.bytes(),
    hash: draw.bytes(),
  };
}

const key = (draw: Draw): string => `divergence/${draw.integer(1, 12)}`;

function incident(draw: Draw): NewIncident {
  const some = <T extends { id: string }>(rows: ReadonlyMap<string, T>): string | null =>
    draw.wrong() ? 'nobody' : draw.chance(0.5) ? null : (draw.row(rows)?.id ?? null);
  return {
    id: draw.wrong() ? (draw.row(draw.tables.incidents)?.id ?? draw.id('inc')) : draw.id('inc'),
    ...matter(draw),
    subject_id: some(draw.tables.subjects),
    connection_id: some(draw.tables.connections),
    writeback_id: some(draw.tables.writebacks),
    event_id: some(draw.tables.events),
    owner: 'recruiting operations',
    detail: { canonical: 'active.offer', times: draw.integer(1, 9) },
    times: draw.integer(1, 3),
  };
}

/** Mostly a divergence, or a conflict about an element; seldom one of neither kind. */
function matter(draw: Draw): Pick<NewIncident, 'kind' | 'key' | 'element' | 'values_ct'> {
  if (draw.chance(0.6))
    return {
      kind: draw.wrong() ? ('gossip' as 'divergence') : 'divergence',
      key: key(draw),
      element: null,
      values_ct: null,
    };
  const element = `screening.score.${draw.integer(0, 1)}`;
  return {
    kind: 'field_conflict',
    key: `field/${element}`,
    element: draw.wrong() ? null : element,
    values_ct: draw.bytes(),
  };
}
