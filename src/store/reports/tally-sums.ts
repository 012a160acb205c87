// What was counted, added up once for all who ask: it changes only when something more is counted, and is then another sum.
import { addUp, lineOf, type TallyPart } from '../../core/tally.ts';
import type { TallyKind, TallyUnit, TallyWay } from './tally-kinds.ts';

/** A day, an hour or a part that was counted. */
export interface Counted {
  unit: TallyUnit;
  begins: string;
  /** The transaction that wrote it. Not the moment it is as of: a day one hour of which was counted once more is as of its oldest hour still. */
  counted_by: string;
  /** Some of it could still change then. */
  leaves_out: boolean;
  /** Ids of databases that one process has open differ. */
  database: string;
}

/** Enough for every period, and a few that have just gone by. A sum is as large as one day. */
const sumsMax = 64;
const sums = new Map<string, readonly TallyPart[]>();

/** The lines of these, added up in each way; read only where one of them was not added up before. */
export async function sumsOf(
  ways: readonly TallyWay[],
  kind: TallyKind,
  counted: readonly Counted[],
  read: () => Promise<TallyPart[]>,
): Promise<(readonly TallyPart[])[]> {
  const [first] = counted;
  if (!first) return ways.map(() => []);
  const of = counted.map((one) => `${one.unit} ${one.begins} ${one.counted_by}`).join(' ');
  const keys = ways.map((way) => `${first.database} ${kind} ${way} ${of}`);
  const lines = keys.every((key) => sums.has(key)) ? [] : await read();
  return ways.map((way, nth) => remember(keys[nth] ?? '', () => addedUp(way, lines)));
}

/** The one asked for longest ago goes first. */
function remember(key: string, add: () => TallyPart[]): readonly TallyPart[] {
  const sum = sums.get(key) ?? add();
  sums.delete(key);
  sums.set(key, sum);
  for (const oldest of sums.keys()) {
    if (sums.size <= sumsMax) break;
    sums.delete(oldest);
  }
  return sum;
}

function addedUp(way: TallyWay, parts: readonly TallyPart[]): TallyPart[] {
  if (way === 'keys') return [{ at: parts[0]?.at ?? '', lines: addUp(parts, (of) => of).map(lineOf) }];
  return addUp(parts, (_, at) => [at.slice(0, 10)]).map((day) => ({
    at: `${day.of[0]}T00:00:00.000Z`,
    lines: [lineOf({ ...day, of: [] })],
  }));
}
