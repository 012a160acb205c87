// Everything that can happen next in the simulated world, each with how likely it is to be chosen.
import type { Intake } from '../../../src/core/deciding/intake.ts';
import { type Command, commandId, type Result } from '../../../src/core/delivery/message.ts';
import { bringHome } from '../../../src/services/delivery/consume-results.ts';
import { driveWritebacks } from '../../../src/services/delivery/drive-writebacks.ts';
import { redriveAll, sweep } from '../../../src/services/delivery/sweep.ts';
import { workOne } from '../../../src/services/delivery/work-commands.ts';
import type { System } from './office.ts';
import type { Process } from './process.ts';
import type { Fate, VendorWebhook } from './vendor.ts';
import { intakeOfWebhook } from './workload.ts';
import { crash, one, pass, type Said, type World } from './world.ts';

export interface Action {
  weight: number;
  run(world: World): unknown;
}

const never = new AbortController().signal;
const pauses = [50, 1_000, 6_000, 31_000, 120_000, 16 * 60_000, 3 * 3_600_000];

/**
 * What may happen now; never empty. What goes on by itself comes after the first three, in the order in which quiet times take it.
 * A list of things to choose from is made by the action that is chosen, so that the others cost next to nothing.
 */
export function actionsOf(world: World): Action[] {
  const { broker } = world;
  const possible: Action[] = [...always];
  if (world.senders.some(hasMoreToSay)) possible.push(speaking);
  if (anyTold(world)) possible.push(telling);
  if (world.calls.length > 0) possible.push(answering);
  if (commandsAtWork(world, 0, 1).length > 0) possible.push(carrying);
  if (broker.results.size > 0 && waitingResults(world, 1).length > 0) possible.push(bringing);
  return world.trouble ? withTroubles(world, possible) : possible;
}

const core = (world: World): Process => one(world, 'core');
const worker = (world: World): Process => one(world, 'worker');

const always: readonly Action[] = [
  { weight: 4, run: (world) => wait(world, pauses.slice(0, 4)) },
  { weight: 3, run: (world) => round(world, driveWritebacks(core(world).context)) },
  { weight: 2, run: (world) => round(world, sweep(core(world).context)) },
];
const speaking: Action = {
  weight: 10,
  run: (world) => speak(world, core(world), world.choices.pick(world.senders.filter(hasMoreToSay))),
};
const telling: Action = { weight: 8, run: (world) => webhook(world, core(world), world.choices.pick(told(world))) };
const answering: Action = { weight: 24, run: (world) => answerCall(world) };
const carrying: Action = {
  weight: 16,
  run: (world) => carry(world, worker(world), world.choices.pick(commandsAtWork(world, 0))),
};
const bringing: Action = { weight: 12, run: (world) => bring(world, core(world), some(world, waitingResults(world))) };

const troubles: readonly Action[] = [
  { weight: 2, run: (world) => moveByHand(world) },
  { weight: 1, run: (world) => wait(world, pauses) },
  { weight: 0.4, run: (world) => crash(world, kill(world, core(world))) },
  { weight: 0.6, run: (world) => crash(world, kill(world, worker(world))) },
  { weight: 0.3, run: (world) => loseBroker(world, core(world)) },
];
const sayingAgain: Action = {
  weight: 1,
  run: (world) => say(world, core(world), again(world, world.choices.pick(answered(world)).intake)),
};
const hearingAgain: Action = { weight: 1.5, run: (world) => hearAgain(world, core(world)) };
const carryingTwice: Action = {
  weight: 1,
  run: (world) => carry(world, worker(world), world.choices.pick(commandsAtWork(world, 1))),
};
const forging: Action = {
  weight: 0.5,
  run: (world) => forge(world, world.choices.pick([...world.broker.commands.values()])),
};

function withTroubles(world: World, possible: Action[]): Action[] {
  possible.push(...troubles);
  if (answered(world, 1).length > 0) possible.push(sayingAgain);
  if (world.heard.length > 0) possible.push(hearingAgain);
  if (commandsAtWork(world, 1, 1).length > 0) possible.push(carryingTwice);
  if (world.broker.commands.size > 0) possible.push(forging);
  return possible;
}

const hasMoreToSay = ({ unsaid }: { unsaid: readonly Intake[] }): boolean => unsaid.length > 0;
const told = ({ systems }: World): System[] => [...systems.values()].filter(({ vendor }) => vendor.webhooks.length > 0);

function anyTold({ systems }: World): boolean {
  for (const { vendor } of systems.values()) if (vendor.webhooks.length > 0) return true;
  return false;
}

/** The first so many of those that were answered. */
function answered({ said }: World, max = Infinity): Said[] {
  const found: Said[] = [];
  for (const each of said.values()) if (each.recorded !== null && found.push(each) >= max) break;
  return found;
}

/** The first so many commands that so many handlers are at work on. */
function commandsAtWork({ broker, atWork }: World, handlers: number, max = Infinity): Command[] {
  const found: Command[] = [];
  // The broker keeps each under its id.
  for (const [id, command] of broker.commands)
    if ((atWork.get(id) ?? 0) === handlers && found.push(command) >= max) break;
  return found;
}

function waitingResults({ broker, resultsAtWork }: World, max = Infinity): Result[] {
  const found: Result[] = [];
  for (const each of broker.results) if (!resultsAtWork.has(each) && found.push(each) >= max) break;
  return found;
}

/** A round of a loop may fail; the next one comes. */
const round = (world: World, work: Promise<unknown>): void => void work.catch(() => world.count('round_failed'));

function wait(world: World, ms: readonly number[]): void {
  pass(world, world.choices.pick(ms));
}

function kill(world: World, process: Process): Process {
  world.count('killed');
  process.alive = false;
  return process;
}

/** The next thing a sender has to say, or while there is trouble one of the next few. */
function speak(world: World, core: Process, { unsaid }: { unsaid: Intake[] }): void {
  const ahead = world.trouble && world.choices.chance(0.1) ? Math.min(unsaid.length, 3) : 1;
  const intake = unsaid[world.choices.below(ahead)] as Intake;
  say(world, core, intake, () => {
    const at = unsaid.indexOf(intake);
    if (at >= 0) unsaid.splice(at, 1);
  });
}

/** Tells a process; until it answers the sender does not know what became of it and says it again. */
export function say(world: World, core: Process, intake: Intake, answered: () => void = () => {}): void {
  const key = `${intake.source}\n${intake.externalId}`;
  const said = world.said.get(key) ?? { intake, tries: 0, recorded: null };
  world.said.set(key, said);
  said.tries += 1;
  core.context
    .recorder()
    .record(intake)
    .then(
      (recorded) => {
        if (!core.alive) return;
        if (recorded.disposition === 'duplicate')
          world.count(recorded.original?.sameBody ? 'dup_hit' : 'fingerprint_conflict');
        else if (recorded.disposition === 'parked') world.count('parked');
        said.recorded ??= recorded;
        answered();
      },
      () => world.count('unanswered'),
    );
}

/** The same id again, now and then with something else in it. */
const again = (world: World, intake: Intake): Intake =>
  world.choices.chance(0.2) ? { ...intake, fingerprint: 'another' } : intake;

function webhook(world: World, core: Process, system: System): void {
  const { webhooks } = system.vendor;
  const late = world.trouble && world.choices.chance(0.2) ? webhooks.length : 1;
  const one = webhooks[world.choices.below(late)] as VendorWebhook;
  say(world, core, intakeOfWebhook(one, system, world.clock.now), () => {
    const at = webhooks.indexOf(one);
    if (at < 0) return;
    webhooks.splice(at, 1);
    world.heard.push({ system, webhook: one });
  });
}

function hearAgain(world: World, core: Process): void {
  const { system, webhook: one } = world.choices.pick(world.heard);
  say(world, core, intakeOfWebhook(one, system, world.clock.now));
}

function moveByHand(world: World): void {
  const system = world.choices.pick([...world.systems.values()]);
  const ref = world.choices.pick(system.vendor.refs());
  const stage = world.choices.pick([...new Set(Object.values(system.stages))]);
  if (system.vendor.stageOf(ref) === stage) return;
  world.count('moved_by_hand');
  system.vendor.moveByHand(ref, stage, world.clock.now);
}

const readFates: readonly Fate[] = ['unavailable', 'timed_out', 'rate_limited', 'unauthorised', 'old_value'];
const writeFates: readonly Fate[] = [
  'unavailable',
  'timed_out',
  'rate_limited',
  'unauthorised',
  'refused',
  'done_then_silent',
  'done_then_failed',
  'swallowed',
];

function answerCall(world: World): void {
  const { choices } = world;
  const [call] = world.calls.splice(choices.below(world.calls.length), 1);
  if (!call) return;
  const atWorst = world.size === 'hard' && call.kind === 'write';
  const goesWrong = world.trouble && choices.chance(call.kind === 'read' ? 0.08 : atWorst ? 0.4 : 0.25);
  const lies = atWorst && choices.chance(0.3);
  const wrong = (): Fate => (lies ? 'swallowed' : choices.pick(call.kind === 'read' ? readFates : writeFates));
  const late = call.given.aborted && !call.fenced;
  const fate = late ? 'timed_out' : goesWrong ? wrong() : 'answered';
  if (goesWrong) world.count(`vendor ${fate}`);
  call.answer(fate);
}

function carry(world: World, worker: Process, command: Command): void {
  const id = commandId(command);
  const { incarnation } = world.broker;
  const before = world.atWork.get(id) ?? 0;
  if (before > 0) world.count('concurrent_same_delivery');
  world.atWork.set(id, before + 1);
  // Once, whether the handler ends or its process dies.
  const done = (): void => {
    if (worker.handlers.delete(done)) world.atWork.set(id, (world.atWork.get(id) ?? 1) - 1);
  };
  worker.handlers.add(done);
  workOne(worker.context, command, never).then(() => {
    done();
    if (worker.alive && world.broker.incarnation === incarnation) world.broker.ackCommand(command);
  }, done);
}

function bring(world: World, core: Process, results: readonly Result[]): void {
  for (const one of results) world.resultsAtWork.add(one);
  const done = (): void => {
    for (const one of results) world.resultsAtWork.delete(one);
  };
  bringHome(core.context, results).then(() => {
    done();
    if (core.alive) world.broker.ackResults(results);
  }, done);
}

function some<T>(world: World, items: readonly T[]): T[] {
  const first = world.choices.below(items.length);
  return items.slice(first, first + 1 + world.choices.below(4));
}

function loseBroker(world: World, core: Process): void {
  world.count('amnesia_redrive');
  world.broker.loseEverything();
  // Noticed at once or by the leases that run out.
  if (world.choices.chance(0.7)) void redriveAll(core.context).catch(() => {});
}

/** A result that nobody may send: of an attempt that will never be made however long the result is on its way, of a connection that has no such writeback, of nothing. */
function forge(world: World, command: Command): void {
  const kind = world.choices.below(3);
  const result: Result = {
    id: kind === 0 ? 'wrb_forged' : command.id,
    attempt: kind === 1 ? command.attempt + 1_000 + world.choices.below(3) : command.attempt,
    connection: kind === 2 ? (command.connection === 'ats' ? 'hris' : 'ats') : command.connection,
    mode: 'apply',
    outcome: { kind: 'confirmed' },
    reported: { tookMs: 1 },
  };
  world.count('forged');
  world.broker.results.add(result);
}
