// A system without an API of its own that takes signed webhooks: checks the signature, keeps the state, and can be asked for it.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { answer, type Planned } from './kernel/answer.ts';
import { createFaultScript } from './kernel/faults.ts';
import { seededRandom } from './kernel/random.ts';
import { sandboxApp, startSandboxServer } from './kernel/server.ts';
import { createShelf } from './kernel/shelf.ts';
import type { Simulator } from './kernel/simulator.ts';
import { createWriteLog } from './kernel/write-log.ts';

export interface ReceivedState {
  state: string;
  version: number;
  /** What came along, by element. */
  elements: Readonly<Record<string, unknown>>;
}

export interface WebhookReceiverOptions {
  /** `whsec_` and base64. Only this one is accepted, whatever else signed. */
  signingSecret: string;
  /** Bearer token that reading asks for; none unless given. */
  readToken?: string;
  /** Answers with what it shows now; a receiver that does not just says 200. */
  receipts?: boolean;
  /** Tells the subject's version when read. */
  tellsVersion?: boolean;
  seed?: number;
  port?: number;
}

export interface WebhookReceiver extends Simulator<string> {
  /** Where to post: `{url}/hook`; where to read: `{url}/states/{subject}`. */
  hookUrl: string;
  shown(subject: string): ReceivedState | undefined;
  /** Every `webhook-id` that was accepted, repetitions included. */
  deliveries(): readonly string[];
  /** The body of each of them, as it was signed. */
  messages(): readonly Readonly<Record<string, unknown>>[];
  /** From now on everything is answered 410. */
  retire(): void;
}

/** What is about no subject, such as an alert, is taken and changes nothing. */
interface Posted {
  data: { subject?: string; to: string; version: number; elements?: Record<string, unknown> };
}

const toleranceSeconds = 300;

/** Starts the receiver on a free port of this machine. */
export async function startWebhookReceiver(options: WebhookReceiverOptions): Promise<WebhookReceiver> {
  const log = createWriteLog();
  const faults = createFaultScript(seededRandom(options.seed ?? 1));
  const shelf = createShelf<ReceivedState>(log, ({ state }) => state);
  const deliveries: string[] = [];
  const messages: Record<string, unknown>[] = [];
  const seen = new Set<string>();
  let retired = false;

  function receive(id: string, body: Posted): Planned {
    const { data } = body;
    const next: ReceivedState = { state: data.to, version: data.version, elements: data.elements ?? {} };
    const commit = (lagMs: number): void => {
      deliveries.push(id);
      messages.push({ ...body });
      // A repetition of what is known changes nothing.
      if (seen.has(id)) return;
      seen.add(id);
      if (data.subject !== undefined) shelf.put(data.subject, next, 'api', lagMs);
    };
    return { status: 200, body: options.receipts ? { shows: data.to } : undefined, commit };
  }

  const app = sandboxApp();
  app.post('/hook', async (call) => {
    const body = await call.req.text();
    return answer(call, faults, 'write', () => {
      if (retired) return { status: 410, body: undefined };
      const id = call.req.header('webhook-id') ?? '';
      const signed = {
        id,
        seconds: call.req.header('webhook-timestamp') ?? '',
        signatures: call.req.header('webhook-signature') ?? '',
      };
      if (!isSigned(options.signingSecret, signed, body))
        return { status: 401, body: { message: 'The signature does not fit' } };
      return receive(id, JSON.parse(body) as Posted);
    });
  });
  app.get('/states/:subject', (call) =>
    answer(call, faults, 'read', () => {
      if (options.readToken && call.req.header('authorization') !== `Bearer ${options.readToken}`)
        return { status: 401, body: undefined };
      const found = shelf.visible(call.req.param('subject'));
      if (!found) return { status: 404, body: undefined };
      return { status: 200, body: { state: found.state, ...(options.tellsVersion ? { version: found.version } : {}) } };
    }),
  );
  const server = await startSandboxServer(app, options.port);
  return {
    url: server.url,
    hookUrl: `${server.url}/hook`,
    faults,
    log,
    webhooks: null,
    shown: shelf.saved,
    deliveries: () => [...deliveries],
    messages: () => [...messages],
    retire() {
      retired = true;
    },
    editByHand: (subject, state) =>
      shelf.put(subject, { version: 0, elements: {}, ...shelf.saved(subject), state }, 'hand'),
    close: server.close,
    [Symbol.asyncDispose]: server.close,
  };
}

function isSigned(
  secret: string,
  { id, seconds, signatures }: { id: string; seconds: string; signatures: string },
  body: string,
): boolean {
  if (Math.abs(Date.now() / 1000 - Number(seconds)) > toleranceSeconds) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const wanted = Buffer.from(`v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`);
  const given = signatures.split(' ').map((one) => Buffer.from(one));
  return given.some((one) => one.length === wanted.length && timingSafeEqual(one, wanted));
}
