// What must hold when everything is quiet again: judged by the vendors' logs and by what senders were told, not by our own counters.
import { chainInvariant, countInvariant, replayInvariant } from './invariants-ledger.ts';
import {
  agreementInvariant,
  confirmationInvariant,
  orderInvariant,
  repetitionInvariant,
  respectInvariant,
} from './invariants-vendor.ts';
import type { Tables, WritebackRow } from './memory/rows.ts';
import type { Finding } from './run-schedule.ts';
import { stageOf } from './simulated-adapter.ts';
import type { World } from './world.ts';

export type Invariant = (world: World) => string[];

const invariants: readonly [name: string, check: Invariant][] = [
  ['I1', answersInvariant],
  ['I2', densityInvariant],
  ['I3', replayInvariant],
  ['I4', audienceInvariant],
  ['I5', settledInvariant],
  ['I6', orderInvariant],
  ['I7', repetitionInvariant],
  ['I7 people', respectInvariant],
  ['I8', confirmationInvariant],
  ['I8 agreement', agreementInvariant],
  ['I9', chainInvariant],
  ['I10', countInvariant],
  ['I13', ownershipInvariant],
];

export const violationsOf = (world: World): Finding[] =>
  invariants.flatMap(([invariant, check]) => check(world).map((detail) => ({ invariant, detail })));

/** Every event that was answered is on record once, as it was answered; and nobody is left without an answer. */
function answersInvariant(world: World): string[] {
  const wrong: string[] = [];
  const events = [...world.memory.tables.events.values()];
  const byName = grouped(events, (one) => `${one.source}\n${one.external_id}`);
  for (const [name, { intake, recorded }] of world.said) {
    const found = byName.get(name) ?? [];
    if (!recorded) wrong.push(`${intake.externalId} was never answered`);
    else if (found.length !== 1) wrong.push(`${intake.externalId} is on record ${found.length} times`);
    else if (found[0]?.id !== recorded.event) wrong.push(`${intake.externalId} was answered as another event`);
    else if (recorded.disposition === 'applied' && found[0]?.disposition !== 'applied')
      wrong.push(`${intake.externalId} was answered applied and is ${found[0]?.disposition}`);
  }
  const waiting = events.filter((one) => one.disposition === 'parked');
  for (const one of waiting) wrong.push(`${one.external_id} is parked for ever (${one.parked_for})`);
  return wrong;
}

/** Versions without gaps, one transition for each applied event. */
function densityInvariant({ memory: { tables } }: World): string[] {
  const wrong: string[] = [];
  const events = new Set<string>();
  for (const one of [...tables.transitions.values()].flat()) {
    if (events.has(one.event_id)) wrong.push(`two transitions of ${one.event_id}`);
    events.add(one.event_id);
  }
  for (const subject of tables.subjects.values()) {
    const versions = (tables.transitions.get(subject.id) ?? []).map((one) => one.version);
    if (versions.some((version, index) => version !== index + 1) || versions.length !== subject.version)
      wrong.push(`${subject.id} is at ${subject.version} with versions ${versions.join(' ')}`);
  }
  for (const event of tables.events.values())
    if ((event.disposition === 'applied') !== events.has(event.id))
      wrong.push(
        `${event.external_id} is ${event.disposition} and has ${events.has(event.id) ? 'a' : 'no'} transition`,
      );
  return wrong;
}

/** One writeback for each connection that shows the new state, the origin included. */
function audienceInvariant(world: World): string[] {
  const wrong: string[] = [];
  const { writebacks, transitions } = world.memory.tables;
  const caused = [...writebacks.values()].filter((row) => row.cause === 'transition' || row.cause === 'origin');
  const born = grouped(caused, (row) => `${row.subject_id} ${row.subject_version} ${row.connection_id}`);
  for (const one of [...transitions.values()].flat()) {
    for (const [connection, system] of world.systems) {
      const shows = stageOf(system.stages, one.to_state) !== undefined;
      const here = born.get(`${one.subject_id} ${one.version} ${connection}`)?.length ?? 0;
      if (here !== (shows ? 1 : 0))
        wrong.push(`${one.subject_id} v${one.version} (${one.to_state}): ${here} writebacks for ${connection}`);
    }
  }
  return wrong;
}

/** Given up as lost: because of the vendor where it had answered as often before, or failed it for most of a day. */
function isOurs({ attempts }: Tables, { id, created_at, settled_at }: WritebackRow): boolean {
  const own = [...attempts.values()].filter((one) => one.writeback_id === id);
  const lost = own.filter((one) => one.outcome === 'lost').length;
  return lost === own.length || ((settled_at ?? 0) - created_at < 3_600_000 && lost > own.length / 2);
}

/** Settled, and what was given up has a reason and somebody to look at it. */
function settledInvariant({ memory: { tables } }: World): string[] {
  const wrong: string[] = [];
  const open = new Set([...tables.incidents.values()].filter((one) => one.settled_at === null).map((one) => one.key));
  const writebacks = [...tables.writebacks.values()];
  const byLane = grouped(writebacks, (one) => `${one.subject_id} ${one.connection_id}`);
  const dead = writebacks.filter((one) => one.status === 'dead');
  for (const one of writebacks) {
    const behindDead = dead.some(
      (other) =>
        other.subject_id === one.subject_id &&
        other.connection_id === one.connection_id &&
        other.lane_seq < one.lane_seq,
    );
    if (one.status === 'leased' || (one.status === 'ready' && !behindDead))
      wrong.push(`${one.id} is still ${one.status}`);
    if (one.status !== 'dead') continue;
    if (!one.reason) wrong.push(`${one.id} is dead without a reason`);
    if (one.reason === 'lost' && isOurs(tables, one))
      wrong.push(`${one.id} was given up because of us, not of the vendor`);
    if (!open.has(`dead/${one.id}`) && !open.has(`divergence/${one.subject_id}/${one.connection_id}`))
      wrong.push(`${one.id} is dead (${one.reason}) and nobody is told`);
  }
  for (const lane of tables.lanes.values()) {
    const here = byLane.get(`${lane.subject_id} ${lane.connection_id}`) ?? [];
    const seqs = here.map((one) => one.lane_seq).sort((a, b) => a - b);
    if (seqs.some((seq, index) => seq !== index + 1) || seqs.length !== lane.next_seq)
      wrong.push(`lane ${lane.subject_id}/${lane.connection_id} has ${seqs.join(' ')} of ${lane.next_seq}`);
  }
  return wrong;
}

/** No attempt begins before the one before it has ended: a stale owner settles nothing that another has taken over. */
function ownershipInvariant({ memory: { tables } }: World): string[] {
  const attempts = [...tables.attempts.values()];
  const known = grouped(attempts, (one) => `${one.writeback_id} ${one.attempt}`);
  return attempts
    .filter((one) => one.attempt > 1)
    .filter(
      (one) =>
        !known.get(`${one.writeback_id} ${one.attempt - 1}`)?.some((other) => other.settled_at <= one.dispatched_at),
    )
    .map((one) => `${one.writeback_id}: attempt ${one.attempt} began before ${one.attempt - 1} had ended`);
}

/** In one pass: to look through all rows for each row is the dear way. */
function grouped<T>(rows: readonly T[], nameOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const name = nameOf(row);
    const group = groups.get(name);
    if (group) group.push(row);
    else groups.set(name, [row]);
  }
  return groups;
}
