// An ATS that orders tests as Greenhouse does: lists them, sends one, is told of results, and reads their status.
import { answer } from './kernel/answer.ts';
import { createFaultScript } from './kernel/faults.ts';
import { madeUpPerson } from './kernel/people.ts';
import { seededRandom } from './kernel/random.ts';
import { sandboxApp, startSandboxServer } from './kernel/server.ts';
import { createShelf } from './kernel/shelf.ts';
import type { Simulator } from './kernel/simulator.ts';
import { createWriteLog } from './kernel/write-log.ts';

export interface TakeHomeTest {
  id: string;
  application: string;
  interview: string | null;
  /** It was told that something is new. */
  told: boolean;
  /** What the partner said when it was asked last. */
  status: string | null;
  score: number | null;
  profileUrl: string | null;
  metadata: Record<string, unknown>;
}

export interface AssessmentOptions {
  apiKey: string;
  seed?: number;
  port?: number;
}

export interface AssessmentSandbox extends Simulator {
  /** Where the partner's three endpoints are; without it nobody is called. */
  partner(baseUrl: string | null): void;
  listTests(): Promise<{ partner_test_id: string; partner_test_name: string }[]>;
  /** A recruiter presses "Send Test"; gives what the partner answered. `again`: the same request once more. */
  sendTest(test: string, application: string, again?: string): Promise<{ status: number; test: TakeHomeTest }>;
  /** What polling does; also done whenever the partner says that something is new. */
  readStatus(id: string): Promise<number>;
  /** A test that was sent without anybody being asked. */
  place(application: string): TakeHomeTest;
  at(id: string): TakeHomeTest;
  callbackUrl(id: string): string;
  /** Answers that it could not make sense of, as it reports them. */
  complaints(): readonly string[];
}

export async function startAssessmentAts(options: AssessmentOptions): Promise<AssessmentSandbox> {
  const random = seededRandom(options.seed ?? 1);
  const log = createWriteLog();
  const faults = createFaultScript(random);
  const shelf = createShelf<TakeHomeTest>(log, ({ told, status }) => (told ? 'told' : (status ?? 'sent')));
  const authorization = `Basic ${Buffer.from(`${options.apiKey}:`).toString('base64')}`;
  const partner = createPartner(authorization);
  const reading = new Set<Promise<unknown>>();
  let tests = 0;

  const at = (id: string): TakeHomeTest => {
    const found = shelf.saved(id);
    if (!found) throw new Error(`There is no test ${id}.`);
    return found;
  };
  const place = (application: string): TakeHomeTest => {
    tests += 1;
    const test = { ...untold, id: String(12_344 + tests), application };
    shelf.put(test.id, test, 'hand');
    return test;
  };
  async function readStatus(id: string): Promise<number> {
    const { status, said } = await partner.statusOf(at(id).interview);
    if (said) shelf.put(id, { ...at(id), ...said }, 'api');
    return status;
  }
  /** Known now; what it says is read in a moment. */
  function told(id: string, lagMs: number): void {
    if (!at(id).told) shelf.put(id, { ...at(id), told: true }, 'api', lagMs);
    if (!partner.isThere()) return;
    const run = readStatus(id)
      .catch(() => undefined)
      .finally(() => reading.delete(run));
    reading.add(run);
  }

  const app = sandboxApp();
  app.patch('/integrations/testing_partners/take_home_tests/:id', (request) =>
    answer(request, faults, 'write', () => {
      const id = request.req.param('id');
      if (request.req.header('authorization') !== authorization) return { status: 401, body: undefined };
      if (!shelf.saved(id)) return { status: 404, body: undefined };
      return { status: 200, body: undefined, commit: (lagMs) => told(id, lagMs) };
    }),
  );
  const server = await startSandboxServer(app, options.port);
  const callbackUrl = (id: string): string => `${server.url}/integrations/testing_partners/take_home_tests/${id}`;
  const close = async (): Promise<void> => {
    await Promise.all(reading);
    await server.close();
  };
  return {
    url: server.url,
    faults,
    log,
    webhooks: null,
    partner: partner.move,
    listTests: async () => (await (await partner.call('/list_tests')).json()) as never,
    async sendTest(partnerTest, application, again) {
      const test = again === undefined ? place(application) : at(again);
      const body = orderOf(partnerTest, test, server.url, callbackUrl(test.id));
      const answered = await partner.call('/send_test', body);
      const said = (await answered.json()) as { partner_interview_id?: string };
      if (answered.status === 200)
        shelf.put(test.id, { ...at(test.id), interview: said.partner_interview_id ?? null, status: 'sent' }, 'hand');
      return { status: answered.status, test: at(test.id) };
    },
    readStatus,
    place,
    at,
    callbackUrl,
    complaints: partner.complaints,
    editByHand: (id, status) => shelf.put(id, { ...at(id), status }, 'hand'),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Calls that are answered "not now" until it gives up. */
const patience = 20;

/** The partner's side, as the ATS calls it; what it cannot make sense of is reported there. */
function createPartner(authorization: string) {
  const complaints: string[] = [];
  let baseUrl: string | null = null;
  const once = (path: string, body?: unknown): Promise<Response> =>
    fetch(`${baseUrl}${path}`, {
      headers: { authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
  /** Who is told to come again later does. */
  async function call(path: string, body?: unknown): Promise<Response> {
    for (let round = 1; ; round += 1) {
      const answered = await once(path, body);
      if (answered.status !== 503 || round === patience) return answered;
      await answered.arrayBuffer();
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
  return {
    call,
    isThere: () => baseUrl !== null,
    move(url: string | null): void {
      baseUrl = url;
    },
    complaints: (): readonly string[] => [...complaints],
    async statusOf(interview: string | null): Promise<{ status: number; said: Partial<TakeHomeTest> | null }> {
      const answered = await call(`/test_status?partner_interview_id=${encodeURIComponent(interview ?? '')}`);
      if (answered.status !== 200) return { status: answered.status, said: null };
      const said = (await answered.json()) as Record<string, unknown>;
      const wrong = complaintAbout(said);
      if (wrong === null) return { status: 200, said: statusOf(said) };
      complaints.push(wrong);
      await call('/response_error', { api_call: 'test_status', errors: [wrong], partner_interview_id: interview });
      return { status: 200, said: null };
    },
  };
}

const untold = { interview: null, told: false, status: null, score: null, profileUrl: null, metadata: {} };

/** As the vendor's pages show it. */
function orderOf(partnerTest: string, test: TakeHomeTest, url: string, callback: string): Record<string, unknown> {
  const { firstName, lastName, email, phone } = madeUpPerson(seededRandom(Number(test.id)), Number(test.id));
  return {
    partner_test_id: partnerTest,
    candidate: {
      first_name: firstName,
      last_name: lastName,
      preferred_name: null,
      resume_url: `${url}/resumes/${test.id}`,
      phone_number: phone,
      email,
      greenhouse_profile_url: `https://app.greenhouse.io/people/17681532?application_id=${test.application}`,
    },
    sent_by: 'test_sender@example.org',
    url: callback,
  };
}

function statusOf(said: Record<string, unknown>): Partial<TakeHomeTest> {
  return {
    status: String(said.partner_status),
    profileUrl: (said.partner_profile_url as string | null | undefined) ?? null,
    score: (said.partner_score as number | null | undefined) ?? null,
    metadata: (said.metadata as Record<string, unknown> | null | undefined) ?? {},
  };
}

/** What the vendor's pages ask of an answer. */
function complaintAbout(said: Record<string, unknown>): string | null {
  if (typeof said.partner_status !== 'string') return 'partner_status is missing';
  if (said.partner_status === 'complete' && typeof said.partner_profile_url !== 'string')
    return "partner_status is 'complete' but partner_profile url is missing";
  if (said.partner_score !== undefined && said.partner_score !== null && typeof said.partner_score !== 'number')
    return 'partner_score is not a number';
  const nested = Object.values((said.metadata ?? {}) as object).some((one) => typeof one === 'object' && one !== null);
  return nested ? 'metadata is nested' : null;
}
