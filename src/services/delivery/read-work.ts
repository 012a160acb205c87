// Reads what commands need from the tables, for many commands at once.
import { setTimeout as sleep } from 'node:timers/promises';
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
  workInHand,
}: Pick<Context, 'connections' | 'database' | 'records' | 'workInHand'>): WorkReader {
  const keyOf = ({ id, attempt, system }: WantedWork): string => `${id} ${attempt} ${system}`;
  const read = gather(async (wanted: readonly WantedWork[]): Promise<(WorkRow | Locked | null)[]> => {
    const asked = new Map(wanted.map((one) => [keyOf(one), one]));
    const found = new Map<string, WorkRow | Locked>();
    const missing = (): WantedWork[] => [...asked].flatMap(([key, one]) => (found.has(key) ? [] : [one]));
    const add = (rows: readonly WorkRow[]): void => {
      for (const row of rows) found.set(keyOf(row), row);
    };
    add(await records.takeWorks(database.delivery, [...asked.values()], limits.takenLeaseMs));
    if (missing().length > 0) add(await records.findChecks(database.delivery, missing()));
    if (missing().length > 0)
      for (const one of await records.findUntaken(database.delivery, missing())) found.set(keyOf(one), locked);
    return wanted.map((one) => {
      const row = found.get(keyOf(one)) ?? null;
      // Were it asked for twice at once, it would still be one worker's.
      if (row !== locked && row?.mode === 'apply') found.delete(keyOf(one));
      return row;
    });
  }, limits.workRowsMax);
  return {
    async connection(id) {
      return (await connections.recent(database.engine, limits.workConnectionMs)).get(id) ?? null;
    },
    async work(asked) {
      const kept = workInHand.take(asked);
      if (kept !== null && kept !== 'stale') return kept;
      const wanted = kept === null ? asked : { ...asked, mine: true };
      for (let waitMs = firstWaitMs, waitedMs = 0; ; waitMs *= 2) {
        const row = await read(wanted);
        if (row !== locked) return row;
        if (waitedMs >= limits.workLockedMs) return null;
        await sleep(waitMs);
        waitedMs += waitMs;
      }
    },
  };
}

/** Somebody has it for a moment: a person who decides about it, or the answer to an attempt before. */
const locked = Symbol('locked');
type Locked = typeof locked;

/** Each wait is twice as long as the one before. */
const firstWaitMs = 10;
