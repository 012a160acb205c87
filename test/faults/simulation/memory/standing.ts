// What stands of elements and their open conflicts in memory, as src/store/engine/standing-values.ts reads it.
import type { LanesAndValues } from '../../../../src/store/engine/standing-values.ts';
import { pairKey } from './rows.ts';
import { byText, type Store } from './store.ts';
import { isoMicros } from './times.ts';

export function standing(
  { tables }: Store,
  subjects: readonly string[],
  elements: readonly string[],
): Pick<LanesAndValues, 'values' | 'conflicts'> {
  if (elements.length === 0) return { values: [], conflicts: [] };
  const values = [...subjects].sort(byText).flatMap((subject) =>
    [...elements].sort(byText).flatMap((element) => {
      const row = tables.elements.get(pairKey(subject, element));
      if (!row || row.value_ct === null) return [];
      const { value_ct, value_commit, source, by_kind, event_id, settled_by, turned_down, previous_commit } = row;
      const occurred_at = isoMicros(row.occurred_at);
      const from = { source, by_kind, event_id, occurred_at, settled_by, turned_down, previous_commit };
      return [{ subject_id: subject, element, value_ct, value_commit, ...from }];
    }),
  );
  const conflicts = [...tables.incidents.values()].flatMap(
    ({ id, key, kind, subject_id, element, values_ct, settled_at }) =>
      kind === 'field_conflict' && settled_at === null && values_ct && element !== null && subject_id !== null
        ? [{ id, key, subject_id, element, values_ct }].filter(
            (one) => subjects.includes(one.subject_id) && elements.includes(one.element),
          )
        : [],
  );
  return { values, conflicts: conflicts.sort((a, b) => byText(a.key, b.key)) };
}
