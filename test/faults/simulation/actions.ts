// Everything that can happen next in the simulated world, each with how likely it is to be chosen.
import type { Intake } from '../../../src/core/intake.ts';
import { type Command, commandId, type Result } from '../../../src/core/message.ts';
import { bringHome } from '../../../src/services/delivery/consume-results.ts';
import { driveWritebacks } from '../../../src/services/delivery/drive-writebacks.ts';
import { redriveAll, sweep } from '../../../src/services/delivery/sweep.ts';
import { workOne } from '../../../src/services/delivery/work-commands.ts';
import type { System } from './office.ts';
import type { Process } from './process.ts';
import type { Fate, VendorWebhook } from './vendor.ts';
import { intakeOfWebhook } from './workload.ts';
import { crash, one, pass, type World } from './world.ts';

export interface Action {
  weight: number;
  run(): unknown;
}

const never = new AbortController().signal;
const pauses = [50, 1_000, 6_000, 31_000, 120_000, 16 * 60_000, 3 * 3_600_000];

/** What may happen now; never empty. */
export function actionsOf(world: World): Action[] {
  const { choices, broker } = world;
  const core = (): Process => one(world, 'core');
  const worker = (): Process => one(world, 'worker');
  const idle = commandsAtWork(world, (handlers) => handlers === 0);
  const results = broker.results.size === 0 ? [] : [...broker.results].filter((each) => !world.resultsAtWork.has(each));
  const speaking = world.senders.filter((each) => each.unsaid.length > 0);
  const told = [...world.systems.values()].filter((each) => each.vendor.webhooks.length > 0);
  const always: Action[] = [
    { weight: 4, run: () => wait(world, pauses.slice(0, 4)) },
    { weight: 3, run: () => round(world, driveWritebacks(core().context)) },
    { weight: 2, run: () => round(world, sweep(core().context)) },
  ];
  const possible: Action[] = [
    ...always,
    ...when(speaking.length > 0, 10, () => speak(world, core(), choices.pick(speaking))),
    ...when(told.length > 0, 8, () => webhook(world, core(), choices.pick(told))),
    ...when(world.calls.length > 0, 24, () => answerCall(world)),
    ...when(idle.length > 0, 16, () => carry(world, worker(), choices.pick(idle))),
    ...when(results.length > 0, 12, () => bring(world, core(), some(world, results))),
  ];
  return world.trouble ? [...possible, ...troubles(world, core, worker)] : possible;
}

function troubles(world: World, core: () => Process, worker: () => Process): Action[] {
  const { choices, broker } = world;
  const answered = [...world.said.values()].filter((each) => each.recorded !== null);
  const busy = commandsAtWork(world, (handlers) => handlers === 1);
  const stored = [...broker.commands.values()];
  return [
    { weight: 2, run: () => moveByHand(world) },
    { weight: 1, run: () => wait(world, pauses) },
    { weight: 0.4, run: () => crash(world, kill(world, core())) },
    { weight: 0.6, run: () => crash(world, kill(world, worker())) },
    { weight: 0.3, run: () => loseBroker(world, core()) },
    ...when(answered.length > 0, 1, () => say(world, core(), again(world, choices.pick(answered).intake))),
    ...when(world.heard.length > 0, 1.5, () => hearAgain(world, core())),
    ...when(busy.length > 0, 1, () => carry(world, worker(), choices.pick(busy))),
    ...when(stored.length > 0, 0.5, () => forge(world, choices.pick(stored))),
  ];
}

function commandsAtWork({ broker, atWork }: World, wanted: (handlers: number) => boolean): Command[] {
  const found: Command[] = [];
  // The broker keeps each under its id.
  for (const [id, command] of broker.commands) if (wanted(atWork.get(id) ?? 0)) found.push(command);
  return found;
}

/** A round of a loop may fail; the next one comes. */
const round = (world: World, work: Promise<unknown>): void => void work.catch(() => world.count('round_failed'));

function wait(world: World, ms: readonly number[]): void {
  pass(world, world.choices.pick(ms));
}

const when = (possible: boolean, weight: number, run: () => unknown): Action[] => (possible ? [{ weight, run }] : []);

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
  const goesWrong = world.trouble && choices.chance(call.kind === 'read' ? 0.08 : 0.25);
  const wrong = (): Fate => choices.pick(call.kind === 'read' ? readFates : writeFates);
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
