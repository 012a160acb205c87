// Invariants of the ledger itself: the log replays to the stored state, the chain holds, and the counts add up to the rows.

import type { measures } from '../../../src/core/figures/kpi.ts';
import { chainHash, chainStart } from '../../../src/core/log/chain.ts';
import { stepFrom } from '../../../src/core/machine/machine.ts';
import { loadDefinitions } from '../../../src/load-definitions.ts';
import type { World } from './world.ts';

const { machines } = loadDefinitions();

/** Replaying the transitions through their machine gives the stored state. */
export function replayInvariant({ memory: { tables } }: World): string[] {
  const wrong: string[] = [];
  for (const subject of tables.subjects.values()) {
    const machine = machines.get(subject.machine, subject.machine_version);
    let place = { state: machine.initial, history: null as string | null, facts: {} };
    for (const one of tables.transitions.get(subject.id) ?? []) {
      if (one.from_state !== place.state)
        wrong.push(`${subject.id} v${one.version} starts at ${one.from_state}, not ${place.state}`);
      const next = stepFrom(machine, place, one.type) ?? place;
      place = { state: next.state, history: next.history, facts: {} };
      if (one.to_state !== place.state)
        wrong.push(`${subject.id} v${one.version} leads to ${one.to_state}, not ${place.state}`);
    }
    if (subject.state !== place.state) wrong.push(`${subject.id} is ${subject.state}, its log says ${place.state}`);
  }
  return wrong;
}

export function chainInvariant({ memory: { tables } }: World): string[] {
  const wrong: string[] = [];
  for (const subject of tables.subjects.values()) {
    let previous: Buffer = chainStart;
    for (const row of tables.transitions.get(subject.id) ?? []) {
      const hash = chainHash(
        previous,
        {
          subject: row.subject_id,
          version: row.version,
          event: row.event_id,
          type: row.type,
          from: row.from_state,
          to: row.to_state,
          history: row.history,
          machine: row.machine,
          machineVersion: row.machine_version,
          machineHash: row.machine_hash,
          source: row.source,
          by: row.by_kind,
          occurredAt: new Date(row.occurred_at).toISOString(),
          recordedAt: new Date(row.recorded_at).toISOString().replace('Z', '000Z'),
        },
        row.payload_commit,
      );
      if (!hash.equals(row.hash)) wrong.push(`${subject.id} v${row.version} does not follow from what is before it`);
      previous = row.hash;
    }
    if (!previous.equals(subject.chain_head)) wrong.push(`${subject.id} has another chain head than its log`);
  }
  return wrong;
}

/** The counts of the tables, and what the ledger's own rows say. */
export function countInvariant({ memory: { tables } }: World): string[] {
  const counted = new Map<string, number>();
  for (const one of tables.counts.values())
    counted.set(one.measure, (counted.get(one.measure) ?? 0) + Number(one.count));
  const events = [...tables.events.values()];
  const writebacks = [...tables.writebacks.values()];
  const truth: Partial<Record<keyof typeof measures, number>> = {
    'event.applied': events.filter((one) => one.disposition === 'applied').length,
    'event.refused': events.filter((one) => one.disposition === 'refused').length,
    'event.stale': events.filter((one) => one.disposition === 'stale').length,
    'event.echo': events.filter((one) => one.disposition === 'echo').length,
    'event.parked': events.filter((one) => one.disposition === 'parked').length,
    'writeback.created': writebacks.length,
    'writeback.confirmed': writebacks.filter((one) => one.status === 'confirmed' && one.settled_by !== 'origin').length,
    'writeback.origin': writebacks.filter((one) => one.status === 'confirmed' && one.settled_by === 'origin').length,
    'writeback.dead': writebacks.filter((one) => one.status === 'dead').length,
    'writeback.superseded': writebacks.filter((one) => one.status === 'superseded').length,
    'attempt.settled': tables.attempts.size,
  };
  const wrong = Object.entries(truth)
    .filter(([measure, count]) => (counted.get(measure) ?? 0) !== count)
    .map(([measure, count]) => `${measure} is counted ${counted.get(measure) ?? 0} times, the rows say ${count}`);
  const parts = ['applied', 'duplicate', 'echo', 'stale', 'refused', 'quarantined', 'parked'].reduce(
    (sum, one) => sum + (counted.get(`event.${one}`) ?? 0),
    0,
  );
  if (parts !== (counted.get('event.received') ?? 0))
    wrong.push(`${parts} dispositions of ${counted.get('event.received')} received`);
  return wrong;
}
