// What a fault of a schedule is: its number in RELIABILITY's catalogue, how it begins, and how it ends.
import type { Random } from '../../../src/sandbox/kernel/random.ts';
import type { Rig } from '../rig/rig.ts';

export interface Fault {
  name: string;
  /** Of RELIABILITY §2.5. */
  ids: string;
  /** It cannot be without NATS. */
  needsNats?: boolean;
  /** It fills a disk of its own. */
  needsDisk?: boolean;
  /** How long it lasts, ms. */
  lastsMs: readonly [min: number, max: number];
  /** May take its time; a function that it gives ends it. */
  begin(rig: Rig, random: Random): unknown;
}
