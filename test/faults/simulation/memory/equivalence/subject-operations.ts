// Operations on persons, subjects, their names, their elements, and on connections.
import type { Facts } from '../../../../../src/core/machine/guards.ts';
import type { SubjectRow as NewSubject } from '../../../../../src/store/engine/subjects.ts';
import type { SubjectRow } from '../rows.ts';
import { connections, type Draw, machines } from './draw.ts';
import { name, someSubject } from './event-operations.ts';
import type { Operations } from './operation.ts';

export const subjectOperations = {
  insertPersons: (draw) => [
    draw.list(0, 2, () => ({
      id: draw.wrong() ? (draw.row(draw.tables.persons)?.id ?? 'per_first') : draw.id('per'),
      data_key: draw.bytes(),
      commit_key: draw.bytes(),
      master_key_id: 'master',
      email_index: draw.chance(0.5) ? draw.bytes() : null,
      ...(draw.chance(0.3)
        ? { profile_system: 'ats', profile_ref: `p-${draw.integer(1, 9)}` }
        : { profile_system: null, profile_ref: null }),
    })),
  ],
  learnContacts: (draw) => [
    draw.rows(draw.tables.persons, 2).map(({ id }) => ({
      id,
      email_index: draw.chance(0.7) ? Buffer.from(`mail-${draw.integer(1, 3)}`) : null,
    })),
  ],
  insertSubjects: (draw) => [
    draw.list(0, 2, () => ({
      ...place(draw, draw.wrong() ? 0 : 1),
      id: draw.wrong() ? (draw.row(draw.tables.subjects)?.id ?? 'sub_first') : draw.id('sub'),
    })),
  ],
  updateSubjects: (draw) => [
    draw.rows(draw.tables.subjects, 2).map((row) => ({
      ...place(draw, row.version + (draw.wrong() ? -1 : draw.integer(0, 1))),
      ...identity(row),
    })),
  ],
  lockSubjects: (draw) => [[...draw.rows(draw.tables.subjects, 4).map((row) => row.id), 'sub_nobody']],
  holdRequisitions: (draw) => [draw.rows(draw.tables.subjects, 3).map((row) => row.id)],
  factsOf: (draw) => [draw.rows(draw.tables.subjects, 3).map((row) => row.id)],
  insertRefs: (draw) => [draw.list(0, 3, () => linked(draw)), draw.chance(0.8)],
  resolveRefs: (draw) => [
    [...new Map(draw.list(0, 6, () => name(draw)).map((one) => [JSON.stringify(one), one])).values()],
  ],
  upsertElements: (draw) => {
    const subject = someSubject(draw) ?? draw.row(draw.tables.subjects)?.id ?? 'sub_nobody';
    const twice = draw.chance(0.1);
    return [draw.list(0, 3, (index) => element(draw, subject, twice ? 0 : index))];
  },
  findElements: (draw) => [
    draw.row(draw.tables.elements)?.subject_id ?? 'sub_nobody',
    ['screening.score.0', 'screening.score.1', 'offer.startDate'],
  ],
  listConnections: () => [],
  setCircuit: (draw) => [
    draw.pick(connections),
    draw.pick(['closed', 'closed', 'closed', 'open', 'open', 'half_open'] as const),
    draw.chance(0.5) ? 'unauthorised' : null,
    draw.far(),
  ],
  setTrial: (draw) => [draw.pick(connections), `${draw.id('wrb')}.1`],
  // One alone is ever blocked, since nothing unblocks it: the others are to go on.
  blockConnection: (draw) =>
    draw.chance(0.1) ? ['calm', Math.abs(draw.far())] : [draw.pick(connections), -Math.abs(draw.far())],
  halfOpenDueCircuits: () => [],
} satisfies Partial<Operations>;

/** Mostly one more name for a subject that is being written about. */
function linked(draw: Draw) {
  const work = draw.row(draw.tables.writebacks, (row) => row.status === 'leased');
  if (!work || draw.chance(0.4))
    return { ...name(draw), subject_id: draw.row(draw.tables.subjects)?.id ?? 'sub_nobody' };
  const { machine, subject_id } = work;
  return { system: draw.pick(connections), machine, external_id: draw.id('ref'), subject_id };
}

const element = (draw: Draw, subject: string, index: number) => ({
  subject_id: subject,
  element: `screening.score.${index}`,
  value_ct: draw.bytes(),
  value_commit: draw.bytes(),
  source: 'client:test',
  by_kind: 'ats',
  settled_by: draw.chance(0.2) ? 'cli:ada' : null,
  turned_down: draw.chance(0.2) ? ['ab', 'cd'] : [],
  previous_commit: draw.chance(0.5) ? draw.bytes() : null,
  event_id: draw.id('evt'),
  subject_version: draw.integer(1, 4),
  dictionary_version: 1,
  occurred_at: draw.moment(),
});

const identity = ({ id, machine, machine_version, person_id }: SubjectRow) => ({
  id,
  machine,
  machine_version,
  person_id,
});

function place(draw: Draw, version: number): NewSubject {
  const facts: Facts = draw.chance(0.5) ? { requisition: { type: 'volume', skips: ['screening'] } } : {};
  return {
    id: '',
    machine: draw.pick(machines),
    machine_version: 1,
    state: draw.pick(['active.offer', 'hired']),
    history: draw.chance(0.3) ? 'active.offer' : null,
    facts,
    version,
    chain_head: draw.bytes(),
    person_id: draw.wrong() ? 'per_nobody' : (draw.row(draw.tables.persons)?.id ?? 'per_nobody'),
    parent_id: someSubject(draw),
    region: draw.chance(0.5) ? 'EU' : null,
    business_unit: null,
    requisition_type: draw.chance(0.5) ? 'volume' : null,
    state_since: draw.moment(),
    sla_due_at: draw.chance(0.5) ? draw.moment() : null,
    ended: draw.chance(0.2),
  };
}
