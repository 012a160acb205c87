// Subjects and their names in memory, as src/store/engine/subjects.ts has them.
import type { Facts } from '../../../../src/core/machine/guards.ts';
import type { LockedSubject, SubjectRow as NewSubject, RefName } from '../../../../src/store/engine/subjects.ts';
import { refusal, sqlState } from './refusals.ts';
import { refKey, type SubjectRow } from './rows.ts';
import { append, byText, change, putNew, refuseNulls, refuseUnknown, refuseUnless, type Store } from './store.ts';
import { isoMicros, toMs, toMsOrNull } from './times.ts';

const subjectNulls = new Set('history parent_id region business_unit requisition_type sla_due_at erased_at'.split(' '));
const refNulls: ReadonlySet<string> = new Set();

export const subjectStatements = (store: Store) => {
  const { tables, indexes } = store;
  return {
    insertSubjects(rows: readonly NewSubject[]) {
      for (const given of rows) {
        const row: SubjectRow = {
          id: given.id,
          machine: given.machine,
          machine_version: given.machine_version,
          state: given.state,
          history: given.history,
          version: given.version,
          chain_head: given.chain_head,
          person_id: given.person_id,
          parent_id: given.parent_id,
          region: given.region,
          business_unit: given.business_unit,
          requisition_type: given.requisition_type,
          ended: given.ended,
          facts: { ...given.facts },
          state_since: toMs(given.state_since),
          sla_due_at: toMsOrNull(given.sla_due_at),
          opened_at: store.now(),
          erased_at: null,
        };
        checkSubject(row);
        putNew(store, tables.subjects, row.id, row, 'subject_pkey');
      }
      for (const row of rows) {
        refuseUnknown(tables.persons, row.person_id, 'subject_person_id_fkey');
        refuseUnknown(tables.subjects, row.parent_id, 'subject_parent_id_fkey');
      }
    },

    updateSubjects(rows: readonly NewSubject[]) {
      for (const given of rows) {
        const row = tables.subjects.get(given.id);
        if (!row) continue;
        if (given.version < row.version)
          throw refusal(sqlState.rule, `subject ${row.id} cannot go back from version ${row.version}`);
        change(store, row, {
          state: given.state,
          history: given.history,
          version: given.version,
          chain_head: given.chain_head,
          parent_id: given.parent_id,
          region: given.region,
          business_unit: given.business_unit,
          requisition_type: given.requisition_type,
          ended: given.ended,
          facts: { ...given.facts },
          state_since: toMs(given.state_since),
          sla_due_at: toMsOrNull(given.sla_due_at),
        });
        checkSubject(row);
      }
      for (const row of rows) refuseUnknown(tables.subjects, row.parent_id, 'subject_parent_id_fkey');
    },

    lockSubjects(ids: readonly string[]): LockedSubject[] {
      const locked: LockedSubject[] = [];
      for (const id of [...new Set(ids)].sort(byText)) {
        const row = tables.subjects.get(id);
        const person = row && tables.persons.get(row.person_id);
        if (row && person) locked.push(lockedSubject(store, row, person));
      }
      return locked;
    },

    factsOf(ids: readonly string[]) {
      const facts = new Map<string, { facts: Facts; state: string }>();
      for (const id of ids) {
        const row = tables.subjects.get(id);
        if (row) facts.set(id, { facts: { ...row.facts }, state: row.state });
      }
      return facts;
    },

    holdRequisitions(ids: readonly string[]) {
      const states = new Map<string, string>();
      for (const id of [...ids].sort(byText)) {
        const row = tables.subjects.get(id);
        if (row) states.set(id, row.state);
      }
      return states;
    },

    resolveRefs(refs: readonly RefName[]) {
      const found: (RefName & { subject_id: string })[] = [];
      for (const { system, machine, external_id } of refs) {
        const row = tables.refs.get(refKey(system, machine, external_id));
        if (row) found.push({ system, machine, external_id, subject_id: row.subject_id });
      }
      return found;
    },

    insertRefs(refs: readonly (RefName & { subject_id: string })[], ifFree: boolean) {
      const added = refs.filter(({ system, machine, external_id, subject_id }) => {
        const row = { system, machine, external_id, subject_id, linked_at: store.now() };
        const key = refKey(system, machine, external_id);
        refuseNulls(row, refNulls);
        if (ifFree && tables.refs.has(key)) return false;
        putNew(store, tables.refs, key, row, 'subject_ref_pkey');
        append(store, indexes.refsOf, subject_id, row);
        return true;
      });
      for (const row of added) refuseUnknown(tables.subjects, row.subject_id, 'subject_ref_subject_id_fkey');
    },
  };
};

function checkSubject(row: SubjectRow): void {
  refuseNulls(row, subjectNulls);
  refuseUnless(row.version >= 1, 'subject_version_check');
}

function lockedSubject(
  { tables }: Store,
  row: SubjectRow,
  { data_key, commit_key }: { data_key: Buffer | null; commit_key: Buffer | null },
): LockedSubject {
  const parent = row.parent_id === null ? undefined : tables.subjects.get(row.parent_id);
  return {
    id: row.id,
    machine: row.machine,
    machine_version: row.machine_version,
    state: row.state,
    history: row.history,
    version: row.version,
    chain_head: row.chain_head,
    person_id: row.person_id,
    parent_id: row.parent_id,
    region: row.region,
    business_unit: row.business_unit,
    requisition_type: row.requisition_type,
    facts: { ...row.facts },
    data_key,
    commit_key,
    parent_facts: parent ? { ...parent.facts } : null,
    parent_state: parent?.state ?? null,
    state_since: isoMicros(row.state_since),
    sla_due_at: row.sla_due_at === null ? null : isoMicros(row.sla_due_at),
    erased: row.erased_at !== null,
  };
}
