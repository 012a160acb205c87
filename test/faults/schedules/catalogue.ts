// The faults that a schedule draws from, and the drawing: everything about a seed follows from its number.
import { type Random, seededRandom } from '../../../src/sandbox/kernel/random.ts';
import { busFaults } from './bus-faults.ts';
import { doorFaults } from './door-faults.ts';
import type { Fault } from './fault.ts';
import { processFaults } from './process-faults.ts';
import { storeFaults } from './store-faults.ts';
import { vendorFaults } from './vendor-faults.ts';

const families = [processFaults, storeFaults, busFaults, vendorFaults, doorFaults];
export const catalogue: readonly Fault[] = families.flat();

export interface Planned {
  fault: Fault;
  /** From the beginning of the load, ms. */
  atMs: number;
  lastsMs: number;
}

export interface Plan {
  faults: Planned[];
  workers: number;
  applications: number;
  /** Offset of the clock of each process, s; 0 where it is right. */
  clocks: Readonly<Record<string, number>>;
}

export interface PlanOptions {
  /** What this machine can do. */
  nats: boolean;
  clocks: boolean;
  disks: boolean;
  spreadMs: number;
}

/** At least eight faults, at least one of each family that is possible, which is dealt; the rest is drawn. */
export function planOf(seed: number, options: PlanOptions): Plan {
  const random = seededRandom(seed ^ 0x9e3779b9);
  const possible = (fault: Fault): boolean => (options.nats || !fault.needsNats) && (options.disks || !fault.needsDisk);
  const drawn: Fault[] = families.flatMap((family, at) => dealt(seed, at, family.filter(possible)));
  const count = random.integer(8, 12);
  while (drawn.length < count) drawn.push(random.pick(catalogue.filter(possible)));
  const faults = drawn
    .map((fault) => ({
      fault,
      atMs: random.integer(100, options.spreadMs),
      lastsMs: random.integer(fault.lastsMs[0], fault.lastsMs[1]),
    }))
    .sort((a, b) => a.atMs - b.atMs);
  return {
    faults,
    workers: random.chance(0.4) ? 2 : 1,
    applications: random.integer(17, 26),
    clocks: options.clocks ? clocksOf(random) : {},
  };
}

/** Twenty seeds, counted from 1, meet each fault of a family at least once: by luck alone, one in six would not come. */
export const dealtSeeds = 20;

/** One of the family; none where nothing of it is possible. The order is another one in the next twenty. */
function dealt(seed: number, at: number, family: readonly Fault[]): Fault[] {
  const turn = seed - 1;
  const random = seededRandom((Math.floor(turn / dealtSeeds) * families.length + at) ^ 0x51ed270b);
  const order = [...family];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = random.integer(0, last);
    [order[last], order[other]] = [order[other] as Fault, order[last] as Fault];
  }
  const place = ((turn % dealtSeeds) + dealtSeeds) % dealtSeeds;
  return order.slice(place % Math.max(order.length, 1)).slice(0, 1);
}

/** Every third seed has a process or two whose clock is up to two hours off. */
function clocksOf(random: Random): Record<string, number> {
  const offset = (): number => random.integer(-7_200, 7_200);
  if (random.chance(0.66)) return {};
  return random.chance(0.5) ? { 'core-2': offset() } : { 'core-1': offset(), 'worker-1': offset() };
}
