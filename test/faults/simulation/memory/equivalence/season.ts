// A season of hiring for two offices: events in and out of turn, by senders and by vendors, and all that vendors answer.
import type { Intake } from '../../../../../src/core/deciding/intake.ts';
import type { Command, Result } from '../../../../../src/core/delivery/message.ts';
import { type Random, seededRandom } from '../../../../../src/sandbox/kernel/random.ts';
import { intake } from '../../../../support/intakes.ts';
import type { Offices } from './offices.ts';

/** Plays so many rounds; throws where the offices part. */
export async function playSeason(offices: Offices, seed: number, rounds: number): Promise<void> {
  const random = seededRandom(seed);
  const said: Intake[] = [];
  const walked = new Map<string, number>();
  for (let round = 0; round < rounds; round += 1) {
    const news = Array.from({ length: random.integer(1, 5) }, (_, index) =>
      said.length > 0 && random.chance(0.1)
        ? again(random, random.pick(said))
        : next(random, walked, `season-${seed}-${round}-${index}`),
    );
    said.push(...news);
    await offices.record(news);
    const waiting = [...offices.commands.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, command]) => command);
    await offices.answer(waiting.filter(() => random.chance(0.5)).map((command) => answerOf(random, command)));
    await offices.loops();
    if (random.chance(0.3)) await offices.dayPasses();
  }
}

/** The way to an offer, with what each step must say. */
const steps: readonly (readonly [type: string, data: Record<string, unknown>])[] = [
  ['application.received', { 'requisition.skips': ['screening'] }],
  ['triage.started', {}],
  ['screening.invited', {}],
  ['interview.requested', {}],
  ['application.rejected', { 'rejection.reason': 'Position closed' }],
  ['application.reopened', {}],
  ['no.such.event', {}],
];
const stages = ['active.received', 'active.triage', 'active.screening', 'active.interview', 'active.offer'];

/** `walked`: how far each came. */
function next(random: Random, walked: Map<string, number>, id: string): Intake {
  const ref = `app-${random.integer(1, 9)}-${id.split('-')[1]}`;
  const onwards = walked.get(ref) ?? 0;
  if (random.chance(0.6)) walked.set(ref, (onwards + 1) % steps.length);
  const step = random.chance(0.7) ? onwards : random.integer(0, steps.length - 1);
  const [type, data] = steps[step] ?? ['none', {}];
  return far(random, one(random, ref, type, data, id));
}

/** Hours ago or ahead: what is compared with a clock comes out the same, however long the machine takes. */
function far(random: Random, said: Intake): Intake {
  const at = (): string => new Date(Date.now() + random.pick([-5, -4, -3, 3]) * 3_600_000).toISOString();
  return { ...said, occurredAt: at(), receivedAt: at() };
}

function one(random: Random, ref: string, type: string, data: Record<string, unknown>, id: string): Intake {
  if (random.chance(0.6)) return intake(ref, type, { id, data: { ...data } });
  const connection = random.pick(['greenhouse', 'other']);
  if (random.chance(0.3)) return intake(ref, type, { id, connection, by: 'ats', data: { ...data } });
  return intake(ref, random.pick(stages), { id, connection, by: 'ats', stage: true });
}

const again = (random: Random, one: Intake): Intake =>
  random.chance(0.3) ? { ...one, fingerprint: `other ${random.next()}` } : one;

const reasons = { reason: 'server_error' };

function answerOf(random: Random, { id, attempt, connection, mode }: Command): Result {
  const seen = random.chance(0.2) ? null : random.pick(stages);
  const outcome: Result['outcome'] =
    mode === 'probe'
      ? { kind: 'shows', seen }
      : random.pick<Result['outcome']>([
          { kind: 'confirmed' },
          { kind: 'confirmed' },
          { kind: 'confirmed', ref: `vendor-${id}` },
          { kind: 'confirmed_already' },
          { kind: 'accepted', afterMs: 2_000 },
          { kind: 'contradicted', seen },
          { kind: 'retryable', ...reasons },
          { kind: 'rate_limited', afterMs: 60_000 },
          { kind: 'refused', ...reasons },
          { kind: 'conflict', seen },
          { kind: 'ambiguous', ...reasons },
          { kind: 'unauthorised' },
        ]);
  return { id, attempt, connection, mode, outcome, reported: { httpStatus: 200, tookMs: 3 } };
}
