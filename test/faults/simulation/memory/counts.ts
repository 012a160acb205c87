// KPI counts and the clock in memory, as src/store/kpi.ts and src/store/clock.ts have them.
import type { Count } from '../../../../src/core/kpi.ts';
import type { CountRow } from './rows.ts';
import { byText, put, remove, type Store } from './store.ts';
import { isoMicros } from './times.ts';

const hourMs = 3_600_000;

export const countStatements = (store: Store) => {
  const { tables } = store;
  let last = 0;
  const add = ({ hour, measure, machine, event_type, connection_id, count, merged }: Omit<CountRow, 'id'>): void => {
    // As a sequence does: numbers of what was undone are not given again.
    last += 1;
    put(store, tables.counts, last, { id: last, hour, measure, machine, event_type, connection_id, count, merged });
  };
  return {
    databaseClock: () => isoMicros(store.now()),

    appendCounts(counts: readonly Count[]) {
      if (counts.length === 0) return;
      const hour = hourOf(store.now());
      for (const { measure, machine, eventType, connection, count } of counts)
        add({ hour, measure, machine, event_type: eventType, connection_id: connection, count, merged: false });
    },

    mergeCounts(rowsMax: number) {
      const taken = unmerged(store).slice(0, rowsMax);
      const sums = new Map<string, Omit<CountRow, 'id'>>();
      for (const { id, ...row } of taken) {
        const sum = sums.get(keyOf(row));
        if (sum) sum.count += row.count;
        else sums.set(keyOf(row), row);
        remove(store, tables.counts, id);
      }
      for (const sum of sums.values()) add({ ...sum, merged: true });
      return taken.length;
    },
  };
};

/** Rows of hours that are over which were not merged, by their key. */
function unmerged({ tables, now }: Store): CountRow[] {
  const hour = hourOf(now());
  return [...tables.counts.values()]
    .filter((row) => !row.merged && row.hour < hour)
    .map((row) => ({ row, key: keyOf(row) }))
    .sort((a, b) => byText(a.key, b.key) || a.row.id - b.row.id)
    .map(({ row }) => row);
}

const hourOf = (ms: number): number => Math.floor(ms / hourMs) * hourMs;

const keyOf = (row: Omit<CountRow, 'id'>): string =>
  `${row.hour}\n${row.measure}\n${row.machine}\n${row.event_type}\n${row.connection_id}`;
