// Element values in memory, as src/store/engine/elements.ts has them.
import type { ElementRow as NewElement } from '../../../../src/store/engine/elements.ts';
import { refusal, sqlState } from './refusals.ts';
import { pairKey } from './rows.ts';
import { change, put, refuseNulls, refuseUnknown, type Store } from './store.ts';
import { toMs } from './times.ts';

const nullable = new Set(['value_ct', 'settled_by', 'previous_commit']);

export const elementStatements = (store: Store) => {
  const { elements, subjects } = store.tables;
  return {
    upsertElements(rows: readonly NewElement[]) {
      const seen = new Set<string>();
      for (const given of rows) {
        const row = {
          subject_id: given.subject_id,
          element: given.element,
          value_ct: given.value_ct,
          value_commit: given.value_commit,
          source: given.source,
          by_kind: given.by_kind,
          event_id: given.event_id,
          subject_version: given.subject_version,
          dictionary_version: given.dictionary_version,
          settled_by: given.settled_by,
          previous_commit: given.previous_commit,
          turned_down: [...given.turned_down],
          occurred_at: toMs(given.occurred_at),
          written_at: store.now(),
        };
        refuseNulls(row, nullable);
        const key = pairKey(row.subject_id, row.element);
        if (seen.has(key)) throw refusal(sqlState.twice, 'ON CONFLICT DO UPDATE cannot affect row a second time');
        seen.add(key);
        const known = elements.get(key);
        if (known) change(store, known, row);
        else put(store, elements, key, row);
      }
      for (const row of rows) refuseUnknown(subjects, row.subject_id, 'element_value_subject_id_fkey');
    },

    findElements(subject: string, wanted: readonly string[]) {
      return [...new Set(wanted)].flatMap((element) => {
        const value = elements.get(pairKey(subject, element))?.value_ct ?? null;
        return value === null ? [] : [{ element, value_ct: value }];
      });
    },
  };
};
