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

/** `elapsed`: ms of a clock that does not jump. */
export function createWorkReader(
  { connections, database, records }: Pick<Context, 'connections' | 'database' | 'records'>,
  elapsed: () => number,
): WorkReader {
  const keyOf = ({ id, attempt, system }: WantedWork): string => `${id} ${attempt} ${system}`;
  let known: { all: Promise<ReadonlyMap<string, Connection>>; askedAt: number } | null = null;
  const ask = (): Promise<ReadonlyMap<string, Connection>> => {
    const all = connections.load(database.engine).then((list) => new Map(list.map((one) => [one.id, one])));
    known = { all, askedAt: elapsed() };
    all.catch(() => {
      known = null;
    });
    return all;
  };
  return {
    async connection(id) {
      const all = known && elapsed() - known.askedAt < limits.workConnectionMs ? known.all : ask();
      return (await all).get(id) ?? null;
    },
    work: gather(async (wanted: readonly WantedWork[]) => {
      const distinct = new Map(wanted.map((one) => [keyOf(one), one]));
      const all = [...distinct.values()];
      const taken = new Set(await records.takeWorks(database.delivery, all, limits.takenLeaseMs));
      const rows = await records.findWorks(database.delivery, all);
      const found = new Map(
        rows.filter(({ id, mode }) => mode === 'confirm' || taken.has(id)).map((row) => [keyOf(row), row]),
      );
      return wanted.map((one) => found.get(keyOf(one)) ?? null);
    }, limits.workRowsMax),
  };
}
