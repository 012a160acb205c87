// Reads and locks everything a batch needs, in the order subject → event → lane, before the first decision.

import type { Intake } from '../../core/deciding/intake.ts';
import type { PersonId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { type Facts, factsWith } from '../../core/machine/guards.ts';
import type { Tx } from '../../store/database/database.ts';
import type { KnownEvent, ParkedEvent } from '../../store/engine/events.ts';
import type { LaneRow } from '../../store/engine/lanes.ts';
import type { OpenConflict, StandingValue } from '../../store/engine/standing-values.ts';
import type { LockedSubject, RefName } from '../../store/engine/subjects.ts';
import type { OpenWriteback, RecentWrite } from '../../store/engine/writebacks.ts';
import type { Connection } from '../connections/connections.ts';
import type { Context } from '../context.ts';
import type { BatchItem } from './items.ts';
import { laneKey, refKey, type WorkingSubject } from './ledger.ts';
import { valueKey } from './weigh-values.ts';

/** A parked event, from its row or from this very batch, with what it said; without it once its person was erased. */
export type WaitingEvent = ParkedEvent & { data?: Readonly<Record<string, unknown>> | undefined };

/** Moments in ms. */
export interface Told {
  /** The newest change that the system told of, by its own clock: what happened before may be over. */
  at: number;
  /** When a stage of its was last refused. */
  refusedAt: number;
  /** When anything it said was last settled, by the database's clock: what was read before may be over. */
  settledAt: number;
}

export interface Loaded {
  /** The database's clock at the start of the batch, ISO 8601 with microseconds. */
  clock: string;
  connections: Map<string, Connection>;
  /** Places left in each connection's window. */
  places: Map<string, number>;
  known: Map<string, KnownEvent>;
  refs: Map<string, string>;
  subjects: Map<string, WorkingSubject>;
  parked: WaitingEvent[];
  lanes: Map<string, LaneRow>;
  open: OpenWriteback[];
  recent: Map<string, RecentWrite[]>;
  /** What systems said about stages before, by `laneKey`. */
  told: Map<string, Told>;
  requisitionFacts: Map<string, { facts: Facts; state: string }>;
  /** What holds of the elements that the batch carries, by `valueKey`. */
  values: Map<string, StandingValue>;
  /** Conflicts that nobody has settled, by key; and the ids of those that were there before the batch. */
  conflicts: Map<string, OpenConflict>;
  conflictsBefore: ReadonlySet<string>;
}

export const nothingTold: Told = { at: -Infinity, refusedAt: 0, settledAt: -Infinity };

/** The connection a parked event came from; null for a client's. */
export const connectionOf = ({ source }: { source: string }): string | null =>
  source.startsWith('connection:') ? source.slice('connection:'.length) : null;

export const eventKey = (source: string, externalId: string): string => `${source}\n${externalId}`;

/** `also`: subjects, and elements of theirs, that something else than an event is about. */
export async function load(
  context: Context,
  tx: Tx,
  items: readonly BatchItem[],
  also: { subjects: readonly string[]; elements: readonly string[] } = { subjects: [], elements: [] },
): Promise<Loaded> {
  const intakes = items.flatMap((item) => ('intake' in item ? [item.intake] : []));
  const eventIds = items.flatMap((item) => ('intake' in item ? [] : [item.event]));
  const { records } = context;
  // What needs no answer of another leaves together.
  const parkedPlaces = eventIds.length > 0 ? await records.findParkedPlaces(tx, eventIds) : [];
  const names = refNames(intakes);
  for (const one of parkedPlaces)
    if (one.ref_system && one.ref_id)
      names.push({ system: one.ref_system, machine: one.machine, external_id: one.ref_id });
  const [clock, connectionList, known, resolved] = await Promise.all([
    records.databaseClock(tx),
    context.connections.load(tx),
    records.findEvents(tx, uniqueKeys(intakes)),
    records.resolveRefs(tx, names),
  ]);
  const connections = new Map(connectionList.map((connection) => [connection.id, connection]));
  const refs = new Map(resolved.map((row) => [refKey(row.system, row.machine, row.external_id), row.subject_id]));
  const requisitions = resolved.filter((row) => row.machine === 'requisition').map((row) => row.subject_id);
  const wanted = new Set(
    resolved
      .filter((row) => row.machine !== 'requisition' || intakes.some((intake) => intake.machine === 'requisition'))
      .map((row) => row.subject_id),
  );
  for (const intake of intakes) if (intake.subject?.kind === 'id') wanted.add(intake.subject.id);
  for (const one of parkedPlaces) if (one.subject_id) wanted.add(one.subject_id);
  for (const one of also.subjects) wanted.add(one);
  const ids = [...wanted].sort();

  const elements = [...also.elements, ...elementsOf(intakes, [])];
  const [locked, parked, standing, requisitionFacts, left] = await Promise.all([
    records.lockSubjects(tx, ids),
    records.lockParked(tx, ids, names, eventIds),
    records.lockLanesAndValues(tx, ids, elements),
    records.factsOf(tx, requisitions),
    placesLeft(context, tx, connections),
  ]);
  context.crashPoint('ingest.locked');
  const waiting: WaitingEvent[] = parked.map((one) => ({ ...one, data: payloadOf(context, one) ?? undefined }));
  const told = await loadTold(context, tx, ids, intakes, waiting);
  // What waited may carry elements that nothing new does; its lanes are locked by now.
  const { values, conflicts } =
    waiting.length > 0
      ? await records.lockLanesAndValues(tx, ids, [...new Set([...elements, ...elementsOf([], waiting)])])
      : standing;
  return {
    clock,
    connections,
    places: left,
    known: new Map(known.map((row) => [eventKey(row.source, row.external_id), row])),
    refs,
    subjects: new Map(locked.map((row) => [row.id, workingSubject(context, row)])),
    parked: waiting,
    lanes: new Map(standing.lanes.map((row) => [laneKey(row.subject_id, row.connection_id), row])),
    ...told,
    requisitionFacts,
    values: new Map(values.map((row) => [valueKey(row.subject_id, row.element), row])),
    conflicts: new Map(conflicts.map((row) => [row.key, row])),
    conflictsBefore: new Set(conflicts.map((row) => row.id)),
  };
}

/** What systems said before and what of ours is on its way to them, as far as the batch is about what they say. */
async function loadTold(
  { records }: Context,
  tx: Tx,
  subjects: readonly string[],
  intakes: readonly Intake[],
  parked: readonly WaitingEvent[],
): Promise<Pick<Loaded, 'open' | 'recent' | 'told'>> {
  const sources = new Set([
    ...intakes.flatMap((intake) => intake.connection ?? []),
    ...parked.flatMap((event) => connectionOf(event) ?? []),
  ]);
  // Only stages can come in the wrong order: what a system says by name is held to the order of the machine.
  const ofStages = new Set([
    ...intakes.flatMap(({ claim, connection, source }) => (claim?.kind === 'stage' && connection ? [source] : [])),
    ...parked.flatMap((one) => (one.claim_kind === 'stage' && connectionOf(one) ? [one.source] : [])),
  ]);
  const [open, recent, told] = await Promise.all([
    sources.size > 0 || parked.length > 0 ? records.findOpenWritebacks(tx, subjects) : [],
    records.findRecentWrites(tx, subjects, [...sources], limits.echoWindowMs),
    records.findToldStages(tx, subjects, [...ofStages]),
  ]);
  return {
    open,
    recent: groupRecent(recent),
    told: new Map(
      told.map((one) => [
        laneKey(one.subject_id, connectionOf(one) ?? one.source),
        {
          at: one.occurred_at?.getTime() ?? nothingTold.at,
          refusedAt: one.refused_at?.getTime() ?? nothingTold.refusedAt,
          settledAt: one.settled_at?.getTime() ?? nothingTold.settledAt,
        },
      ]),
    ),
  };
}

const elementsOf = (intakes: readonly Intake[], parked: readonly WaitingEvent[]): string[] => [
  ...new Set([...intakes, ...parked].flatMap((one) => Object.keys(one.data ?? {}))),
];

/** What a parked event carried; null once the person was erased. */
function payloadOf({ vault }: Context, parked: ParkedEvent): Record<string, unknown> | null {
  const keys = vault.unwrap(parked.person_id as PersonId, parked);
  if (!keys) return null;
  if (!parked.payload_ct) return {};
  return vault.unsealJson(keys.dataKey, ['event', 'payload_ct', parked.id], parked.payload_ct) as Record<
    string,
    unknown
  >;
}

function uniqueKeys(intakes: readonly Intake[]): { source: string; external_id: string }[] {
  return [
    ...new Map(
      intakes.map((intake) => [
        eventKey(intake.source, intake.externalId),
        { source: intake.source, external_id: intake.externalId },
      ]),
    ).values(),
  ];
}

function refNames(intakes: readonly Intake[]): RefName[] {
  const names = new Map<string, RefName>();
  const add = (system: string, machine: string, ref: string): void =>
    void names.set(refKey(system, machine, ref), { system, machine, external_id: ref });
  for (const intake of intakes) {
    if (intake.subject?.kind === 'ref') add(intake.subject.system, intake.machine, intake.subject.ref);
    for (const other of intake.alsoKnownAs) add(other.system, intake.machine, other.ref);
    if (intake.requisition) add(intake.requisition.system, 'requisition', intake.requisition.ref);
  }
  return [...names.values()];
}

export function workingSubject(context: Context, row: LockedSubject): WorkingSubject {
  return {
    id: row.id,
    isNew: false,
    moved: false,
    machine: context.machines.get(row.machine, row.machine_version),
    ownFacts: row.facts,
    place: {
      state: row.state,
      history: row.history,
      facts: factsWith(
        row.facts,
        row.parent_state === null ? null : { facts: row.parent_facts ?? {}, state: row.parent_state },
      ),
    },
    version: row.version,
    chainHead: row.chain_head,
    person: row.person_id,
    // The wrapped keys may be older than the lock that was waited for; the subject's own row is not.
    keys: row.erased ? null : context.vault.unwrap(row.person_id as PersonId, row),
    parent: row.parent_id,
    region: row.region,
    businessUnit: row.business_unit,
    requisitionType: row.requisition_type,
    stateSince: row.state_since,
    slaDueAt: row.sla_due_at,
  };
}

async function placesLeft(
  context: Context,
  tx: Tx,
  connections: ReadonlyMap<string, Connection>,
): Promise<Map<string, number>> {
  if (!context.dispatches) return new Map();
  const leased = await context.window.leased(() => context.records.countLeased(tx));
  return new Map([...connections.values()].map((one) => [one.id, context.window.places(one, leased)]));
}

function groupRecent(rows: readonly RecentWrite[]): Map<string, RecentWrite[]> {
  const groups = new Map<string, RecentWrite[]>();
  for (const row of rows) {
    const key = laneKey(row.subject_id, row.connection_id);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return groups;
}
