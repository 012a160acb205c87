// Reads what commands need from the tables, for many commands at once.
import { limits } from '../../core/limits.ts';
import type { WantedWork, WorkRow } from '../../store/engine/work.ts';
import type { Connection } from '../connections/connections.ts';
import type { Context } from '../context.ts';
import { gather } from '../gather.ts';

export interface WorkReader {
  /** As it is, or was `limits.workConnectionMs` ago; null when it was removed. */
  connection(id: string): Promise<Connection | null>;
  /** Null when the attempt is over, or a worker writes it already: if that one died, its lease ends, and the next attempt looks first. */
  work(wanted: WantedWork): Promise<WorkRow | null>;
}

export function createWorkReader({
  connections,
  database,
  records,
}: Pick<Context, 'connections' | 'database' | 'records'>): WorkReader {
  const keyOf = ({ id, attempt, system }: WantedWork): string => `${id} ${attempt} ${system}`;
  return {
    async connection(id) {
      return (await connections.recent(database.engine, limits.workConnectionMs)).get(id) ?? null;
    },
    work: gather(async (wanted: readonly WantedWork[]) => {
      const asked = new Map(wanted.map((one) => [keyOf(one), one]));
      const found = new Map<string, WorkRow>();
      const add = (rows: readonly WorkRow[]): void => {
        for (const row of rows) found.set(keyOf(row), row);
      };
      add(await records.takeWorks(database.delivery, [...asked.values()], limits.takenLeaseMs));
      const others = [...asked].flatMap(([key, one]) => (found.has(key) ? [] : [one]));
      if (others.length > 0) add(await records.findChecks(database.delivery, others));
      return wanted.map((one) => {
        const row = found.get(keyOf(one)) ?? null;
        // Were it asked for twice at once, it would still be one worker's.
        if (row?.mode === 'apply') found.delete(keyOf(one));
        return row;
      });
    }, limits.workRowsMax),
  };
}
