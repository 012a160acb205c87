// The matrix's table: each crash point, which processes come by it, what has to go on for that, and the hits at which they die.
import type { CrashPointName } from '../../../src/core/crash-points.ts';

/** Two processes, `core` and `worker`, or one that is everything. */
export type Part = 'core' | 'worker' | 'whole';

/** What goes on, beyond the load, so that the place is reached often enough. */
export type Scene =
  | 'load'
  /** The vendor fails before it saves, so that much is due for another try. */
  | 'retries'
  /** Leases end before the work does. */
  | 'lost_leases'
  /** Events come far too early, and wait in vain. */
  | 'parking'
  /** People who applied are erased again. */
  | 'erasing'
  /** People go on applying, one after the other, so that there is always something to seal. */
  | 'applying'
  /** The very first start, on an empty database. */
  | 'first_start';

export interface Place {
  /** `whole` dies at the second hit only: what goes on is the same, and more of it dies. */
  parts: readonly Part[];
  scene: Scene;
  hits: readonly number[];
}

const hits = [1, 2, 7];
const core: Place = { parts: ['core', 'whole'], scene: 'load', hits };
const worker: Place = { parts: ['worker', 'whole'], scene: 'load', hits };
const first: Place = { parts: ['core', 'worker', 'whole'], scene: 'first_start', hits };

/** Files are exchanged by a test of their own, which dies at each of their places: test/services/file-drop-crashes.test.ts. */
type Matrix = Exclude<CrashPointName, `files.${string}`>;

export const places: Readonly<Record<Matrix, Place>> = {
  'ingest.verified': core,
  'ingest.locked': core,
  'ingest.events_inserted': core,
  'ingest.transitions_inserted': core,
  'ingest.lanes_saved': core,
  'ingest.writebacks_inserted': core,
  'ingest.before_commit': core,
  'ingest.committed': core,
  'ingest.published': core,
  'ingest.reply_cut': core,
  'relay.claimed': { ...core, scene: 'retries' },
  'relay.command_sent': core,
  'relay.command_stored': core,
  'worker.command_received': worker,
  'worker.work_read': worker,
  'worker.before_vendor_request': worker,
  'worker.vendor_request_cut': worker,
  'worker.vendor_answered': worker,
  'worker.before_result': worker,
  'worker.result_sent': worker,
  'worker.result_stored': worker,
  'worker.command_acknowledged': worker,
  'results.received': core,
  'results.locked': core,
  'results.before_commit': core,
  'results.committed': core,
  'results.applied': core,
  'results.acknowledged': core,
  'sweeper.lease_expired': { ...core, scene: 'lost_leases' },
  'sweeper.lease_lost': { ...core, scene: 'lost_leases' },
  'sweeper.parking_expired': { ...core, scene: 'parking' },
  'sealer.root_computed': { ...core, scene: 'applying' },
  'sealer.committed': { ...core, scene: 'applying' },
  'erasure.values_emptied': { ...core, scene: 'erasing' },
  'erasure.keys_destroyed': { ...core, scene: 'erasing' },
  'erasure.committed': { ...core, scene: 'erasing' },
  'erasure.feed_told': { ...core, scene: 'erasing' },
  'erasure.heap_cleaned': { ...core, scene: 'erasing' },
  // There are five files, three machine versions and one dictionary.
  'migration.file_under_way': { ...first, hits: [1, 2, 5] },
  'migration.file_applied': { ...first, hits: [1, 2, 5] },
  'activation.machine_kept': { ...first, hits: [1, 2, 3] },
  'activation.dictionary_kept': { ...first, hits: [1] },
};

/** INTERLOCK_ROLES of a part. */
export const rolesOf = (part: Part): string =>
  ({ core: 'api,sweeper,console', worker: 'worker', whole: 'api,worker,sweeper,console' })[part];

export interface Case {
  name: CrashPointName;
  part: Part;
  hit: number;
  scene: Scene;
}

/** Every run of the matrix, in the order of the table. */
const allCases = (): Case[] =>
  (Object.entries(places) as [CrashPointName, Place][]).flatMap(([name, place]) =>
    place.parts.flatMap((part) =>
      (part === 'whole' ? place.hits.slice(0, 2).slice(-1) : place.hits).map((hit) => ({
        name,
        part,
        hit,
        scene: place.scene,
      })),
    ),
  );

/** The case of a seed. Neighbouring seeds are far apart in the table, so that a few of them try a little of everything. */
export function caseOf(seed: number): Case {
  const cases = allCases();
  const found = cases[((seed - 1) * strideOf(cases.length)) % cases.length];
  if (!found) throw new Error('The matrix is empty');
  return found;
}

export const caseCount = (): number => allCases().length;

/** A step that comes by every case before it comes by one twice. */
function strideOf(length: number): number {
  let step = Math.floor(length * 0.381) + 1;
  while (greatestCommonDivisor(step, length) !== 1) step += 1;
  return step;
}

const greatestCommonDivisor = (one: number, other: number): number =>
  other === 0 ? one : greatestCommonDivisor(other, one % other);
