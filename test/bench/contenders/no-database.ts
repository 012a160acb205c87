// No contender but a floor: Interlock's own machine and decision behind the same HTTP, with everything in memory and nobody to write to.
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { decide } from '../../../src/core/deciding/decide.ts';
import type { Place } from '../../../src/core/machine/machine.ts';
import { loadDefinitions } from '../../../src/load-definitions.ts';
import type { SeasonEvent } from '../season.ts';
import { environment, serveParent } from './contender.ts';

const machine = loadDefinitions().machines.latest('application');
const places = new Map<string, Place>();
const seen = new Set<string>();

function take({ id, subject, type, source, data }: SeasonEvent): 202 | 200 | 409 {
  if (seen.has(id)) return 200;
  const place = places.get(subject) ?? { state: machine.initial, history: null, facts: {} };
  const attempted = { claim: { kind: 'event' as const, type }, by: source, elements: Object.keys(data) };
  const decision = decide(machine, place, attempted, Date.now());
  if (decision.kind !== 'applied') return 409;
  const { to, history } = decision.transition;
  places.set(subject, { ...place, state: to, history });
  seen.add(id);
  return 202;
}

const app = new Hono();
app.post('/events', async (call) => call.json({}, take(await call.req.json<SeasonEvent>())));
serve({ fetch: app.fetch, port: Number(environment('PORT')), hostname: '127.0.0.1' }, () =>
  serveParent(
    { path: '/events', subject: 'name', headers: { operator: '', screening: '' } },
    { pending: async () => 0 },
  ),
);
