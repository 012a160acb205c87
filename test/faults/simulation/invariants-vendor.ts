// Invariants that the vendors' own logs decide: order, repetition, false confirmations, and whether they show what we say.
import { stageOf } from './simulated-adapter.ts';
import type { VendorChange } from './vendor.ts';
import type { World } from './world.ts';

/** Writes of one lane reach the vendor in the order of the lane. */
export function orderInvariant(world: World): string[] {
  const { writebacks } = world.memory.tables;
  const wrong: string[] = [];
  for (const { vendor } of world.systems.values()) {
    const last = new Map<string, number>();
    for (const change of vendor.log) {
      const seq = change.writeback === null ? undefined : writebacks.get(change.writeback)?.lane_seq;
      if (seq === undefined) continue;
      if (seq < (last.get(change.ref) ?? 0))
        wrong.push(`${vendor.connection} ${change.ref}: write ${seq} came after ${last.get(change.ref)}`);
      last.set(change.ref, Math.max(seq, last.get(change.ref) ?? 0));
    }
  }
  return wrong;
}

/** Nothing is written where a look shows it already; two at once may each have looked before the other wrote. */
export const repetitionInvariant = (world: World): string[] =>
  [...world.systems.values()].flatMap(({ vendor }) =>
    vendor.log
      .filter(
        (change) =>
          change.writeback !== null && change.from === change.to && lastChange(vendor.log, change) < change.known,
      )
      .map((change) => `${vendor.connection} ${change.ref}: ${change.writeback} wrote ${change.to} over itself`),
  );

/** Where in the log the card came to stand where this write found it. */
const lastChange = (log: readonly VendorChange[], write: VendorChange): number =>
  log.slice(0, log.indexOf(write)).findLastIndex((one) => one.ref === write.ref && one.from !== one.to);

/** What a person put there is not written over by somebody who saw it, unless it was expected or a rule has decided. */
export function respectInvariant(world: World): string[] {
  const { writebacks, attempts } = world.memory.tables;
  const wrong: string[] = [];
  for (const { vendor, stages } of world.systems.values()) {
    for (const change of vendor.log) {
      const one = change.writeback === null ? undefined : writebacks.get(change.writeback);
      const before = vendor.log[lastChange(vendor.log, change)];
      if (!one || one.cause === 'revert' || before?.writeback !== null || before.from === null) continue;
      const seen = vendor.log.indexOf(before) < change.known;
      const disputed = [...attempts.values()].some((row) => row.writeback_id === one.id && row.outcome === 'conflict');
      const ours = [...writebacks.values()].filter(
        (other) =>
          other.subject_id === one.subject_id &&
          other.connection_id === one.connection_id &&
          other.lane_seq < one.lane_seq,
      );
      const expected = [one.from_state, ...ours.flatMap((other) => [other.from_state, other.target_state])];
      if (seen && !disputed && !expected.some((state) => stageOf(stages, state) === change.from))
        wrong.push(
          `${vendor.connection} ${change.ref}: ${one.id} wrote ${change.to} over ${change.from}, which a person had put there`,
        );
    }
  }
  return wrong;
}

/** What is confirmed was shown by the vendor between its birth and its settling. */
export function confirmationInvariant(world: World): string[] {
  const wrong: string[] = [];
  for (const one of world.memory.tables.writebacks.values()) {
    const system = world.systems.get(one.connection_id);
    if (one.status !== 'confirmed' || !system || one.settled_at === null) continue;
    const ref = refOf(world, one.subject_id);
    const stage = stageOf(system.stages, one.target_state);
    const settled = one.settled_at;
    const before = (change: VendorChange): boolean => change.ref === ref && change.at <= settled;
    // Shown at some time before it was settled: whether still then is for the next reading to say.
    if (!system.vendor.log.some((change) => before(change) && change.to === stage))
      wrong.push(`${one.id} is confirmed at ${one.connection_id}, which never showed ${stage}`);
  }
  return wrong;
}

/** Each vendor shows the canonical state, or somebody has been told that it does not, or it was changed there without a word to us. */
export function agreementInvariant(world: World): string[] {
  const { tables } = world.memory;
  const wrong: string[] = [];
  for (const subject of tables.subjects.values()) {
    const ref = refOf(world, subject.id);
    for (const [connection, { vendor, stages }] of world.systems) {
      const wanted = stageOf(stages, subject.state);
      const shown = vendor.stageOf(ref);
      if (wanted === undefined || wanted === shown) continue;
      const told = [...tables.incidents.values()].some(
        (one) => one.settled_at === null && one.subject_id === subject.id && one.connection_id === connection,
      );
      const last = vendor.log.findLast((change) => change.ref === ref && change.from !== change.to);
      const unheard = connection === 'hris' && last?.writeback === null;
      if (!told && !unheard)
        wrong.push(`${connection} shows ${shown} for ${ref}, which is ${subject.state}, and nobody is told`);
    }
  }
  return wrong;
}

const refOf = (world: World, subject: string): string =>
  [...world.memory.tables.refs.values()].find((one) => one.subject_id === subject && one.system === 'ats')
    ?.external_id ?? '';
