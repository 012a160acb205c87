// The traffic of one seed: applications that walk seeded paths through every door, with all the disorder that senders really cause.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, seededRandom } from '../../../src/sandbox/kernel/random.ts';
import { type Client, createClient, type PostedEvent } from './client.ts';
import { createHistory, type History } from './history.ts';
import type { Rig } from './rig.ts';

export interface WorkloadOptions {
  /** About ten events each. */
  applications: number;
  /** How long the paths are spread over, ms. */
  spreadMs: number;
}

export interface Workload {
  history: History;
  client: Client;
  /** Resolves when every sender is done or has given up. */
  play(): Promise<void>;
  /** Repeats of old events, bodies that contradict, and poison: after the rush. Resolves when all were answered. */
  aftermath(): Promise<void>;
}

export function createWorkload(rig: Rig, options: WorkloadOptions): Workload {
  const history = createHistory();
  const client = createClient(rig, history);
  const random = seededRandom(rig.seed ^ 0x5bd1e995);
  const world: World = { rig, client, random };
  return {
    history,
    client,
    async play() {
      const people = Array.from({ length: options.applications }, (_, index) => {
        const own = seededRandom(random.integer(1, 2 ** 31));
        return sleep(own.next() * options.spreadMs * 0.6).then(() => walk({ ...world, random: own }, index, options));
      });
      await Promise.all([...people, crowd(world), ...poisons(client)]);
    },
    async aftermath() {
      const ids = client.answered();
      const some = (share: number): string[] => ids.filter(() => random.chance(share));
      await Promise.all([
        ...some(0.12).map((id) => client.repeat(id)),
        ...some(0.02).map((id) => client.contradict(id)),
      ]);
    },
  };
}

interface World {
  rig: Rig;
  client: Client;
  random: Random;
}

type Step = readonly [type: string, data?: Record<string, unknown>];

/** What an ATS reports on the way to a hire; the screening tool says its own part. */
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

async function walk(world: World, index: number, { spreadMs }: WorkloadOptions): Promise<void> {
  const { rig, client, random } = world;
  const ref = rig.vendors.greenhouse.createApplication();
  const subject = { system: 'greenhouse', ref };
  const name = `a${index}`;
  const event = ([type, data = {}]: Step, at: number): PostedEvent => ({
    id: `${name}-${at}-${type}`,
    type,
    subject,
    data,
  });
  const pause = (): Promise<void> => sleep(random.next() * spreadMs * 0.08);
  const steps = [...toScreening, ...byTool(rig, random, ref), ...toOffer, ...(random.chance(0.5) ? toHire : [])];
  const ending = random.next();
  let at = 0;
  while (at < steps.length) {
    // Senders that do not wait for answers: the next few come in any order.
    const window = random.chance(0.25) ? random.integer(2, 4) : 1;
    const together = shuffled(steps.slice(at, at + window), random);
    const sent = together.map((step, offset) =>
      typeof step === 'function' ? Promise.resolve(step()) : sendOnceOrTwice(world, event(step, at + offset)),
    );
    await Promise.all(sent);
    at += window;
    await pause();
    if (random.chance(0.04)) moveByHand(world, ref);
    if (ending < 0.15 && at > steps.length / 2) {
      await client.send({ id: `${name}-withdrawn`, type: 'application.withdrawn', subject }, 'portal');
      return;
    }
    if (ending > 0.9 && at > steps.length / 2)
      return edit(() => rig.vendors.greenhouse.editByHand(ref, { kind: 'reject' }));
  }
}

/** The screening tool tells its own part by webhook; some results come over the API instead. */
function byTool({ vendors }: Rig, random: Random, ref: string): (Step | (() => void))[] {
  if (random.chance(0.5)) return [['screening.completed', { 'screening.score': random.integer(40, 99) }]];
  const session = { id: '' };
  return [
    () => {
      session.id = vendors.screening.invite({ system: 'greenhouse', id: ref }).id;
      vendors.screening.start(session.id);
      vendors.screening.complete(session.id, 80);
    },
  ];
}

async function sendOnceOrTwice({ client, random }: World, event: PostedEvent): Promise<void> {
  const first = client.send(event);
  // A client that missed the answer, while the first is still under way or just after.
  if (random.chance(0.1)) await first.then(() => client.repeat(event.id));
  await first;
}

function moveByHand({ rig, random }: World, ref: string): void {
  const stage = random.pick(['Application Review', 'Assessment', 'Interview', 'Offer']);
  edit(() => rig.vendors.greenhouse.editByHand(ref, { kind: 'move', stage }));
}

/** What the product's screen would not let a person do is no move. */
function edit(move: () => void): void {
  try {
    move();
  } catch {
    // The card is in no stage that it could be moved from.
  }
}

/** Many at once about one new subject, and many of the same kind about one that is known. */
async function crowd({ rig, client, random }: World): Promise<void> {
  await sleep(random.next() * 500);
  const unseen = { system: 'careers', ref: `fresh-${rig.seed}` };
  await Promise.all(
    Array.from({ length: 8 }, (_, at) =>
      client.send({ id: `crowd-${at}`, type: 'application.received', subject: unseen }),
    ),
  );
  const ref = rig.vendors.greenhouse.createApplication();
  await Promise.all(
    Array.from({ length: 8 }, (_, at) =>
      client.send({ id: `rush-${at}`, type: 'triage.started', subject: { system: 'greenhouse', ref } }),
    ),
  );
}

function poisons(client: Client): Promise<unknown>[] {
  const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
  return [
    client.poison('poison-bytes', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x00])),
    client.poison('poison-schema', JSON.stringify({ id: 'poison-schema', type: 7, subject: null })),
    client.poison('poison-deep', `{"id":"poison-deep","data":${deep}}`),
    client.poison('poison-proto', '{"id":"poison-proto","__proto__":{"admin":true}}'),
  ];
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const copy = [...items];
  for (let last = copy.length - 1; last > 0; last -= 1) {
    const other = random.integer(0, last);
    [copy[last], copy[other]] = [copy[other] as T, copy[last] as T];
  }
  return copy;
}
