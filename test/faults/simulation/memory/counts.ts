// KPI counts and the clock in memory, as src/store/engine/kpi.ts and src/store/database/clock.ts have them.
import type { Count } from '../../../../src/core/figures/kpi.ts';
import type { CountRow } from './rows.ts';
import { byText, put, remove, type Store } from './store.ts';
import { isoMicros } from './times.ts';

const hourMs = 3_600_000;

export const countStatements = (store: Store) => {
  const { tables } = store;
  let last = 0;
  const names = new Map<number, string>();
  const add = ({ hour, measure, machine, event_type, connection_id, count, merged }: Omit<CountRow, 'id'>): void => {
    // As a sequence does: numbers of what was undone are not given again.
    last += 1;
    names.set(last, `${measure}\n${machine}\n${event_type}\n${connection_id}`);
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
      const taken = unmerged(store, names).slice(0, rowsMax);
      const sums = new Map<string, Omit<CountRow, 'id'>>();
      for (const { id, hour, measure, machine, event_type, connection_id, count } of taken) {
        const key = `${hour}\n${names.get(id)}`;
        const sum = sums.get(key);
        if (sum) sum.count += count;
        else sums.set(key, { hour, measure, machine, event_type, connection_id, count, merged: true });
        remove(store, tables.counts, id);
      }
      for (const sum of sums.values()) add(sum);
      return taken.length;
    },
  };
};

/** Rows of hours that are over which were not merged, by hour and name. `names`: made once for each row. */
function unmerged({ tables, now }: Store, names: ReadonlyMap<number, string>): CountRow[] {
  const hour = hourOf(now());
  const found: CountRow[] = [];
  for (const row of tables.counts.values()) if (!row.merged && row.hour < hour) found.push(row);
  const nameOf = ({ id }: CountRow): string => names.get(id) ?? '';
  return found.sort((a, b) => a.hour - b.hour || byText(nameOf(a), nameOf(b)) || a.id - b.id);
}

const hourOf = (ms: number): number => Math.floor(ms / hourMs) * hourMs;
