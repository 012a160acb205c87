// KPI counts and the clock in memory, as src/store/kpi.ts and src/store/clock.ts have them.
import type { Count } from '../../../../src/core/kpi.ts';
import type { CountRow } from './rows.ts';
import { put, remove, type Store } from './store.ts';
import { isoMicros } from './times.ts';

const hourMs = 3_600_000;

export const countStatements = (store: Store) => {
  const { tables } = store;
  let last = 0;
  const add = ({ hour, measure, machine, event_type, connection_id, count }: Omit<CountRow, 'id'>): void => {
    // As a sequence does: numbers of what was undone are not given again.
    last += 1;
    put(store, tables.counts, last, { id: last, hour, measure, machine, event_type, connection_id, count });
  };
  return {
    databaseClock: () => isoMicros(store.now()),

    appendCounts(counts: readonly Count[]) {
      if (counts.length === 0) return;
      const hour = hourOf(store.now());
      for (const { measure, machine, eventType, connection, count } of counts)
        add({ hour, measure, machine, event_type: eventType, connection_id: connection, count });
    },

    mergeCounts(rowsMax: number) {
      const taken = repeated(store).slice(0, rowsMax);
      const sums = new Map<string, Omit<CountRow, 'id'>>();
      for (const { id, ...row } of taken) {
        const sum = sums.get(keyOf(row));
        if (sum) sum.count += row.count;
        else sums.set(keyOf(row), row);
        remove(store, tables.counts, id);
      }
      for (const sum of sums.values()) add(sum);
      return taken.length;
    },
  };
};

/** Rows of hours that are over which share their key with another, by id. */
function repeated({ tables, now }: Store): CountRow[] {
  const hour = hourOf(now());
  const over = [...tables.counts.values()].filter((row) => row.hour < hour);
  const times = new Map<string, number>();
  for (const row of over) times.set(keyOf(row), (times.get(keyOf(row)) ?? 0) + 1);
  return over.filter((row) => times.get(keyOf(row)) !== 1).sort((a, b) => a.id - b.id);
}

const hourOf = (ms: number): number => Math.floor(ms / hourMs) * hourMs;

const keyOf = (row: Omit<CountRow, 'id'>): string =>
  `${row.hour}\n${row.measure}\n${row.machine}\n${row.event_type}\n${row.connection_id}`;
