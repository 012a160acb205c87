// The adapter of a simulated vendor: the shared read, compare, write, read back of every adapter, over calls that the scheduler answers.
import { z } from 'zod';
import { applyByReading, confirmByReading, type ReadResult, type Target } from '../../../src/adapters/apply.ts';
import type { VendorAnswer } from '../../../src/adapters/http.ts';
import type { Adapter, Capabilities, Carried, Work } from '../../../src/adapters/port.ts';
import type { SystemKind } from '../../../src/core/machine/definition.ts';
import { isWithin } from '../../../src/core/machine/machine.ts';
import { type Fate, readLagMs, type Vendor } from './vendor.ts';

/** Which stage each state, or each state below a region, shows as; what is missing this vendor cannot show. */
export type Stages = Readonly<Record<string, string>>;

/** A call on its way to the vendor; resolves when the scheduler decides what became of it. */
export type Call = <T>(kind: 'read' | 'write', given: AbortSignal, answer: (fate: Fate) => T) => Promise<T>;

export interface AdapterOptions {
  kind: SystemKind;
  stages: Stages;
  precondition: Capabilities['precondition'];
  /** Where its refs are ids of another system. */
  refSystem?: string;
  now(): number;
}

/** `call` is the process's own: a call of a dead process is answered to nobody. */
export function simulatedAdapter(vendor: Vendor, options: AdapterOptions, call: Call): Adapter {
  const capabilities: Capabilities = {
    idempotencyKey: false,
    precondition: options.precondition,
    readLagMs,
    concurrency: 8,
    rateLimit: null,
    reads: true,
    writes: true,
  };
  const readNow = async (ref: string, given: AbortSignal): Promise<ReadResult<number>> => {
    let known = 0;
    const found = await call('read', given, (fate) => {
      // An old value is what was there before the last change.
      known = fate === 'old_value' ? 0 : vendor.log.length;
      return vendor.read(ref, fate, options.now());
    });
    if (found === null) return { kind: 'missing' };
    if ('answer' in found) return { kind: 'failed', answer: found.answer };
    const states = statesOf(options.stages, found.stage);
    return { kind: 'shows', reading: { stage: found.stage, state: states[0] ?? null, native: known } };
  };
  const target = (work: Work, wanted: string, given: AbortSignal): Target<number> => ({
    creates: false,
    alike: (state) => stageOf(options.stages, state) === wanted,
    read: () => readNow(work.ref ?? '', given),
    shows: ({ stage }) => stage === wanted,
    expected: ({ stage }) => work.expectedStates.some((state) => stageOf(options.stages, state) === stage),
    isConflict: (answer) => answer.status === 409,
    async write(reading) {
      const from = options.precondition === 'compare_and_set' ? (reading?.stage ?? null) : null;
      // As the shared HTTP client does: nothing leaves once the time is over.
      if (given.aborted) return { answer: neverSent, precondition: options.precondition };
      const answer: VendorAnswer = await call('write', given, (fate) =>
        vendor.write(work.ref ?? '', wanted, from, work.writeback, reading?.native ?? 0, fate, options.now()),
      );
      return { answer, precondition: options.precondition };
    },
  });
  const carry = async (
    work: Work,
    given: AbortSignal,
    how: (target: Target<number>) => Promise<Carried>,
  ): Promise<Carried> => {
    const wanted = stageOf(options.stages, work.targetState);
    if (wanted === undefined || work.ref === null) return { outcome: { kind: 'refused', reason: 'not_mapped' } };
    return how(target(work, wanted, given));
  };
  const adapter: Adapter = {
    name: vendor.connection,
    title: vendor.connection,
    kind: options.kind,
    capabilities,
    settings: anything,
    secrets: {},
    elementsFor: () => [],
    shows: (_, machine, state) => machine === 'application' && stageOf(options.stages, state) !== undefined,
    verify: () => ({ ok: true }),
    translate: () => [],
    async read(ref, { signal }) {
      const found = await readNow(ref, signal);
      if (found.kind === 'failed') throw new Error('The vendor could not be read.');
      return found.kind === 'shows' ? found.reading : null;
    },
    apply: (work, { signal }) => carry(work, signal, (to) => applyByReading(to, work, capabilities)),
    confirm: (work, { signal }) => carry(work, signal, confirmByReading),
    acknowledgement: { status: 200, body: '' },
  };
  const { refSystem } = options;
  if (refSystem !== undefined) adapter.refSystem = () => refSystem;
  return adapter;
}

/** Made once: a schema costs as much as a few steps. */
const anything = z.unknown();
const neverSent: VendorAnswer = { kind: 'failure', failure: 'timeout', sent: false };

/** What was looked up before; an office has few states. */
const stagesSeen = new WeakMap<Stages, Map<string, string | undefined>>();
const statesSeen = new WeakMap<Stages, Map<string, readonly string[]>>();

function remembered<T>(seen: WeakMap<Stages, Map<string, T>>, stages: Stages, name: string, find: () => T): T {
  const known = seen.get(stages) ?? new Map<string, T>();
  seen.set(stages, known);
  const found = known.get(name);
  if (found !== undefined || known.has(name)) return found as T;
  const fresh = find();
  known.set(name, fresh);
  return fresh;
}

/** The narrowest mapping wins. */
export const stageOf = (stages: Stages, state: string): string | undefined =>
  remembered(stagesSeen, stages, state, () => findStage(stages, state));

function findStage(stages: Stages, state: string): string | undefined {
  let found: string | undefined;
  let depth = -1;
  for (const [region, stage] of Object.entries(stages)) {
    if (!isWithin(state, region) || region.length <= depth) continue;
    found = stage;
    depth = region.length;
  }
  return found;
}

/** The states that a stage stands for. */
export const statesOf = (stages: Stages, stage: string): readonly string[] =>
  remembered(statesSeen, stages, stage, () =>
    Object.entries(stages)
      .filter(([, name]) => name === stage)
      .map(([state]) => state)
      .sort(),
  );
