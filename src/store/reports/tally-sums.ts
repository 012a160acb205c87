// What was counted, added up once for all who ask: it changes only when something more is counted, and is then another sum.
import { addUp, type TallyPart, type TallySum } from '../../core/figures/tally.ts';
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
const sums = new Map<string, readonly TallySum[]>();

/** The lines of these, added up in one way; read only where that was not done before. Whoever adds to them adds to copies. */
export async function sumsOf(
  way: TallyWay,
  kind: TallyKind,
  counted: readonly Counted[],
  read: () => Promise<TallyPart[]>,
): Promise<readonly TallySum[]> {
  const [first] = counted;
  if (!first) return [];
  const of = counted.map((one) => `${one.unit} ${one.begins} ${one.counted_by}`).join(' ');
  const key = `${first.database} ${kind} ${way} ${of}`;
  const sum = sums.get(key) ?? addUp(await read(), way === 'keys' ? (of) => of : (_, at) => [at.slice(0, 10)]);
  // The one asked for longest ago goes first.
  sums.delete(key);
  sums.set(key, sum);
  for (const oldest of sums.keys()) {
    if (sums.size <= sumsMax) break;
    sums.delete(oldest);
  }
  return sum;
}
