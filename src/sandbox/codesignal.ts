// CodeSignal as its webhook documentation describes it: test sessions, and events signed over address, name and time, sent one after the other.
import { createHmac } from 'node:crypto';
import { answer } from './kernel/answer.ts';
import { createFaultScript } from './kernel/faults.ts';
import { type MadeUpPerson, madeUpPerson } from './kernel/people.ts';
import { seededRandom } from './kernel/random.ts';
import { sandboxApp, startSandboxServer } from './kernel/server.ts';
import { createShelf } from './kernel/shelf.ts';
import type { Simulator } from './kernel/simulator.ts';
import { createWebhookEmitter, type WebhookDelivery, type WebhookEmitter } from './kernel/webhooks.ts';
import { createWriteLog } from './kernel/write-log.ts';

export interface CodeSignalSession {
  id: string;
  /** What the inviting system gave along. */
  externalId: string | null;
  proctored: boolean;
  status: 'created' | 'started' | 'pending' | 'finished' | 'verified' | 'not_verified' | 'declined' | 'expired';
  candidateName: string;
  candidateEmail: string;
  score: number;
}

export interface CodeSignalOptions {
  /** Secret key of the webhook; null: deliveries are not signed. */
  webhookSecret: string | null;
  /** Bearer key of the GraphQL API. */
  apiKey?: string;
  seed?: number;
  port?: number;
}

export interface CodeSignalSandbox extends Simulator<{ score: number }> {
  webhooks: WebhookEmitter;
  /** Tries out an address as the product does when a webhook is saved: true when an empty request was answered 200. */
  saveHook(url: string): Promise<boolean>;
  invite(externalId: string | null, proctored?: boolean): CodeSignalSession;
  start(session: string): void;
  /** Out of `maxScore` (1000). A session that is watched over waits for its verification then. */
  finish(session: string, score: number): void;
  verify(session: string, verified: boolean): void;
  decline(session: string): void;
  expire(session: string, reason: 'testNotTaken' | 'notCertified'): void;
  /** Any other event, as it stands. */
  tell(event: string, payload: Record<string, unknown>): void;
}

const maxScore = 1000;
const test = { testId: 'dhey29hcl28hl28', testTitle: 'Software Engineer intern' };

export async function startCodeSignal(options: CodeSignalOptions): Promise<CodeSignalSandbox> {
  const random = seededRandom(options.seed ?? 1);
  const log = createWriteLog();
  const faults = createFaultScript(random);
  const webhooks = inOrder(
    createWebhookEmitter({ random, sign: (delivery) => signatureOf(options.webhookSecret, delivery) }),
  );
  const shelf = createShelf<CodeSignalSession>(log, ({ status, score }) => `${status} ${score}`);
  let sessions = 0;
  let clock = 0;

  function tell(event: string, payload: Record<string, unknown>): void {
    clock = Math.max(Date.now(), clock + 1);
    webhooks.emit(`${event}:${clock}`, { event, triggeredOn: clock, payload });
  }
  function step(next: CodeSignalSession, event: string, more: Record<string, unknown> = {}): CodeSignalSession {
    shelf.put(next.id, next, 'hand');
    const { id: testSessionId, candidateEmail, candidateName, externalId } = next;
    tell(event, {
      testSessionId,
      ...test,
      candidateEmail,
      candidateName,
      ...(externalId ? { externalId } : {}),
      ...more,
    });
    return next;
  }
  const at = (id: string): CodeSignalSession => {
    const session = shelf.saved(id);
    if (!session) throw new Error(`There is no test session ${id}.`);
    return session;
  };

  const app = sandboxApp();
  app.post('/graphql', async (call) => {
    const { variables } = (await call.req.json()) as { variables: { id: string } };
    const mayRead = options.apiKey && call.req.header('authorization') === `Bearer ${options.apiKey}`;
    return answer(call, faults, 'read', () => {
      const session = shelf.visible(variables.id);
      return { status: 200, body: mayRead ? { data: { companyTestSession: apiObject(session) } } : denied };
    });
  });
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
    tell,
    saveHook: async (url) => {
      const answered = await fetch(url, { method: 'POST', headers: signatureHeader(options.webhookSecret, url) });
      if (answered.status !== 200) return false;
      webhooks.target(url);
      return true;
    },
    invite(externalId, proctored = false) {
      sessions += 1;
      const person = madeUpPerson(random, sessions);
      return step(newSession(sessions, person, externalId, proctored), 'companyTestSessionCreated');
    },
    start: (id) => void step({ ...at(id), status: 'started' }, 'companyTestSessionStarted'),
    finish(id, score) {
      const session = { ...at(id), score };
      if (session.proctored)
        step({ ...session, status: 'pending' }, 'preScreenResultVerificationPending', resultOf(session, false));
      else step({ ...session, status: 'finished' }, 'companyTestSessionFinished', resultOf(session, true));
    },
    verify(id, verified) {
      const session = at(id);
      if (verified) step({ ...session, status: 'verified' }, 'preScreenResultVerified', resultOf(session, true));
      else
        step({ ...session, status: 'not_verified' }, 'preScreenResultNotVerified', {
          rejectedReasons: ['Screen not visible'],
        });
    },
    decline: (id) => void step({ ...at(id), status: 'declined' }, 'preScreenCandidateDeclined'),
    expire: (id, expiredReason) => void step({ ...at(id), status: 'expired' }, 'preScreenExpired', { expiredReason }),
    editByHand: (id, { score }) => void shelf.put(id, { ...at(id), score }, 'hand'),
    close,
    [Symbol.asyncDispose]: close,
  };
}

const resultOf = ({ id, score }: CodeSignalSession, withUrl: boolean): Record<string, unknown> => ({
  duration: 3_480_000,
  score,
  maxScore,
  codingScore: 820,
  versionedCodingScore: { version: 'codingScore2023', value: 575 },
  ...(withUrl
    ? { url: `https://app.codesignal.com/test-result/${id}?accessToken=A7HnBpab4aD7xm7Kp-iPhk2se5Wnxeg7` }
    : {}),
});

const newSession = (
  serial: number,
  { firstName, lastName, email }: MadeUpPerson,
  externalId: string | null,
  proctored: boolean,
): CodeSignalSession => ({
  id: `ts${serial.toString(36).padStart(13, '0')}`,
  externalId,
  proctored,
  status: 'created',
  candidateName: `${firstName} ${lastName}`,
  candidateEmail: email,
  score: 0,
});

const denied = { errors: [{ message: 'Access denied' }], data: null };

/** As the GraphQL schema has a `CompanyTestSession`, as far as it is asked for here. */
function apiObject(session: CodeSignalSession | undefined): Record<string, unknown> | null {
  if (!session) return null;
  const { id, status, score } = session;
  const over = status !== 'created' && status !== 'started' && status !== 'expired' && status !== 'declined';
  const word = { created: 'pending', started: 'active', expired: 'expired', declined: 'pending' } as const;
  const url = `https://app.codesignal.com/test-result/${id}?accessToken=A7HnBpab4aD7xm7Kp-iPhk2se5Wnxeg7`;
  return {
    id,
    status: over ? 'over' : word[status],
    maxScore,
    result: over ? { score, url } : null,
  };
}

/** The documented algorithm: address, event and time; of an empty request only the address is left. */
function signatureOf(secret: string | null, { url, body }: WebhookDelivery): Record<string, string> {
  const { event, triggeredOn } = JSON.parse(body) as { event: string; triggeredOn: number };
  return signatureHeader(secret, `${url}${event}${triggeredOn}`);
}

const signatureHeader = (secret: string | null, text: string): Record<string, string> =>
  secret === null ? {} : { 'x-codesignal-signature': createHmac('sha256', secret).update(text).digest('hex') };

/** One event at a time: the next leaves when the one before was taken, or was given up. */
function inOrder(emitter: WebhookEmitter): WebhookEmitter {
  let last: Promise<void> = Promise.resolve();
  return {
    ...emitter,
    emit(id, body) {
      last = last.then(() => {
        emitter.emit(id, body);
        return emitter.drain();
      });
    },
    async drain() {
      await last;
      await emitter.drain();
    },
  };
}
