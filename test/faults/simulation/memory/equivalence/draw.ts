// Draws what operations are called with: mostly of what the tables hold, now and then what breaks a rule.
import { type Random, seededRandom } from '../../../../../src/sandbox/kernel/random.ts';
import type { Tables } from '../rows.ts';

export interface Draw extends Random {
  tables: Tables;
  /** True seldom: what is drawn breaks a rule. */
  wrong(): boolean;
  /** One of the newest rows; undefined when there is none. */
  row<T>(rows: ReadonlyMap<unknown, T>, which?: (row: T) => boolean): T | undefined;
  /** Up to `max` of them, each once. */
  rows<T>(rows: ReadonlyMap<unknown, T>, max: number, which?: (row: T) => boolean): T[];
  list<T>(min: number, max: number, make: (index: number) => T): T[];
  id(prefix: string): string;
  bytes(): Buffer;
  /** ms, hours away from now in either direction, so that no haste of the machine changes what is due. */
  far(): number;
  /** A time that is far, as ISO 8601. */
  moment(): string;
}

export const connections = ['ats', 'calm', 'hris', 'screening'] as const;
export const machines = ['application', 'requisition'] as const;

const newestRows = 40;
const hourMs = 3_600_000;

export function createDraw(seed: number, tables: Tables): Draw {
  const random = seededRandom(seed);
  let last = 0;
  const newest = <T>(rows: ReadonlyMap<unknown, T>, which: (row: T) => boolean): T[] =>
    [...rows.values()].filter(which).slice(-newestRows);
  const draw: Draw = {
    ...random,
    tables,
    wrong: () => random.chance(0.02),
    row: (rows, which = () => true) => {
      const found = newest(rows, which);
      return found.length === 0 ? undefined : random.pick(found);
    },
    rows: (rows, max, which = () => true) => {
      const found = newest(rows, which);
      return draw.list(0, max, () => found.splice(random.integer(0, found.length - 1), 1)).flat();
    },
    list: (min, max, make) => Array.from({ length: random.integer(min, max) }, (_, index) => make(index)),
    id: (prefix) => {
      last += 1;
      return `${prefix}_${seed}_${String(last).padStart(6, '0')}`;
    },
    bytes: () => Buffer.from(String(random.next())),
    far: () => (random.chance(0.6) ? -1 : 1) * (2 + random.next() * 60) * hourMs,
    moment: () => new Date(Math.round(Date.now() + draw.far())).toISOString(),
  };
  return draw;
}
