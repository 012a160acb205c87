// I10: every count that Interlock keeps is the number of rows it speaks of, key by key.
import type { Tables } from '../tables.ts';
import type { Rule } from './evidence.ts';

export const countsAreTheRows: Rule = ({ tables }) => {
  const rows = countRows(tables);
  const kept = new Map(
    tables.kpi_hour
      .filter((row) => !row.measure.startsWith('incident.'))
      .map((row) => [`${row.measure} ${row.machine} ${row.event_type} ${row.connection_id}`, row.count]),
  );
  // Repetitions have no rows: they are counted and nothing else.
  for (const [key, count] of kept) {
    if (!key.startsWith('event.duplicate ')) continue;
    rows.set(key, count);
    const received = key.replace('event.duplicate', 'event.received');
    rows.set(received, (rows.get(received) ?? 0) + count);
  }
  return [...new Set([...rows.keys(), ...kept.keys()])]
    .filter((key) => (rows.get(key) ?? 0) !== (kept.get(key) ?? 0))
    .map((key) => `${key}: counted ${kept.get(key) ?? 0}, the rows are ${rows.get(key) ?? 0}`);
};

function countRows(tables: Tables): Map<string, number> {
  const counts = new Map<string, number>();
  const add = (key: string, by = 1): void => {
    if (by !== 0) counts.set(key, (counts.get(key) ?? 0) + by);
  };
  for (const row of tables.event) {
    const what = `${row.machine} ${row.claim ?? 'raw'} ${row.source}`;
    add(`event.received ${what}`);
    add(`event.${row.disposition} ${what}`);
    for (const element of row.missing ?? []) add(`element.missing ${row.machine} ${element} ${row.source}`);
  }
  const about = new Map<string, string>();
  for (const row of tables.writeback) {
    const what = `${row.machine} ${row.event_type} ${row.connection_id}`;
    about.set(row.id, what);
    add(`writeback.created ${what}`);
    add(`writeback.contradicted ${what}`, row.contradictions);
    if (row.settled_by === 'origin') add(`writeback.origin ${what}`);
    else if (row.status === 'confirmed') {
      add(`writeback.confirmed ${what}`);
      if (row.tries <= 1 && row.contradictions === 0 && row.conflicts === 0)
        add(`writeback.confirmed_first_try ${what}`);
    }
    if (['dead', 'waived', 'superseded'].includes(row.status)) add(`writeback.${row.status} ${what}`);
  }
  for (const row of tables.attempt) add(`attempt.settled ${about.get(row.writeback_id)}`);
  return counts;
}
