// The people and systems of a soak: some hundreds of applications alive at a time, each of which walks a path, with repetitions, disorder and poison.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, seededRandom } from '../../../src/sandbox/kernel/random.ts';
import type { Rig } from '../rig/rig.ts';
import { type Ledger, nameOf, type Sender } from './ledger.ts';
import type { Posting } from './posting.ts';
import type { VendorLogs } from './vendor-logs.ts';

export interface TrafficOptions {
  rig: Rig;
  ledger: Ledger;
  posting: Posting;
  logs: VendorLogs;
  /** Applications alive at a time. */
  alive: number;
  /** Between two steps of one application, ms at most. */
  pauseMs: number;
  /** Resolves when the system is not too far behind for more. */
  room(): Promise<void>;
}

/** Of all events sent, 20 % are repetitions: a quarter of the new ones are sent again. */
const repeatedAtOnce = 0.125;
const repeatedLater = 0.125;
const reordered = 0.1;
const poisoned = 0.001;
const early = 0.1;
/** A webhook that is lost is waited for no longer. */
const arrivalMs = 60_000;
/** Bodies that may still be repeated. */
const ringSize = 300;

type Step = readonly [type: string, data?: Record<string, unknown>];

const toScreening: readonly Step[] = [['triage.started'], ['screening.invited']];
const toOffer: readonly Step[] = [
  ['screening.passed'],
  ['interview.requested'],
  ['interview.scheduled', { 'interview.scheduledAt': '2027-01-11T09:00:00Z' }],
  ['interview.completed'],
  ['offer.drafted'],
];
const toHire: readonly Step[] = [
  ['offer.approved'],
  ['offer.extended'],
  ['offer.accepted', { 'offer.startDate': '2027-03-01' }],
  ['application.hired'],
];

interface Sent {
  number: number;
  sender: Sender;
  body: string;
}

/** Resolves when the run has had all its events and every sender has its answers. */
export async function runTraffic(options: TrafficOptions): Promise<void> {
  const random = seededRandom(options.rig.seed ^ 0x2545f491);
  const ring: Sent[] = [];
  const walkers = Array.from({ length: options.alive }, async (_, at) => {
    const own = seededRandom(random.integer(1, 2 ** 31));
    // They do not all begin at once, nor all at the same point.
    await sleep((at / options.alive) * Math.min(10_000, options.pauseMs * 10));
    while (await walk({ ...options, random: own, ring }));
  });
  await Promise.all(walkers);
}

interface World extends TrafficOptions {
  random: Random;
  ring: Sent[];
}

/** One application from its arrival to some end. False when the run has had all its events. */
async function walk(world: World): Promise<boolean> {
  const { rig, random, ledger } = world;
  await world.room();
  const ref = rig.vendors.greenhouse.createApplication();
  ledger.add('webhook');
  // Most people look at an application when it is there; the others' events come before it.
  const arrived = world.logs.arrived(ref);
  if (!random.chance(early)) await Promise.race([arrived, sleep(arrivalMs, undefined, { ref: false })]);
  const steps = [...toScreening, ...byTool(world, ref), ...toOffer, ...(random.chance(0.3) ? toHire : [])];
  const ending = random.next();
  for (let at = 0; at < steps.length; ) {
    await sleep(random.next() * world.pauseMs);
    await world.room();
    const count = random.chance(reordered) && at + 1 < steps.length ? 2 : 1;
    // The later one first, when two go together.
    const together = steps.slice(at, at + count).reverse();
    const going = await Promise.all(together.map((step) => take(world, ref, step)));
    if (going.includes(false)) return false;
    at += count;
    if (random.chance(0.01)) moveByHand(world, ref);
    if (at <= steps.length / 2) continue;
    if (ending < 0.12) return send(world, ref, ['application.withdrawn'], 'portal');
    if (ending > 0.92) return rejectByHand(world, ref);
  }
  return true;
}

async function take(world: World, ref: string, step: Step | (() => void)): Promise<boolean> {
  if (typeof step !== 'function') return send(world, ref, step, 'ats');
  step();
  return true;
}

async function send(world: World, ref: string, [type, data = {}]: Step, sender: Sender): Promise<boolean> {
  const { ledger, posting, random } = world;
  if (random.chance(poisoned)) void poison(world);
  const number = ledger.begin(sender, 'event');
  if (number === null) return false;
  const subject = { system: 'greenhouse', ref };
  const body = JSON.stringify({ id: nameOf(number), occurredAt: new Date().toISOString(), type, subject, data });
  const sent: Sent = { number, sender, body };
  const answered = posting.post(sent);
  if (random.chance(repeatedAtOnce)) repeat(world, sent);
  if (random.chance(repeatedLater)) repeatLater(world, sent);
  await answered;
  return true;
}

function repeat({ ledger, posting }: World, sent: Sent): void {
  ledger.add('repeated');
  void posting.post(sent);
}

/** What falls out of a full ring is sent once more, seconds or minutes after the first time. */
function repeatLater(world: World, sent: Sent): void {
  const { ring, random } = world;
  ring.push(sent);
  if (ring.length < ringSize && !random.chance(0.5)) return;
  const at = random.integer(0, ring.length - 1);
  const old = ring[at] as Sent;
  ring[at] = ring.at(-1) as Sent;
  ring.pop();
  repeat(world, old);
}

async function poison({ ledger, posting, random }: World): Promise<void> {
  const number = ledger.begin('ats', 'poison');
  if (number === null) return;
  const id = nameOf(number);
  const bodies: readonly [body: string, alone: boolean][] = [
    [JSON.stringify({ id, type: 7, subject: null }), false],
    [JSON.stringify({ id, type: 'triage.started', subject: { system: 'greenhouse' } }), false],
    [JSON.stringify({ id, type: 'no.such.event', subject: { system: 'greenhouse', ref: '1' } }), false],
    [`{"id":"${id}","__proto__":{"admin":true}}`, true],
    [`{"id":"${id}","data":${'['.repeat(500)}${']'.repeat(500)}}`, true],
    [`{"id":"${id}","type":"triage.sta`, true],
  ];
  const [body, alone] = random.pick(bodies);
  await posting.post({ number, sender: 'ats', body, alone });
}

/** The screening tool tells its own part by webhook; some results come over the API instead. */
function byTool({ rig, random, ledger }: World, ref: string): (Step | (() => void))[] {
  if (random.chance(0.7)) return [['screening.completed', { 'screening.score': random.integer(40, 99) }]];
  return [
    () => {
      const { screening } = rig.vendors;
      const { id } = screening.invite({ system: 'greenhouse', id: ref });
      screening.start(id);
      screening.complete(id, 80);
      ledger.add('webhook', 3);
    },
  ];
}

function moveByHand({ rig, random, ledger }: World, ref: string): void {
  const stage = random.pick(['Application Review', 'Assessment', 'Interview', 'Offer']);
  const card = rig.vendors.greenhouse.application(ref);
  if (card?.status !== 'in_process' || card.stage.name === stage) return;
  rig.vendors.greenhouse.editByHand(ref, { kind: 'move', stage });
  ledger.add('webhook');
}

function rejectByHand({ rig, ledger }: World, ref: string): boolean {
  if (rig.vendors.greenhouse.application(ref)?.status !== 'in_process') return true;
  rig.vendors.greenhouse.editByHand(ref, { kind: 'reject' });
  ledger.add('webhook');
  return true;
}
