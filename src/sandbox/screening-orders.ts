// The part of a screening tool that takes orders: signed, each once, with a receipt that says what it shows.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { answer, type Planned } from './kernel/answer.ts';
import type { FaultScript } from './kernel/faults.ts';
import type { SandboxApp } from './kernel/server.ts';
import type { ScreenedApplication } from './screening.ts';

export interface TakenOrder {
  /** Null where everybody is ordered for and no test was named. */
  order: { id: string; test: string } | null;
  application: ScreenedApplication;
  /** What came along of the candidate. */
  elements: Readonly<Record<string, unknown>>;
}

export interface OrderDesk {
  /** Each order once, oldest first. */
  taken(): readonly TakenOrder[];
  /** Every `webhook-id` that was let in, repetitions included. */
  deliveries(): readonly string[];
  /** What it shows for an application is something else from now on; null: nothing. */
  show(application: string, state: string | null): void;
  shown(application: string): string | null;
}

interface Posted {
  data: Omit<TakenOrder, 'elements'> & { to: string; elements?: Record<string, unknown> };
}

const toleranceSeconds = 300;

/** Adds `POST /orders` and `GET /orders/{application}` to the tool; `invite` is called for each order once. */
export function takeOrders(
  app: SandboxApp,
  faults: FaultScript,
  secret: string,
  invite: (application: ScreenedApplication) => void,
): OrderDesk {
  const taken: TakenOrder[] = [];
  const deliveries: string[] = [];
  const states = new Map<string, { state: string | null; before: string | null; laggingUntil: number }>();
  const seen = new Set<string>();
  const put = (application: string, state: string | null, lagMs = 0): void => {
    const before = states.get(application)?.state ?? null;
    states.set(application, { state, before, laggingUntil: Date.now() + lagMs });
  };

  function receive(delivery: string, { data }: Posted): Planned {
    const { order, application, to, elements = {} } = data;
    const key = order?.id ?? `${application.system}/${application.id}`;
    const commit = (lagMs: number): void => {
      deliveries.push(delivery);
      put(application.id, to, lagMs);
      if (seen.has(key)) return;
      seen.add(key);
      taken.push({ order, application, elements });
      invite(application);
    };
    return { status: 200, body: { shows: to }, commit };
  }

  app.post('/orders', async (call) => {
    const body = await call.req.text();
    return answer(call, faults, 'write', () => {
      const id = call.req.header('webhook-id') ?? '';
      const seconds = call.req.header('webhook-timestamp') ?? '';
      if (!isSigned(secret, `${id}.${seconds}.${body}`, call.req.header('webhook-signature') ?? '', Number(seconds)))
        return { status: 401, body: { message: 'The signature does not fit' } };
      return receive(id, JSON.parse(body) as Posted);
    });
  });
  app.get('/orders/:application', (call) =>
    answer(call, faults, 'read', () => {
      const found = states.get(call.req.param('application'));
      const state = found && Date.now() < found.laggingUntil ? found.before : found?.state;
      return state ? { status: 200, body: { state } } : { status: 404, body: { message: 'No such order' } };
    }),
  );
  return {
    taken: () => [...taken],
    deliveries: () => [...deliveries],
    show: (application, state) => put(application, state),
    shown: (application) => states.get(application)?.state ?? null,
  };
}

function isSigned(secret: string, text: string, signatures: string, seconds: number): boolean {
  if (!(Math.abs(Date.now() / 1000 - seconds) <= toleranceSeconds)) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const wanted = Buffer.from(`v1,${createHmac('sha256', key).update(text).digest('base64')}`);
  const given = signatures.split(' ').map((one) => Buffer.from(one));
  return given.some((one) => one.length === wanted.length && timingSafeEqual(one, wanted));
}
