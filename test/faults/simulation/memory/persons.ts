// Persons in memory, as src/store/persons/persons.ts has them.
import type { NewPerson } from '../../../../src/store/persons/persons.ts';
import { change, putNew, refuseNulls, refuseUnless, type Store } from './store.ts';

const personNulls = new Set(
  'data_key commit_key email_index phone_index name_index compared_at linked_to profile_system profile_ref held_at held_until held_reason erased_at erasure_ended_at'.split(
    ' ',
  ),
);

export const personStatements = (store: Store) => {
  const { persons } = store.tables;
  return {
    insertPersons(rows: readonly NewPerson[]) {
      for (const given of rows) {
        const row = {
          id: given.id,
          data_key: given.data_key,
          commit_key: given.commit_key,
          master_key_id: given.master_key_id,
          email_index: given.email_index,
          profile_system: given.profile_system,
          profile_ref: given.profile_ref,
          phone_index: null,
          name_index: null,
          compared_at: null,
          linked_to: null,
          created_at: store.now(),
          held_at: null,
          held_until: null,
          held_reason: null,
          erased_at: null,
          erasure_stores: {},
          erasure_ended_at: null,
        };
        refuseNulls(row, personNulls);
        // Nobody is born erased, so the keys are there.
        refuseUnless(row.data_key !== null && row.commit_key !== null, 'person_check');
        putNew(store, persons, row.id, row, 'person_pkey');
      }
    },

    learnContacts(rows: readonly { id: string; email_index: Buffer | null }[]) {
      for (const { id, email_index } of rows) {
        const row = persons.get(id);
        if (row && row.erased_at === null)
          change(store, row, { email_index: email_index ?? row.email_index, compared_at: null });
      }
    },
  };
};
