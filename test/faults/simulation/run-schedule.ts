// One simulated schedule: trouble for a while, then quiet until nothing is left to do, then every invariant.

import { type Action, actionsOf } from './actions.ts';
import type { Choices } from './choices.ts';
import { violationsOf } from './invariants.ts';
import { pairKey } from './memory/rows.ts';
import { createWorld, dissolve, pass, restart, sizes, type World, within } from './world.ts';

export interface Finding {
  invariant: string;
  detail: string;
}

export interface ScheduleResult {
  findings: Finding[];
  steps: number;
  hits: ReadonlyMap<string, number>;
}

const quietStepsMax = 5_000;

/** `hard`: more of everything, and worse; else the choices decide. */
export async function runSchedule(choices: Choices, hard = false): Promise<ScheduleResult> {
  const world = await createWorld(choices, hard);
  try {
    return await live(world);
  } finally {
    dissolve(world);
  }
}

async function live(world: World): Promise<ScheduleResult> {
  const { choices, hits } = world;
  let steps = 0;
  const troubled = within(choices, sizes[world.size].troubled);
  for (; steps < troubled; steps += 1) await step(world);
  world.trouble = false;
  for (let quiet = 0; quiet < quietStepsMax; quiet += 1, steps += 1)
    if (!(await quietStep(world))) return { findings: violationsOf(world), steps, hits };
  return { findings: [{ invariant: 'I5', detail: 'Not settled after thousands of quiet steps' }], steps, hits };
}

async function step(world: World): Promise<void> {
  restart(world);
  weighted(world, actionsOf(world)).run(world);
  await idle(world);
}

function weighted(world: World, actions: readonly Action[]): Action {
  let sum = 0;
  for (const one of actions) sum += one.weight;
  let draw = world.choices.fraction() * sum;
  for (const one of actions) {
    draw -= one.weight;
    if (draw < 0) return one;
  }
  return actions[0] as Action;
}

/** Everything that can be done is done; then the time moves on to what waits. False when nothing waits any more. */
async function quietStep(world: World): Promise<boolean> {
  restart(world);
  const [, drive, sweep, ...rest] = actionsOf(world);
  const next = rest[0];
  if (next) {
    next.run(world);
    await idle(world);
    return true;
  }
  drive?.run(world);
  await idle(world);
  sweep?.run(world);
  await idle(world);
  if (world.broker.commands.size > 0 || world.broker.results.size > 0 || world.calls.length > 0) return true;
  const due = nextDue(world);
  if (due === null) return false;
  pass(world, Math.max(1, due - world.clock.now));
  return true;
}

/** The next moment at which the tables have something to do, ms; null when there is nothing. */
function nextDue(world: World): number | null {
  const moments: number[] = [];
  for (const one of world.memory.tables.writebacks.values()) {
    if (one.status === 'leased' && one.lease_until) moments.push(one.lease_until + 1);
    if (one.status === 'ready' && isHead(world, one)) moments.push(Math.max(one.due_at ?? 0, world.clock.now + 1_000));
  }
  for (const one of world.memory.tables.events.values())
    if (one.disposition === 'parked')
      moments.push(Math.min(one.parked_until ?? Infinity, one.probe_due_at ?? Infinity) + 1);
  return moments.length === 0 ? null : Math.max(Math.min(...moments), world.clock.now + 1);
}

function isHead(world: World, one: { subject_id: string; connection_id: string; lane_seq: number }): boolean {
  const lane = world.memory.tables.lanes.get(pairKey(one.subject_id, one.connection_id));
  return lane !== undefined && lane.held_reason === null && one.lane_seq === lane.done_seq + 1;
}

/**
 * Everything goes on that can without another step: first what waits for promises alone, then, in turns of the event loop, the
 * batches that were asked for. Two turns, as what a batch waits for begins in the turn after its own; each costs a system call.
 */
async function idle(world: World): Promise<void> {
  await new Promise(promisesDone);
  for (let turn = 0; turn < 2 && world.processes.some(({ context }) => context.recorder().waiting() > 0); turn += 1)
    await new Promise(setImmediate);
}

/** Next ticks come when no promise has anything left to do. */
const promisesDone = (done: (nothing: unknown) => void): void => process.nextTick(done);
