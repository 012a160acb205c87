// Reads what the rules watch: each kind of figure once a round, whatever number of rules look at it, and every failure by itself.
import { isBreached, type Reading, type Rule } from '../../core/alerts/alert.ts';
import { limits } from '../../core/limits.ts';
import { isWithin } from '../../core/machine/machine.ts';
import { traceOf } from '../../core/trace-of.ts';
import {
  type CountOf,
  countStuckUpTo,
  deadWrites,
  openCircuits,
  quarantinedPayloads,
  recentWrites,
} from '../../store/alerts/figures.ts';
import { lastCheckpoint } from '../../store/log/checkpoints.ts';
import { readWaiting } from '../../store/log/log-places.ts';
import type { StateKey } from '../../store/reports/stuck.ts';
import type { Context } from '../context.ts';
import { placeAfter } from '../log/seal-log.ts';
import { currentAgreement } from '../reports/current-agreement.ts';

type Look = Pick<Context, 'database' | 'machines' | 'log'>;

/** The readings of each rule by its id; null where they could not be had. */
export async function readAlertFigures(
  context: Look,
  rules: readonly Rule[],
): Promise<Map<string, readonly Reading[] | null>> {
  const once = remembering();
  const found = new Map<string, readonly Reading[] | null>();
  // One after the other: reports have few connections, and people use them too.
  for (const rule of rules) {
    try {
      found.set(rule.id, worst(rule, await read(context, rule, once)));
    } catch (error) {
      context.log.warn({ rule: rule.id, ...traceOf(error) }, 'the figure of an alert rule could not be read');
      found.set(rule.id, null);
    }
  }
  return found;
}

type Once = <T>(key: string, make: () => Promise<T>) => Promise<T>;

function remembering(): Once {
  const known = new Map<string, Promise<unknown>>();
  return <T>(key: string, make: () => Promise<T>): Promise<T> => {
    const value = (known.get(key) as Promise<T> | undefined) ?? make();
    known.set(key, value);
    return value;
  };
}

async function read(context: Look, { condition }: Rule, once: Once): Promise<Reading[]> {
  const db = context.database.reports;
  switch (condition.watches) {
    case 'stuck':
      return [{ about: '', value: await countStuck(context, condition), volume: null }];
    case 'confirmed_rate':
    case 'latency_p95': {
      const { windowMinutes, volumeMin } = condition;
      const rows = await once(`writes ${windowMinutes}`, () => recentWrites(db, windowMinutes, limits.alertWritesMax));
      const rate = condition.watches === 'confirmed_rate';
      return rows.filter(of(condition.connection)).map(({ connection_id, ended, confirmed, p95_seconds }) => {
        const volume = rate ? ended : confirmed;
        const value = rate ? confirmed / Math.max(ended, 1) : p95_seconds;
        return { about: connection_id, value: volume < volumeMin ? null : value, volume };
      });
    }
    case 'circuit_open':
      return counts(await once('circuits', () => openCircuits(db)), condition.connection);
    case 'dead_letters':
      return orNone(counts(await once('dead', () => deadWrites(db, limits.alertCountMax)), condition.connection));
    case 'quarantined':
      return orNone(counts(await once('quarantined', () => quarantinedPayloads(db)), condition.connection));
    case 'seal_lag':
      return once('seal lag', async () => {
        const { oldestMs } = await readWaiting(db, placeAfter(await lastCheckpoint(db)), 1);
        return [{ about: '', value: oldestMs / 1_000, volume: null }];
      });
    case 'agreement': {
      const rows = await once('agreement', () => currentAgreement(db));
      const { pairsMin, connection } = condition;
      return rows
        .filter((one) => connection === undefined || one.connection === connection)
        .map(({ connection: about, pairs, share }) => ({
          about,
          value: pairs < pairsMin ? null : share,
          volume: pairs,
        }));
    }
  }
}

/** The bounds of the list of what is stuck: the two must not differ. */
export const stuckBounds = { slowMs: 2 * limits.leaseMs, triesMin: 2 } as const;

function countStuck(
  { database, machines }: Look,
  { cause, machine, state, owner, connection, olderThanMinutes }: Extract<Rule['condition'], { watches: 'stuck' }>,
): Promise<number> {
  const states = (wanted: (path: string, owner: string, machine: string) => boolean): StateKey[] =>
    machines
      .all()
      .flatMap((one) =>
        [...one.leaves.values()]
          .filter(({ path, meta }) => wanted(path, meta.owner, one.name))
          .map(({ path }) => ({ machine: one.name, version: one.version, state: path })),
      );
  return countStuckUpTo(
    database.reports,
    stuckBounds,
    {
      cause,
      machine,
      connection,
      ageMinMs: olderThanMinutes * 60_000,
      ...(state === undefined ? {} : { states: states((path, _, name) => name === machine && isWithin(path, state)) }),
      ...(owner === undefined ? {} : { owner: { name: owner, states: states((_, turn) => turn === owner) } }),
    },
    limits.alertCountMax,
  );
}

const of =
  (connection: string | undefined) =>
  ({ connection_id }: { connection_id: string }): boolean =>
    connection === undefined || connection_id === connection;

const counts = (rows: readonly CountOf[], connection: string | undefined): Reading[] =>
  rows.filter(of(connection)).map(({ connection_id, count }) => ({ about: connection_id, value: count, volume: null }));

/** Where there is nothing anywhere, that is a figure too. */
const orNone = (readings: Reading[]): Reading[] =>
  readings.length > 0 ? readings : [{ about: '', value: 0, volume: null }];

/** At most so many things of one rule, those that are not well first. */
function worst({ condition }: Rule, readings: Reading[]): Reading[] {
  const rank = ({ value }: Reading): number => (isBreached(condition, value) ? 0 : 1);
  return readings.sort((a, b) => rank(a) - rank(b) || (a.about < b.about ? -1 : 1)).slice(0, limits.alertThingsMax);
}
