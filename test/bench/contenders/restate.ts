// Restate: a virtual object per application validates and keeps the state, one per application and vendor delivers in order through a
// durable side effect. State and outcomes live in Restate's own log and store, not in Postgres.
import './with-resolvers.ts';
import * as restate from '@restatedev/restate-sdk';
import { Pool } from 'undici';
import { advance, firstState, serveEvents, vendors, write } from './by-hand.ts';
import { environment } from './contender.ts';

interface Known {
  state: string;
  seq: number;
  seen: string[];
}

const lane = restate.object({
  name: 'lane',
  handlers: {
    deliver: async (
      context: restate.ObjectContext,
      { application, vendor, seq, state }: { application: string; vendor: string; seq: number; state: string },
    ) => {
      const status = await context.run('write', () => write(vendor, application, seq, state));
      context.set('confirmed', { seq, status });
    },
  },
});

const application = restate.object({
  name: 'application',
  handlers: {
    event: async (context: restate.ObjectContext, event: { id: string; type: string }) => {
      const known = (await context.get<Known>('application')) ?? { state: firstState, seq: 0, seen: [] };
      if (known.seen.includes(event.id)) return 200;
      const state = advance(known.state, event.type);
      if (state === null) return 409;
      const seq = known.seq + 1;
      context.set('application', { state, seq, seen: [...known.seen, event.id] });
      context.set(`transition-${seq}`, { ...event, from: known.state, to: state });
      for (const vendor of vendors)
        context
          .objectSendClient<typeof lane>({ name: 'lane' }, `${context.key}:${vendor}`)
          .deliver({ application: context.key, vendor, seq, state });
      return 202;
    },
  },
});

const handlers = Number(environment('RESTATE_HANDLERS'));
await restate.serve({ services: [application, lane], port: handlers });
const registered = await fetch(`${environment('RESTATE_ADMIN')}/deployments`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ uri: `http://127.0.0.1:${handlers}`, force: true }),
});
if (!registered.ok) throw new Error(`Restate did not take the handlers: ${registered.status}`);
const ingress = new Pool(environment('RESTATE_INGRESS'), { connections: 128, pipelining: 1 });

serveEvents(
  async (event) => {
    const answer = await ingress.request({
      method: 'POST',
      path: `/application/${event.subject}/event`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
    });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`Restate answered ${answer.statusCode}`);
    return Number(text);
  },
  async () => {
    const answer = await fetch(`${environment('RESTATE_ADMIN')}/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query: `select count(*) as n from sys_invocation where status <> 'completed'` }),
    });
    return ((await answer.json()) as { rows: { n: number }[] }).rows[0]?.n ?? 0;
  },
);
