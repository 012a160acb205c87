// KPI counts and the clock in memory, as src/store/kpi.ts and src/store/clock.ts have them.
import type { Count } from '../../../../src/core/kpi.ts';
import type { CountRow } from './rows.ts';
import { put, remove, type Store } from './store.ts';
import { isoMicros } from './times.ts';

const hourMs = 3_600_000;

export const countStatements = (store: Store) => {
  const { tables } = store;
  let last = 0;
  const names = new Map<number, string>();
  const add = ({ hour, measure, machine, event_type, connection_id, count }: Omit<CountRow, 'id'>): void => {
    // As a sequence does: numbers of what was undone are not given again.
    last += 1;
    names.set(last, `${measure}\n${machine}\n${event_type}\n${connection_id}`);
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
      const taken = repeated(store, names).slice(0, rowsMax);
      const sums = new Map<string, Omit<CountRow, 'id'>>();
      for (const { id, hour, measure, machine, event_type, connection_id, count } of taken) {
        const key = `${hour}\n${names.get(id)}`;
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

/** Rows of hours that are over which share their hour and name with another, by id. `names`: made once for each row. */
function repeated({ tables, now }: Store, names: ReadonlyMap<number, string>): CountRow[] {
  const hour = hourOf(now());
  const over = new Map<number, Map<string, CountRow[]>>();
  for (const row of tables.counts.values()) {
    if (row.hour >= hour) continue;
    const ofHour = over.get(row.hour) ?? new Map<string, CountRow[]>();
    over.set(row.hour, ofHour);
    const name = names.get(row.id) as string;
    const alike = ofHour.get(name);
    if (alike) alike.push(row);
    else ofHour.set(name, [row]);
  }
  const found: CountRow[] = [];
  for (const ofHour of over.values()) for (const alike of ofHour.values()) if (alike.length > 1) found.push(...alike);
  return found.sort((a, b) => a.id - b.id);
}

const hourOf = (ms: number): number => Math.floor(ms / hourMs) * hourMs;
