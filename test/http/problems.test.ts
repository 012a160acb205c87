// Problem documents: what each error becomes, that nothing of our insides leaks, and that every code is explained.
import { readdirSync, readFileSync } from 'node:fs';
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { refusalCodes } from '../../src/core/deciding/decide.ts';
import { problemRoutes } from '../../src/http/problems/problem-routes.ts';
import { problemTypes } from '../../src/http/problems/problem-types.ts';
import { identifyRequests, notFound, problem, type RequestEnv } from '../../src/http/problems/problems.ts';
import { toProblem } from '../../src/http/problems/to-problem.ts';
import { createMetrics } from '../../src/services/metrics.ts';
import { Unavailable } from '../../src/services/record-events/index.ts';

function appThatThrows(error: unknown) {
  const metrics = createMetrics();
  const lines: { fields: Record<string, unknown>; message: string }[] = [];
  const keep = (fields: Record<string, unknown>, message: string): void => void lines.push({ fields, message });
  const app = new Hono<RequestEnv>();
  app.use(identifyRequests({ metrics, log: { info: keep, warn: keep, error: keep } }));
  app.onError(toProblem);
  app.notFound(notFound);
  app.get('/throws', () => {
    throw error;
  });
  app.get('/refuses', (request) =>
    problem(request, 409, {
      code: 'illegal_transition',
      detail: 'not from here',
      allowed: ['offer.made'],
      status: 'a lie',
    }),
  );
  app.route('/', problemRoutes());
  return { app, metrics, lines };
}

const rejectedOf = async (metrics: ReturnType<typeof createMetrics>, code: string): Promise<number> => {
  const metric = await metrics.registry.getSingleMetric('interlock_requests_rejected_total')?.get();
  return metric?.values.find((value) => value.labels.code === code)?.value ?? 0;
};

test('a problem carries its type, an id to quote and its extensions, and is counted', async () => {
  const { app, metrics } = appThatThrows(null);
  const answer = await app.request('/refuses', { headers: { 'x-request-id': 'my-own-request-1' } });
  expect(answer.status).toBe(409);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.headers.get('x-request-id')).toBe('my-own-request-1');
  expect(await answer.json()).toEqual({
    type: '/problems/illegal_transition',
    title: problemTypes.illegal_transition?.title,
    status: 409,
    code: 'illegal_transition',
    detail: 'not from here',
    instance: 'my-own-request-1',
    allowed: ['offer.made'],
  });
  expect(await rejectedOf(metrics, 'illegal_transition')).toBe(1);
});

test('an id that could forge log lines is replaced', async () => {
  const answer = await appThatThrows(null).app.request('/refuses', { headers: { 'x-request-id': 'x y{"level":50}' } });
  expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
});

test('zod faults become pointers, with names escaped after RFC 6901', async () => {
  const schema = z.strictObject({ items: z.array(z.object({ 'a/b~c': z.number() })), kind: z.enum(['one', 'two']) });
  const { error } = schema.safeParse({ items: [{ 'a/b~c': 1 }, { 'a/b~c': 'x' }], kind: 'three', 'extra/': 1 });
  const answer = await appThatThrows(error).app.request('/throws');
  expect(answer.status).toBe(422);
  const { errors, code } = (await answer.json()) as { errors: { pointer: string }[]; code: string };
  expect(code).toBe('invalid');
  expect(errors.map((one) => one.pointer).sort()).toEqual(['/extra~1', '/items/1/a~1b~0c', '/kind']);
});

test('of a union the closest alternative is told', async () => {
  const schema = z.object({
    subject: z.union([z.strictObject({ id: z.string() }), z.strictObject({ system: z.string(), ref: z.string() })]),
  });
  const { error } = schema.safeParse({ subject: { system: 'greenhouse', ref: 7 } });
  const answer = await appThatThrows(error).app.request('/throws');
  const { errors } = (await answer.json()) as { errors: { pointer: string }[] };
  expect(errors.map((one) => one.pointer)).toEqual(['/subject/ref']);
});

test.each([
  ['unavailable', new Unavailable('not now')],
  ['a deadlock', Object.assign(new Error('deadlock detected'), { code: '40P01' })],
  ['a server that stops', Object.assign(new Error('terminating connection'), { code: '57P01' })],
  ['a refused connection', Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5432'), { code: 'ECONNREFUSED' })],
  ['an exhausted pool', new Error('timeout exceeded when trying to connect')],
])('%s is 503 with a jittered Retry-After', async (_name, error) => {
  const { app } = appThatThrows(error);
  const seen = new Set<number>();
  for (let round = 0; round < 60; round += 1) {
    const answer = await app.request('/throws');
    expect(answer.status).toBe(503);
    seen.add(Number(answer.headers.get('retry-after')));
  }
  expect(Math.min(...seen)).toBeGreaterThanOrEqual(1);
  expect(Math.max(...seen)).toBeLessThanOrEqual(5);
  expect(seen.size).toBeGreaterThan(1);
});

test.each([
  ['a bug', new TypeError('canary ada@example.com is not a function')],
  [
    'an SQL error',
    Object.assign(new Error('syntax error at or near "canary"'), { code: '42601', detail: 'canary ada@example.com' }),
  ],
  ['an ordinary error', new Error('canary /srv/interlock/secret.key')],
])('%s is a plain 500: neither answer nor log repeats its words', async (_name, error) => {
  const { app, lines } = appThatThrows(error);
  const answer = await app.request('/throws');
  const text = await answer.text();
  expect(answer.status).toBe(500);
  expect(text).not.toContain('canary');
  expect(text).not.toMatch(/\bat .*\.ts/);
  expect(lines).toHaveLength(1);
  expect(JSON.stringify(lines)).not.toContain('canary');
  expect(lines[0]?.fields.requestId).toBe((JSON.parse(text) as { instance: string }).instance);
});

test('errors of the framework keep their status; an unknown address is a problem too', async () => {
  const { app } = appThatThrows(new HTTPException(415, { message: 'canary' }));
  const thrown = await app.request('/throws');
  expect([thrown.status, ((await thrown.json()) as { code: string }).code]).toEqual([415, 'unsupported_media_type']);
  const nowhere = await app.request('/nowhere');
  expect([nowhere.status, ((await nowhere.json()) as { code: string }).code]).toEqual([404, 'not_found']);
});

test('the type of a problem leads to a page', async () => {
  const { app } = appThatThrows(null);
  const { type } = (await (await app.request('/refuses')).json()) as { type: string };
  expect(await (await app.request(type)).text()).toContain(problemTypes.illegal_transition?.help);
  const json = await app.request(type, { headers: { accept: 'application/json' } });
  expect(await json.json()).toMatchObject({ code: 'illegal_transition' });
  expect((await app.request('/problems/toString')).status).toBe(404);
});

test('every code that a route or the core answers with is explained', () => {
  const folder = new URL('../../src/http/', import.meta.url);
  const answering = /(?:problem|refusal)\([^{}]*\{\s*code: '([a-z_]+)'/g;
  const used = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => [...readFileSync(new URL(name, folder), 'utf8').matchAll(answering)])
    .map((match) => match[1] ?? '');
  expect(used.length).toBeGreaterThan(5);
  expect([...used, ...refusalCodes].filter((code) => !Object.hasOwn(problemTypes, code))).toEqual([]);
});
