// Finds the subject an event speaks of, or prepares a new one, and keeps the names that systems have for it.

import type { Intake } from '../../core/deciding/intake.ts';
import type { PersonId } from '../../core/ids.ts';
import { chainStart } from '../../core/log/chain.ts';
import { factsWith } from '../../core/machine/guards.ts';
import type { Batch } from './batch.ts';
import { refKey, type WorkingSubject } from './ledger.ts';

/** The subject an event speaks of: known by its id, by the system's name for it, or by another name it has; else a new one. */
export function findSubject(batch: Batch, intake: Intake): WorkingSubject | null {
  const known = knownSubject(batch, intake);
  if (known || intake.subject?.kind === 'id') return known;
  const machine = batch.context.machines.latest(intake.machine);
  const person = batch.context.newId('per');
  const { keys, wrapped } = batch.context.vault.newPerson(person as PersonId);
  const email = intake.data['candidate.email'];
  const subject: WorkingSubject = {
    id: batch.context.newId('sub'),
    isNew: true,
    moved: false,
    machine,
    ownFacts: {},
    place: {
      state: machine.initial,
      history: null,
      facts: {},
    },
    version: 0,
    chainHead: chainStart,
    person,
    keys,
    parent: null,
    region: null,
    businessUnit: null,
    requisitionType: null,
    stateSince: batch.loaded.clock,
    slaDueAt: null,
    newPerson: {
      id: person,
      ...wrapped,
      master_key_id: batch.context.vault.masterKeyId,
      email_index: typeof email === 'string' ? batch.context.vault.emailIndex(email) : null,
      profile_system: intake.profile?.system ?? null,
      profile_ref: intake.profile?.ref ?? null,
    },
  };
  return subject;
}

/** Null when nobody knows it yet. */
export function knownSubject({ loaded }: Batch, intake: Intake): WorkingSubject | null {
  if (intake.subject?.kind === 'id') return loaded.subjects.get(intake.subject.id) ?? null;
  for (const name of [...(intake.subject ? [intake.subject] : []), ...intake.alsoKnownAs]) {
    const id = loaded.refs.get(refKey(name.system, intake.machine, name.ref));
    const subject = id === undefined ? undefined : loaded.subjects.get(id);
    if (subject) return subject;
  }
  return null;
}

/** A new subject came to be: its person, itself and its first name are written with the batch. */
export function found(batch: Batch, subject: WorkingSubject, intake: Intake): void {
  if (subject.newPerson) batch.ledger.persons.push(subject.newPerson);
  batch.loaded.subjects.set(subject.id, subject);
  if (intake.subject?.kind === 'ref') {
    batch.ledger.newRefs.push({
      system: intake.subject.system,
      machine: intake.machine,
      external_id: intake.subject.ref,
      subject_id: subject.id,
    });
    batch.loaded.refs.set(refKey(intake.subject.system, intake.machine, intake.subject.ref), subject.id);
  }
}

/** Other names that came with the event lead to the same subject from now on. */
export function linkNames(batch: Batch, subject: WorkingSubject, intake: Intake): void {
  const names = [...(intake.subject?.kind === 'ref' ? [intake.subject] : []), ...intake.alsoKnownAs];
  for (const name of names) {
    const key = refKey(name.system, intake.machine, name.ref);
    if (batch.loaded.refs.has(key)) continue;
    batch.loaded.refs.set(key, subject.id);
    batch.ledger.otherRefs.push({
      system: name.system,
      machine: intake.machine,
      external_id: name.ref,
      subject_id: subject.id,
    });
  }
}

/** An application may come before its requisition is known: the first event that can tell links them, and its facts count from then on. */
export function linkRequisition({ loaded }: Batch, subject: WorkingSubject, { requisition }: Intake): void {
  if (subject.parent !== null || requisition === null) return;
  const parent = loaded.refs.get(refKey(requisition.system, 'requisition', requisition.ref));
  if (parent === undefined) return;
  subject.parent = parent;
  const facts = factsWith(subject.ownFacts, loaded.requisitionFacts.get(parent) ?? null);
  subject.place = { ...subject.place, facts };
}
