// A screening tool: invites candidates, lets them start and finish, and posts every step as a signed Standard Webhook.
import { createHmac, randomUUID } from 'node:crypto';
import { answer } from './kernel/answer.ts';
import { createFaultScript } from './kernel/faults.ts';
import { seededRandom } from './kernel/random.ts';
import { sandboxApp, startSandboxServer } from './kernel/server.ts';
import { createShelf } from './kernel/shelf.ts';
import type { Simulator } from './kernel/simulator.ts';
import { createWebhookEmitter, type WebhookDelivery } from './kernel/webhooks.ts';
import { createWriteLog } from './kernel/write-log.ts';
import { type OrderDesk, takeOrders } from './screening-orders.ts';

/** The application as the tool was told of it when it invited. */
export interface ScreenedApplication {
  system: string;
  id: string;
}

export interface ScreeningSession {
  id: string;
  application: ScreenedApplication;
  status: 'invited' | 'started' | 'completed' | 'passed' | 'expired';
  score?: number;
}

export interface ScreeningSandboxOptions {
  /** `whsec_` and base64. */
  signingSecret: string;
  /** `whsec_` and base64: what orders must be signed with. Without it the tool takes none. */
  orderSecret?: string;
  seed?: number;
  port?: number;
}

export interface ScreeningSandbox extends Simulator<{ score: number }> {
  /** Each step gives the session as it is then; one that makes no sense is an error of the caller. */
  invite(application: ScreenedApplication): ScreeningSession;
  start(session: string): ScreeningSession;
  /** `score` from 0 to 100; a seeded one unless given. */
  complete(session: string, score?: number): ScreeningSession;
  pass(session: string): ScreeningSession;
  expire(session: string): ScreeningSession;
  sessions(): readonly ScreeningSession[];
  /** Null for a tool that takes none. Orders are posted to `{url}/orders`. */
  orders: OrderDesk | null;
}

/** Starts the tool. `POST {url}/v1/invitations` with `{application}` invites too, as an ATS would. */
export async function startScreening(options: ScreeningSandboxOptions): Promise<ScreeningSandbox> {
  const random = seededRandom(options.seed ?? 1);
  const log = createWriteLog();
  const faults = createFaultScript(random);
  const webhooks = createWebhookEmitter({
    random,
    sign: (delivery) => signedHeaders(options.signingSecret, delivery),
    received: (status) => status >= 200 && status < 300,
  });
  let invited = 0;
  const shelf = createShelf<ScreeningSession>(log, ({ status, score }) =>
    score === undefined ? status : `${status} ${score}`,
  );

  function step(session: ScreeningSession, type: string, by: 'api' | 'hand' = 'hand', lagMs = 0): ScreeningSession {
    shelf.put(session.id, session, by, lagMs);
    const result =
      session.score === undefined ? {} : resultOf(session.score, `https://screening.example/reports/${session.id}`);
    const data = { application: session.application, session: { id: session.id }, ...result };
    webhooks.emit(`msg_${randomUUID()}`, { type, timestamp: new Date().toISOString(), data });
    return session;
  }
  const created = (application: ScreenedApplication): ScreeningSession => {
    invited += 1;
    return { id: `ses_${invited}`, application, status: 'invited' };
  };
  const at = (id: string): ScreeningSession => {
    const session = shelf.saved(id);
    if (!session) throw new Error(`There is no screening session ${id}.`);
    return session;
  };

  const app = sandboxApp();
  app.post('/v1/invitations', async (call) => {
    const body = (await call.req.json().catch(() => null)) as { application?: ScreenedApplication } | null;
    return answer(call, faults, 'write', () => {
      if (!body?.application?.id) return { status: 400, body: { message: 'application.id is missing' } };
      const session = created(body.application);
      return { status: 201, body: session, commit: (lagMs) => void step(session, 'screening.invited', 'api', lagMs) };
    });
  });
  app.get('/v1/sessions/:id', (call) =>
    answer(call, faults, 'read', () => {
      const session = shelf.visible(call.req.param('id'));
      return session ? { status: 200, body: session } : { status: 404, body: { message: 'No such session' } };
    }),
  );
  const orders = options.orderSecret
    ? takeOrders(
        app,
        faults,
        options.orderSecret,
        (application) => void step(created(application), 'screening.invited'),
      )
    : null;
  const server = await startSandboxServer(app, options.port);
  const close = async (): Promise<void> => {
    await webhooks.close();
    await server.close();
  };
  return {
    url: server.url,
    faults,
    log,
    webhooks,
    invite: (application) => step(created(application), 'screening.invited'),
    start: (id) => step({ ...at(id), status: 'started' }, 'screening.started'),
    complete: (id, score = random.integer(20, 100)) =>
      step({ ...at(id), status: 'completed', score }, 'screening.completed'),
    pass: (id) => step({ ...at(id), status: 'passed' }, 'screening.passed'),
    expire: (id) => step({ ...at(id), status: 'expired' }, 'screening.expired'),
    editByHand: (id, { score }) => void step({ ...at(id), score }, 'screening.rescored'),
    sessions: shelf.all,
    orders,
    close,
    [Symbol.asyncDispose]: close,
  };
}

const resultOf = (score: number, reportUrl: string) => ({
  score,
  scoreMax: 100,
  reportUrl,
  recommendation: score >= 60 ? 'advance' : 'review',
});

/** Standard Webhooks: base64 HMAC-SHA256 over id, seconds and body, joined by dots. */
function signedHeaders(secret: string, { id, body, sentAt }: WebhookDelivery): Record<string, string> {
  const seconds = String(Math.floor(sentAt / 1000));
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': `v1,${signature}` };
}
