// An office with one ATS: a running engine, a simulated Greenhouse connected to it, and ways to wait for what must come true.

import { startServer } from '../../src/http/server.ts';
import {
  type GreenhouseSandbox,
  type GreenhouseSandboxOptions,
  startGreenhouse,
} from '../../src/sandbox/greenhouse.ts';
import { addConnection } from '../../src/services/connections/manage-connections.ts';
import { acceptWebhook } from '../../src/services/intake/accept-webhook.ts';
import { createTestContext, type TestContext, type TestContextOptions } from './context.ts';
import { type IntakeOptions, intake } from './intakes.ts';

export const greenhouseStages = {
  'active.received': 'Application Review',
  'active.triage': 'Application Review',
  'active.screening': 'Assessment',
  'active.interview': 'Interview',
  'active.offer': 'Offer',
};

export const secrets = { clientId: 'client', clientSecret: 'secret', webhookSecret: 'hush' };

export interface HiringOffice extends AsyncDisposable {
  service: TestContext;
  greenhouse: GreenhouseSandbox;
  /** Where Greenhouse sends its webhooks. */
  hookUrl: string;
  /** An application that arrived through Greenhouse's webhook; gives Greenhouse's id. */
  applicant(): Promise<string>;
  record(
    ref: string,
    type: string,
    options?: IntakeOptions,
  ): ReturnType<ReturnType<TestContext['context']['recorder']>['record']>;
  subjectOf(ref: string): Promise<{ id: string; state: string; version: number }>;
  writebacks(ref: string): Promise<
    {
      id: string;
      target_state: string;
      status: string;
      settled_by: string | null;
      contradictions: number;
      attempt: number;
      lane_seq: number;
      cause: string;
      reason: string | null;
    }[]
  >;
  /** Waits until every writeback of the subject is settled. */
  settled(ref: string): Promise<void>;
}

export async function openHiringOffice(
  options: TestContextOptions & { greenhouse?: Partial<GreenhouseSandboxOptions> } = {},
): Promise<HiringOffice> {
  const service = await createTestContext(options);
  const { context } = service;
  const greenhouse = await startGreenhouse({ ...secrets, ...options.greenhouse });
  const hooks = await startServer(
    async (request) => {
      const headers = Object.fromEntries(request.headers);
      const answer = await acceptWebhook(context, 'greenhouse', {
        method: 'POST',
        url: request.url,
        headers,
        body: new Uint8Array(await request.arrayBuffer()),
        receivedAt: Date.now(),
      });
      return answer.kind === 'recorded'
        ? new Response('', { status: 200 })
        : new Response(JSON.stringify(answer), { status: 401 });
    },
    '127.0.0.1',
    0,
  );
  greenhouse.webhooks?.target(`${hooks.url}/hooks/greenhouse`);
  const managed = await addConnection(
    context,
    { kind: 'cli', id: 'test' },
    {
      id: 'greenhouse',
      adapter: 'greenhouse',
      settings: {
        baseUrl: greenhouse.url,
        authUrl: greenhouse.url,
        stages: greenhouseStages,
        rejectionReasonId: 14,
        withdrawnReasonId: 27,
        allowCandidateEmails: true,
        fields: { 'screening.score': 'screening_score' },
      },
      scope: { machines: ['application'] },
      pace: { concurrency: 8, requests: 2_000, perMs: 1_000 },
      secrets,
    },
  );
  if (!managed.ok) throw new Error(JSON.stringify(managed));
  service.startEngine();
  const db = context.database.reports;
  const subjectOf: HiringOffice['subjectOf'] = (ref) =>
    db
      .selectFrom('subject')
      .innerJoin('subject_ref', 'subject_ref.subject_id', 'subject.id')
      .select(['subject.id', 'state', 'version'])
      .where('external_id', '=', ref)
      .where('system', '=', 'greenhouse')
      .executeTakeFirstOrThrow();
  const writebacks: HiringOffice['writebacks'] = async (ref) =>
    db
      .selectFrom('writeback')
      .select([
        'id',
        'target_state',
        'status',
        'settled_by',
        'contradictions',
        'attempt',
        'lane_seq',
        'cause',
        'reason',
      ])
      .where('subject_id', '=', (await subjectOf(ref)).id)
      .orderBy('lane_seq')
      .execute();
  return {
    service,
    greenhouse,
    hookUrl: `${hooks.url}/hooks/greenhouse`,
    subjectOf,
    writebacks,
    async applicant() {
      const id = greenhouse.createApplication();
      await until(
        async () =>
          (await db.selectFrom('subject_ref').select('subject_id').where('external_id', '=', id).execute()).length ===
          1,
      );
      return id;
    },
    record: (ref, type, more) => {
      const one = intake(ref, type, more);
      return context.recorder().record({ ...one, subject: { kind: 'ref', system: 'greenhouse', ref } });
    },
    settled: (ref) =>
      until(async () => (await writebacks(ref)).every((one) => one.status !== 'ready' && one.status !== 'leased')),
    async [Symbol.asyncDispose]() {
      await hooks.stop(500);
      await service[Symbol.asyncDispose]();
      await greenhouse.close();
    },
  };
}

/** Waits until it is true; rejects after ten seconds, saying what it saw last. */
export async function until(isTrue: () => Promise<boolean>, withinMs = 10_000): Promise<void> {
  const end = Date.now() + withinMs;
  let last: unknown = 'false';
  while (Date.now() < end) {
    try {
      if (await isTrue()) return;
      last = 'false';
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  throw new Error(`It did not become true in time; last: ${String(last)}`);
}
