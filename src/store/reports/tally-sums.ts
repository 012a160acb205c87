// What was counted, added up once for all who ask: it changes only when something more is counted, and is then another sum.
import { addUp, lineOf, type TallyPart } from '../../core/tally.ts';
import type { TallyKind, TallyUnit, TallyWay } from './tally-kinds.ts';

/** A day, an hour or a part that was counted, as of a moment. */
export interface Counted {
  unit: TallyUnit;
  begins: string;
  as_of: string;
  /** Some of it could still change then. */
  leaves_out: boolean;
  /** Ids of databases that one process has open differ. */
  database: string;
}

/** Enough for every period, and a few that have just gone by. A sum is as large as one day. */
const sumsMax = 64;
const sums = new Map<string, readonly TallyPart[]>();

/** The lines of these, added up; read only where that was not done before. */
export async function sumsOf(
  way: TallyWay,
  kind: TallyKind,
  counted: readonly Counted[],
  read: () => Promise<TallyPart[]>,
): Promise<readonly TallyPart[]> {
  const [first] = counted;
  if (!first) return [];
  const key = `${first.database} ${kind} ${way} ${counted.map((one) => `${one.unit} ${one.begins} ${one.as_of}`).join(' ')}`;
  const known = sums.get(key);
  sums.delete(key);
  const found = known ?? addedUp(way, await read());
  sums.set(key, found);
  for (const oldest of sums.keys()) {
    if (sums.size <= sumsMax) break;
    sums.delete(oldest);
  }
  return found;
}

function addedUp(way: TallyWay, parts: readonly TallyPart[]): TallyPart[] {
  if (way === 'keys') return [{ at: parts[0]?.at ?? '', lines: addUp(parts, (of) => of).map(lineOf) }];
  return addUp(parts, (_, at) => [at.slice(0, 10)]).map((day) => ({
    at: `${day.of[0]}T00:00:00.000Z`,
    lines: [lineOf({ ...day, of: [] })],
  }));
}
