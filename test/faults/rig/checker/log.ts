// I2, I3 and I9: each applied event made one transition, versions are dense, the log replays to the stored state, and its chain holds.
import { createHash } from 'node:crypto';
import { loadDefinitions } from '../../../../src/load-definitions.ts';
import type { TransitionRow } from '../tables.ts';
import { groupBy, type Rule } from './evidence.ts';

/** I2. */
export const oneTransitionPerApplied: Rule = ({ tables }) => {
  const faults: string[] = [];
  const byEvent = groupBy(tables.transition, (row) => row.event_id);
  const events = new Map(tables.event.map((row) => [row.id, row]));
  for (const row of tables.event) {
    const made = byEvent.get(row.id) ?? [];
    const wanted = row.disposition === 'applied' ? 1 : 0;
    if (made.length !== wanted) faults.push(`event ${row.id} (${row.disposition}) made ${made.length} transitions`);
    if (wanted === 1 && made[0] && made[0].version !== row.transition_version)
      faults.push(`event ${row.id} names version ${row.transition_version}, its transition is ${made[0].version}`);
  }
  for (const row of tables.transition)
    if (!events.has(row.event_id)) faults.push(`version ${row.version} of ${row.subject_id} has no event`);
  const bySubject = groupBy(tables.transition, (row) => row.subject_id);
  for (const subject of tables.subject) {
    const versions = (bySubject.get(subject.id) ?? []).map((row) => row.version).sort((a, b) => a - b);
    if (versions.some((version, index) => version !== index + 1))
      faults.push(`the versions of ${subject.id} are not dense: ${versions.join(' ')}`);
    if (versions.length !== subject.version)
      faults.push(`${subject.id} is at version ${subject.version} with ${versions.length} transitions`);
  }
  return faults;
};

/** I3: edge by edge through the machine version that each transition recorded. */
export const replaysToTheStoredState: Rule = ({ tables }) => {
  const { machines } = loadDefinitions();
  const faults: string[] = [];
  const bySubject = groupBy(tables.transition, (row) => row.subject_id);
  for (const subject of tables.subject) {
    let state = machines.get(subject.machine, 1).initial;
    for (const row of bySubject.get(subject.id) ?? []) {
      const machine = machines.get(row.machine, row.machine_version);
      if (machine.hash !== row.machine_hash) faults.push(`${subject.id} v${row.version} names another machine`);
      if (row.from_state !== state)
        faults.push(`${subject.id} v${row.version} leaves ${row.from_state}, it was in ${state}`);
      if (!isEdge(machine.edges.get(row.from_state) ?? [], row))
        faults.push(
          `${subject.id} v${row.version}: ${row.type} does not lead from ${row.from_state} to ${row.to_state}`,
        );
      state = row.to_state;
    }
    if (state !== subject.state) faults.push(`${subject.id} is stored in ${subject.state}, its log ends in ${state}`);
  }
  return faults;
};

/** What leads back to where it was has no target of its own. */
const isEdge = (edges: readonly { event: string; to: string | null }[], row: TransitionRow): boolean =>
  edges.some(
    (edge) => edge.event === row.type && (edge.to === row.to_state || edge.to === null || returns.has(row.type)),
  );
const returns = new Set(['application.resumed', 'application.reopened']);

/** I9: recomputed here from the rows, by the published formula. */
export const chainHolds: Rule = ({ tables }) => {
  const faults: string[] = [];
  const bySubject = groupBy(tables.transition, (row) => row.subject_id);
  for (const subject of tables.subject) {
    let previous = '00'.repeat(32);
    for (const row of bySubject.get(subject.id) ?? []) {
      if (row.prev_hash !== previous) faults.push(`${subject.id} v${row.version} is not linked to the one before`);
      if (hashOf(row) !== row.hash) faults.push(`${subject.id} v${row.version} is not what was hashed`);
      previous = row.hash;
    }
    if (subject.chain_head !== previous) faults.push(`the end of the log of ${subject.id} is missing`);
  }
  return faults;
};

function hashOf(row: TransitionRow): string {
  const header = {
    by: row.by_kind,
    event: row.event_id,
    from: row.from_state,
    history: row.history,
    machine: row.machine,
    machineHash: row.machine_hash,
    machineVersion: row.machine_version,
    occurredAt: row.occurred_at.toISOString(),
    recordedAt: row.recorded_at,
    source: row.source,
    subject: row.subject_id,
    to: row.to_state,
    type: row.type,
    version: row.version,
  };
  return createHash('sha256')
    .update('il.v1')
    .update(Buffer.from(row.prev_hash, 'hex'))
    .update(JSON.stringify(header))
    .update(Buffer.from(row.payload_commit, 'hex'))
    .digest('hex');
}
