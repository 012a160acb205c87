// A running service with one ATS connected to it, whatever the vendor: webhooks come in by HTTP, the engine writes back.
import { startServer } from '../../src/http/server.ts';
import { addConnection } from '../../src/services/connections/manage-connections.ts';
import { acceptWebhook } from '../../src/services/intake/accept-webhook.ts';
import { createTestContext, type TestContext } from './context.ts';
import { until } from './hiring-office.ts';
import { type IntakeOptions, intake } from './intakes.ts';

/** On a machine that has much else to do. */
const withinMs = 30_000;

export interface AtsOffice extends AsyncDisposable {
  service: TestContext;
  /** Where the vendor sends its webhooks. */
  hookUrl: string;
  /** The bodies of the webhooks that came, as they came, with their headers. */
  came: { body: string; headers: Record<string, string>; status: number }[];
  record(
    ref: string,
    type: string,
    options?: IntakeOptions,
  ): ReturnType<ReturnType<TestContext['context']['recorder']>['record']>;
  /** Undefined while the vendor's thing is not known. */
  stateOf(ref: string): Promise<string | undefined>;
  /** Types of the transitions, in order. */
  transitions(ref: string): Promise<string[]>;
  /** Events of the connection about the thing, oldest first. */
  events(ref: string): Promise<{ claim: string | null; disposition: string; code: string | null }[]>;
  /** Waits until every writeback of the subject is settled. */
  settled(ref: string): Promise<void>;
  /** Waits until no event of the thing waits for anything. */
  decided(ref: string): Promise<void>;
}

/** The connection has the name of its adapter. */
export async function openAtsOffice(
  adapter: string,
  settings: Record<string, unknown>,
  secrets: Record<string, string>,
): Promise<AtsOffice> {
  const service = await createTestContext();
  const { context } = service;
  const came: AtsOffice['came'] = [];
  const hooks = await startServer(
    async (request) => {
      const headers = Object.fromEntries(request.headers);
      const body = new Uint8Array(await request.arrayBuffer());
      const received = { method: 'POST', url: request.url, headers, body, receivedAt: Date.now() };
      const answer = await acceptWebhook(context, adapter, received);
      const status = answer.kind === 'recorded' ? 200 : 401;
      came.push({ body: Buffer.from(body).toString(), headers, status });
      return new Response('', { status });
    },
    '127.0.0.1',
    0,
  );
  const added = await addConnection(
    context,
    { kind: 'cli', id: 'test' },
    {
      id: adapter,
      adapter,
      settings,
      scope: { machines: ['application'] },
      pace: { concurrency: 8, requests: 2_000, perMs: 1_000 },
      secrets,
    },
  );
  if (!added.ok) throw new Error(JSON.stringify(added));
  service.startEngine();
  const db = context.database.reports;
  const subject = (ref: string) =>
    db
      .selectFrom('subject')
      .innerJoin('subject_ref', 'subject_ref.subject_id', 'subject.id')
      .select(['subject.id', 'state'])
      .where('external_id', '=', ref)
      .where('system', '=', adapter)
      .where('subject_ref.machine', '=', 'application')
      .executeTakeFirst();
  const idOf = async (ref: string): Promise<string> => (await subject(ref))?.id ?? 'none';
  const events: AtsOffice['events'] = (ref) =>
    db
      .selectFrom('event')
      .select(['claim', 'disposition', 'code'])
      .where('ref_id', '=', ref)
      .where('source', '=', `connection:${adapter}`)
      .orderBy('received_at')
      .orderBy('id')
      .execute();
  return {
    service,
    hookUrl: `${hooks.url}/hooks/${adapter}`,
    came,
    events,
    record: (ref, type, options) =>
      context.recorder().record({ ...intake(ref, type, options), subject: { kind: 'ref', system: adapter, ref } }),
    stateOf: async (ref) => (await subject(ref))?.state,
    async transitions(ref) {
      const rows = await db
        .selectFrom('transition')
        .select('type')
        .where('subject_id', '=', await idOf(ref))
        .orderBy('version')
        .execute();
      return rows.map((row) => row.type);
    },
    settled: (ref) =>
      until(async () => {
        const open = await db
          .selectFrom('writeback')
          .select('id')
          .where('subject_id', '=', await idOf(ref))
          .where('status', 'in', ['ready', 'leased'])
          .execute();
        return open.length === 0;
      }, withinMs),
    decided: (ref) => until(async () => (await events(ref)).every((one) => one.disposition !== 'parked'), withinMs),
    async [Symbol.asyncDispose]() {
      await hooks.stop(500);
      await service[Symbol.asyncDispose]();
    },
  };
}
