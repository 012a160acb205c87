// Plays a hiring season: every candidate walks a seeded path through the real doors, as recruiters, tools and candidates would cause it.
import { type Random, seededRandom } from '../../sandbox/kernel/random.ts';
import { stageOf } from './connections.ts';
import type { World } from './world.ts';

const candidatesAtOnce = 24;
const patienceMs = 6_000;

/** Called after each candidate. */
export type OnProgress = (done: number, of: number) => void;

export async function playSeason(
  world: World,
  seed: number,
  candidates: number,
  onProgress: OnProgress,
): Promise<void> {
  const random = seededRandom(seed);
  const paths = Array.from({ length: candidates }, () => choosePath(random));
  let next = 0;
  let done = 0;
  const worker = async (): Promise<void> => {
    while (next < paths.length) {
      const index = next;
      next += 1;
      await playCandidate(world, paths[index] as Path, `${seed}-${index}`);
      done += 1;
      onProgress(done, candidates);
    }
  };
  await Promise.all(Array.from({ length: candidatesAtOnce }, worker));
  for (const vendor of [world.greenhouse, world.bamboohr, world.screening]) await vendor.webhooks?.drain();
}

/** How far a candidate comes and what happens on the way. */
interface Path {
  end:
    | 'expired'
    | 'rejected_after_screening'
    | 'withdrawn'
    | 'rejected_after_interview'
    | 'offer_declined'
    | 'hired'
    | 'in_process';
  score: number;
  /** The recruiter puts the candidate into a stage that does not come next. */
  jumps: boolean;
  /** Set aside for a while. */
  held: boolean;
  /** The screening tool's results arrive before its invitation. */
  startsOn: string;
}

function choosePath(random: Random): Path {
  const ends: Path['end'][] = [
    'expired',
    'rejected_after_screening',
    'rejected_after_screening',
    'withdrawn',
    'rejected_after_interview',
    'offer_declined',
    'hired',
    'hired',
    'hired',
    'in_process',
  ];
  return {
    end: random.pick(ends),
    score: random.integer(20, 100),
    jumps: random.chance(0.06),
    held: random.chance(0.05),
    startsOn: `2027-0${random.integer(1, 9)}-${String(random.integer(10, 28))}`,
  };
}

async function playCandidate(world: World, path: Path, name: string): Promise<void> {
  const { greenhouse, screening } = world;
  const ref = greenhouse.createApplication();
  const step = steps(world, ref, name);
  await step.recruiter('triage.started');
  if (path.jumps) await jumpAndWait(world, ref);
  if (path.held) {
    await step.recruiter('application.held', { 'hold.reason': 'headcount under review' });
    await step.recruiter('application.resumed');
  }
  const session = screening.invite({ system: 'greenhouse', id: ref });
  await step.shows('active.screening');
  if (path.end === 'expired') return void screening.expire(session.id);
  screening.start(session.id);
  screening.complete(session.id, path.score);
  await step.reaches('active.screening.completed');
  if (path.end === 'rejected_after_screening') return greenhouse.editByHand(ref, { kind: 'reject', reasonId: 14 });
  if (path.end === 'withdrawn') return step.portal('application.withdrawn');
  await step.recruiter('screening.passed');
  await step.reaches('active.screening.passed');
  greenhouse.editByHand(ref, { kind: 'move', stage: stageOf['active.interview'] });
  await step.reaches('active.interview.to_schedule');
  await step.recruiter('interview.scheduled', { 'interview.scheduledAt': '2026-12-01T09:00:00Z' });
  if (path.end === 'in_process') return;
  await step.recruiter('interview.completed');
  if (path.end === 'rejected_after_interview') return greenhouse.editByHand(ref, { kind: 'reject', reasonId: 14 });
  await playOffer(world, path, ref, step);
}

async function playOffer(world: World, path: Path, ref: string, step: Steps): Promise<void> {
  const { greenhouse } = world;
  await step.reaches('active.interview.completed');
  greenhouse.editByHand(ref, { kind: 'draft_offer', startsOn: path.startsOn });
  await step.shows('active.offer');
  greenhouse.editByHand(ref, { kind: 'approve_offer' });
  greenhouse.editByHand(ref, { kind: 'send_offer' });
  await step.reaches('active.offer.extended');
  greenhouse.editByHand(
    ref,
    path.end === 'offer_declined' ? { kind: 'decline_offer' } : { kind: 'accept_offer', startsOn: path.startsOn },
  );
  await step.reaches(path.end === 'offer_declined' ? 'active.offer.declined' : 'hired');
}

/** A recruiter drags the card to "Offer" without any interview, and a colleague sees it soon after. */
async function jumpAndWait(world: World, ref: string): Promise<void> {
  world.greenhouse.editByHand(ref, { kind: 'move', stage: stageOf['active.offer'] });
  await waitFor(
    async () => world.greenhouse.application(ref)?.stage.name === stageOf['active.received'],
    patienceMs * 2,
  );
}

interface Steps {
  recruiter(type: string, data?: Record<string, unknown>): Promise<void>;
  portal(type: string): Promise<void>;
  /** Waits, with limited patience, until Greenhouse shows the stage of a region. */
  shows(region: keyof typeof stageOf): Promise<void>;
  /** Waits, with limited patience, until the application is in a state. */
  reaches(state: string): Promise<void>;
}

function steps(world: World, ref: string, name: string): Steps {
  let count = 0;
  const say = async (api: World['recruiter'], type: string, data: Record<string, unknown> = {}): Promise<void> => {
    count += 1;
    const event = {
      id: `${name}-${count}`,
      type,
      subject: { system: 'greenhouse', ref },
      occurredAt: new Date().toISOString(),
      data,
    };
    await api.say(event);
    // One request in six is sent twice, as by a client that missed the first answer.
    if (count % 6 === 0) await api.say(event);
  };
  return {
    recruiter: (type, data) => say(world.recruiter, type, data),
    portal: (type) => say(world.portal, type),
    shows: (region) =>
      waitFor(async () => world.greenhouse.application(ref)?.stage.name === stageOf[region], patienceMs),
    reaches: (state) =>
      waitFor(async () => {
        const { body } = await world.recruiter.get(`/v1/subjects?machine=application&system=greenhouse&ref=${ref}`);
        return (body.items as { state: string }[] | undefined)?.[0]?.state === state;
      }, patienceMs),
  };
}

/** People do not wait for ever: after `ms` the season goes on whatever the systems show. */
async function waitFor(isTrue: () => Promise<boolean>, ms: number): Promise<void> {
  const end = Date.now() + ms;
  for (let pause = 40; Date.now() < end; pause = Math.min(pause * 1.5, 400)) {
    if (await isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
