// The simulated world: processes, vendors, a broker, senders and a clock, all of them moved only by the scheduler.
import type { Adapter } from '../../../src/adapters/port.ts';
import type { Intake, Recorded } from '../../../src/core/deciding/intake.ts';
import type { Result } from '../../../src/core/delivery/message.ts';
import type { NewId } from '../../../src/core/ids.ts';
import { loadDefinitions } from '../../../src/load-definitions.ts';
import { type Broker, createBroker } from './broker.ts';
import type { Choices } from './choices.ts';
import { createMemory, type Memory } from './memory/memory.ts';
import { openSystems, type System } from './office.ts';
import { type Process, startProcess } from './process.ts';
import type { Fate, VendorWebhook } from './vendor.ts';
import { type Sender, sender } from './workload.ts';

/** A call that waits for its answer. */
export interface WaitingCall {
  process: Process;
  kind: 'read' | 'write';
  /** Its worker gave up: what is answered now reaches nobody, and a vendor without a precondition no longer carries it out. */
  given: AbortSignal;
  fenced: boolean;
  answer(fate: Fate): void;
}

/** One thing that was said to Interlock. `recorded` is null while its sender does not know what became of it. */
export interface Said {
  intake: Intake;
  tries: number;
  recorded: Recorded | null;
}

/** As much of an `AbortSignal` as is looked at: real ones and their events cost more than the rest of a step. */
interface Deadline {
  at: number;
  aborted: boolean;
}

/** Most schedules are short, as most bugs need little; the long ones are for the rest. Hard ones only come when they are asked for, with vendors at their worst. */
export type Size = 'short' | 'long' | 'hard';

/** Ranges to draw from, both ends included: applicants, what is said about each, and steps for as long as things go wrong. */
export const sizes = {
  short: { people: [1, 2], says: [1, 4], troubled: [10, 39] },
  long: { people: [1, 4], says: [1, 9], troubled: [10, 169] },
  hard: { people: [6, 6], says: [1, 15], troubled: [500, 500] },
} as const satisfies Record<Size, unknown>;

export const within = ({ below }: Choices, [least, most]: readonly [number, number]): number =>
  least + below(most - least + 1);

export interface World {
  choices: Choices;
  memory: Memory;
  broker: Broker;
  systems: ReadonlyMap<string, System>;
  processes: Process[];
  calls: WaitingCall[];
  senders: Sender[];
  /** By dedupe key. */
  said: Map<string, Said>;
  /** Webhooks that were answered, and may come again all the same. */
  heard: { system: System; webhook: VendorWebhook }[];
  /** Handlers at work, by command. */
  atWork: Map<string, number>;
  resultsAtWork: Set<Result>;
  size: Size;
  /** Cores carry commands as well, and keep at hand what they bear, as over the local bus. */
  whole: boolean;
  /** True while things go wrong. */
  trouble: boolean;
  clock: { now: number };
  deadlines: Deadline[];
  /** Who was moved last: whose transactions are under way. */
  acting: Process | null;
  hits: Map<string, number>;
  newId: NewId;
  count(name: string): void;
}

const beginning = Date.parse('2026-01-05T08:00:00Z');
const { machines } = loadDefinitions();

export async function createWorld(choices: Choices, hard: boolean): Promise<World> {
  const clock = { now: beginning };
  const now = (): number => clock.now;
  const hits = new Map<string, number>();
  const world: World = {
    choices,
    memory: createMemory({ now }),
    broker: createBroker(),
    systems: openSystems(now),
    processes: [],
    calls: [],
    senders: [],
    said: new Map(),
    heard: [],
    atWork: new Map(),
    resultsAtWork: new Set(),
    size: hard ? 'hard' : choices.chance(0.15) ? 'long' : 'short',
    whole: choices.chance(0.3),
    trouble: true,
    clock,
    deadlines: [],
    acting: null,
    hits,
    newId: counted(),
    count: (name) => void hits.set(name, (hits.get(name) ?? 0) + 1),
  };
  for (const { vendor, kind } of world.systems.values())
    world.memory.addConnection({ id: vendor.connection, adapter: vendor.connection, kind });
  for (let n = within(choices, sizes[world.size].people) - 1; n >= 0; n -= 1) applicant(world, `app-${n}`);
  world.memory.onCommit = (changes) => commitFate(world, changes);
  for (const name of ['core 0', 'worker 0', ...(choices.chance(0.5) ? ['core 1', 'worker 1'] : [])])
    world.processes.push(start(world, name));
  return world;
}

function deadline(world: World, ms: number): AbortSignal {
  const one: Deadline = { at: world.clock.now + ms, aborted: false };
  world.deadlines.push(one);
  return one as unknown as AbortSignal;
}

/** Time passes, and with it whatever was to be done by now. */
export function pass(world: World, ms: number): void {
  world.clock.now += ms;
  for (const one of world.deadlines) one.aborted = one.at <= world.clock.now;
  if (world.deadlines.some((one) => one.aborted)) world.deadlines = world.deadlines.filter((one) => !one.aborted);
}

/** Ids in the order in which they are asked for. */
function counted(): NewId {
  let last = 0;
  return ((prefix: string) => {
    last += 1;
    return `${prefix}_${String(last).padStart(6, '0')}`;
  }) as NewId;
}

/** A card in both systems; what is said about it comes from the ATS's webhooks and from a sender. */
function applicant(world: World, ref: string): void {
  const { choices, clock } = world;
  for (const { vendor, stages } of world.systems.values())
    vendor.open(ref, stages['active.received'] as string, clock.now);
  world.senders.push(sender(machines.latest('application'), ref, within(choices, sizes[world.size].says), choices));
}

/** One of the living processes that do such work, to be moved next. */
export function one(world: World, role: Process['role']): Process {
  const does = (process: Process): boolean => process.role === role || (world.whole && role === 'worker');
  world.acting = world.choices.pick(world.processes.filter((process) => process.alive && does(process)));
  return world.acting;
}

/** The process dies; its calls are on the wire or not, and answered to nobody. A new one takes its place. */
export function crash(world: World, process: Process): void {
  process.alive = false;
  process.disconnect();
  for (const end of process.handlers) end();
  for (const call of world.calls.filter((one) => one.process === process)) {
    world.calls.splice(world.calls.indexOf(call), 1);
    if (world.choices.chance(0.5)) call.answer('answered');
  }
}

/** Puts a new process in the place of each dead one. */
export function restart(world: World): void {
  for (const [index, process] of world.processes.entries()) {
    if (process.alive) continue;
    crash(world, process);
    world.processes[index] = start(world, process.name);
    world.count('restarted');
  }
}

/**
 * Lets go of all that a schedule has made. Its end is not enough: what outlived one collection lies among the old, and old garbage
 * keeps whatever it points to, from one world to the next.
 */
export function dissolve(world: World): void {
  // Empty, not missing: what still waits for a promise may yet come back to it.
  Object.assign(world, {
    memory: null,
    broker: createBroker(),
    systems: new Map(),
    processes: [],
    calls: [],
    senders: [],
    said: new Map(),
    heard: [],
    atWork: new Map(),
    resultsAtWork: new Set(),
    deadlines: [],
    acting: null,
    hits: new Map(),
    count: () => {},
  });
}

function start(world: World, name: string): Process {
  return startProcess(
    {
      memory: world.memory,
      broker: world.broker,
      choices: world.choices,
      now: () => world.clock.now,
      count: world.count,
      newId: world.newId,
      deadline: (ms) => deadline(world, ms),
      publishFate: (process) => publishFate(world, process),
      adapters: (process) => adaptersOf(world, process),
      serves: world.whole ? [...world.systems.keys()] : [],
    },
    name,
  );
}

/** Every system's adapter, its calls bound to one process. */
const adaptersOf = (world: World, process: Process): ReadonlyMap<string, Adapter> =>
  new Map(
    [...world.systems].map(([id, system]) => [
      id,
      system.adapterFor(
        (kind, given, answer) =>
          new Promise((resolve) => {
            world.calls.push({
              process,
              kind,
              given,
              fenced: system.fenced,
              answer: (fate) => {
                const answered = answer(fate);
                if (process.alive) resolve(answered);
              },
            });
          }),
      ),
    ]),
  );

/** What becomes of a commit; what only read has nothing to lose. */
function commitFate(world: World, changes: number): 'commit' | 'refuse' | 'unknown' {
  if (!world.trouble || changes === 0) return 'commit';
  const draw = world.choices.below(100);
  if (draw < 92) return 'commit';
  if (draw > 97 && world.acting) world.acting.alive = false;
  const unknown = draw % 2 === 0;
  world.count(unknown ? 'commit_unknown' : 'commit_refused');
  return unknown ? 'unknown' : 'refuse';
}

function publishFate(world: World, process: Process): 'no' | 'lost' | 'stored' {
  if (!process.alive) return 'lost';
  if (!world.trouble) return 'no';
  const draw = world.choices.below(100);
  if (draw < 96) return 'no';
  return draw % 2 === 0 ? 'lost' : 'stored';
}
