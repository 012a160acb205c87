// A service whose commands go nowhere: the test sees what is sent, and says itself what came of it.
import { sql } from 'kysely';
import { createLocalBus } from '../../src/bus/local.ts';
import type { Bus } from '../../src/bus/port.ts';
import type { Command, Result } from '../../src/core/delivery/message.ts';
import { addConnection } from '../../src/services/connections/manage-connections.ts';
import { bringHome } from '../../src/services/delivery/consume-results.ts';
import { createTestContext, type TestContext, type TestContextOptions } from './context.ts';
import { greenhouseStages, secrets } from './hiring-office.ts';
import { intake } from './intakes.ts';

export const actor = { kind: 'cli', id: 'test' } as const;

export interface Dispatch extends AsyncDisposable {
  service: TestContext;
  /** Commands in the order they were published. */
  sent: Command[];
  /** Adds a Greenhouse that nobody calls. */
  connect(id: string, concurrency?: number): Promise<void>;
  /** A new application that went through so many steps; gives its subject. */
  subject(steps?: number): Promise<string>;
  /** The next step of the journey of one. */
  step(subject: string, index: number): Promise<void>;
  /** What a worker would have answered to a command. */
  answer(command: Pick<Command, 'id' | 'attempt' | 'connection' | 'mode'>, outcome: Result['outcome']): Promise<void>;
  writebacks(subject: string): ReturnType<typeof writebacksOf>;
  /** Lets time pass for what is in the tables: leases, due times, blocks and circuits are judged by the database's clock. */
  elapse(seconds: number): Promise<void>;
  attempts(writeback: string): Promise<{ attempt: number; outcome: string }[]>;
  connection(id?: string): Promise<{ circuit: string; reason: string | null; blocked: boolean }>;
}

/** From the first contact to an interview; every step has a writeback of its own. */
const journey: readonly (readonly [string, Record<string, unknown>])[] = [
  ['application.received', {}],
  ['triage.started', {}],
  ['screening.invited', {}],
  ['interview.requested', {}],
];
const skips = { 'requisition.skips': ['screening'] };

let serial = 0;

export async function openDispatch(options: TestContextOptions = {}): Promise<Dispatch> {
  const sent: Command[] = [];
  const local = createLocalBus({ log: () => {}, reason: 'a test' });
  const bus: Bus = { ...local, publishCommand: async (command) => void sent.push(command) };
  const service = await createTestContext({ bus, ...options });
  const { context } = service;
  const db = context.database.engine;
  const refs = new Map<string, string>();

  const step: Dispatch['step'] = async (subject, index) => {
    const [type, data] = journey[index] ?? ['none', {}];
    const recorded = await context.recorder().record(intake(refs.get(subject) ?? '', type, { data: { ...data } }));
    if (recorded.disposition !== 'applied') throw new Error(JSON.stringify(recorded));
  };
  return {
    service,
    sent,
    step,
    async connect(id, concurrency) {
      const added = await addConnection(context, actor, {
        id,
        adapter: 'greenhouse',
        settings: { stages: greenhouseStages, rejectionReasonId: 14, allowCandidateEmails: true },
        scope: { machines: ['application'] },
        ...(concurrency === undefined ? {} : { pace: { concurrency } }),
        secrets,
      });
      if (!added.ok) throw new Error(JSON.stringify(added));
    },
    async subject(steps = 1) {
      serial += 1;
      const ref = `dispatch-${serial}`;
      const first = await context.recorder().record(intake(ref, 'application.received', { data: skips }));
      const subject = first.subject ?? '';
      refs.set(subject, ref);
      for (let index = 1; index < steps; index += 1) await step(subject, index);
      return subject;
    },
    answer: ({ id, attempt, connection, mode }, outcome) =>
      bringHome(context, [{ id, attempt, connection, mode, outcome, reported: { tookMs: 1 } }]),
    writebacks: (subject) => writebacksOf(context, subject),
    async elapse(seconds) {
      const ago = sql`${seconds} * interval '1 s'`;
      await sql`update writeback set due_at = due_at - ${ago}, lease_until = lease_until - ${ago} where status in ('ready', 'leased')`.execute(
        db,
      );
      await sql`update connection set circuit_until = circuit_until - ${ago}, blocked_until = blocked_until - ${ago}`.execute(
        db,
      );
    },
    attempts: (writeback) =>
      db
        .selectFrom('attempt')
        .select(['attempt', 'outcome'])
        .where('writeback_id', '=', writeback)
        .orderBy('attempt')
        .orderBy('settled_at')
        .execute(),
    async connection(id = 'greenhouse') {
      return db
        .selectFrom('connection')
        .select([
          'circuit',
          'circuit_reason as reason',
          sql<boolean>`coalesce(blocked_until > clock_timestamp(), false)`.as('blocked'),
        ])
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
    },
    [Symbol.asyncDispose]: async () => service[Symbol.asyncDispose](),
  };
}

function writebacksOf(context: TestContext['context'], subject: string) {
  return context.database.engine
    .selectFrom('writeback')
    .select(['id', 'connection_id', 'lane_seq', 'target_state', 'status', 'attempt', 'tries', 'settled_by', 'reason'])
    .where('subject_id', '=', subject)
    .orderBy('connection_id')
    .orderBy('lane_seq')
    .execute();
}
