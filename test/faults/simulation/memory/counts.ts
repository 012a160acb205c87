// KPI counts and the clock in memory, as src/store/kpi.ts and src/store/clock.ts have them.
import type { Count } from '../../../../src/core/kpi.ts';
import type { CountRow } from './rows.ts';
import { put, remove, type Store } from './store.ts';
import { isoMicros } from './times.ts';

const hourMs = 3_600_000;

export const countStatements = (store: Store) => {
  const { tables } = store;
  let last = 0;
  const keys = new Map<number, string>();
  const add = ({ hour, measure, machine, event_type, connection_id, count }: Omit<CountRow, 'id'>): void => {
    // As a sequence does: numbers of what was undone are not given again.
    last += 1;
    keys.set(last, keyOf({ hour, measure, machine, event_type, connection_id }));
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
      const taken = repeated(store, keys).slice(0, rowsMax);
      const sums = new Map<string, Omit<CountRow, 'id'>>();
      for (const { id, hour, measure, machine, event_type, connection_id, count } of taken) {
        const key = keys.get(id) as string;
        const sum = sums.get(key);
        if (sum) sum.count += count;
        else sums.set(key, { hour, measure, machine, event_type, connection_id, count });
        remove(store, tables.counts, id);
      }
      for (const sum of sums.values()) add(sum);
      return taken.length;
    },
  };
};

/** Rows of hours that are over which share their key with another, by id. */
function repeated({ tables, now }: Store, keys: ReadonlyMap<number, string>): CountRow[] {
  const hour = hourOf(now());
  const over: CountRow[] = [];
  const once = new Set<string>();
  const more = new Set<string>();
  for (const row of tables.counts.values()) {
    if (row.hour >= hour) continue;
    over.push(row);
    const key = keys.get(row.id) as string;
    if (once.has(key)) more.add(key);
    else once.add(key);
  }
  if (more.size === 0) return [];
  return over.filter((row) => more.has(keys.get(row.id) as string)).sort((a, b) => a.id - b.id);
}

const hourOf = (ms: number): number => Math.floor(ms / hourMs) * hourMs;

/** Made once for each row, which never changes. */
const keyOf = (row: Omit<CountRow, 'id' | 'count'>): string =>
  `${row.hour}\n${row.measure}\n${row.machine}\n${row.event_type}\n${row.connection_id}`;
