// Load is shed before it does harm: who is turned away under which signs, who never is, and that it ends.
import { connect } from 'node:net';
import { Hono } from 'hono';
import { describe, expect, test, vi } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { secured } from '../../src/http/door/security-headers.ts';
import { shedLoad, watchPressure } from '../../src/http/door/shed-load.ts';
import { countRequests } from '../../src/http/measure.ts';
import { identifyRequests } from '../../src/http/problems/problems.ts';
import { startServer } from '../../src/http/server.ts';
import { createMetrics } from '../../src/services/metrics.ts';

describe('shedding load', () => {
  test('under pressure everything but health, metrics and results is turned away', async () => {
    const metrics = createMetrics();
    let reason: string | null = 'a test';
    const app = new Hono();
    app.use(shedLoad(() => reason, { metrics }).middleware);
    app.all('*', (request) => request.text('ok'));
    const refused = await app.request('/v1/events', { method: 'POST', body: '{}' });
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(await refused.json()).toMatchObject({ code: 'overloaded' });
    for (const path of ['/healthz', '/readyz', '/metrics', '/v1/commands/ats/wrb_1/1'])
      expect((await app.request(path)).status).toBe(200);
    expect((await app.request('/metricsandmore')).status).toBe(503);
    reason = null;
    expect((await app.request('/v1/events')).status).toBe(200);
  });

  test('a queue at the database, slow accepting and a late event loop are pressure, and it ends with them', async () => {
    const ending = new AbortController();
    let waiting = 0;
    const metrics = createMetrics();
    const database = { ingestWaiting: () => waiting } as unknown as Parameters<typeof watchPressure>[0]['database'];
    const pressure = watchPressure({ database, metrics }, ending.signal);
    expect(pressure(0)).toBeNull();
    waiting = limits.shedIngestWaitingMax + 1;
    expect(pressure(0)).toContain('database');
    waiting = 0;
    expect(pressure(0)).toBeNull();

    const busy = (): void => {
      const until = performance.now() + limits.shedEventLoopP99Ms * 1.5;
      while (performance.now() < until);
      expect(pressure(0)).toMatch(/busy/);
    };
    await vi.waitFor(busy, { timeout: 10_000, interval: 50 });
    await vi.waitFor(() => expect(pressure(0)).toBeNull(), { timeout: 10_000, interval: 50 });

    for (let round = 0; round < 20; round += 1) metrics.accepted(1, limits.shedAcceptP95Ms + 1);
    await vi.waitFor(() => expect(pressure(0)).toMatch(/recording/), { timeout: 5_000, interval: 50 });
    // Nothing is accepted any more, and still it ends: what was slow is forgotten.
    await vi.waitFor(() => expect(pressure(0)).toBeNull(), { timeout: 15_000, interval: 100 });
    ending.abort();
  });

  test('no more are let in than are answered soon; the next one that is answered makes room', async () => {
    const metrics = createMetrics();
    const waiting: (() => void)[] = [];
    const app = new Hono();
    const ending = new AbortController();
    const database = { ingestWaiting: () => 0 } as unknown as Parameters<typeof watchPressure>[0]['database'];
    app.use(shedLoad(watchPressure({ database, metrics }, ending.signal), { metrics }).middleware);
    app.post('/v1/events', async (request) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return request.text('recorded', 201);
    });
    const post = async (): Promise<number> => (await app.request('/v1/events', { method: 'POST' })).status;
    const letIn = async (): Promise<number> => {
      const answers: Promise<number>[] = [];
      // One by one: whoever is shed is answered at once, whoever is let in only when told to.
      for (let shed = 0; shed === 0; ) {
        const before = waiting.length;
        const answer = post();
        if (waiting.length > before) answers.push(answer);
        else shed = await answer;
      }
      waiting.shift()?.();
      expect(await answers.shift()).toBe(201);
      const another = post();
      expect(await post()).toBe(503);
      for (const resolve of waiting.splice(0)) resolve();
      expect(new Set(await Promise.all([...answers, another]))).toEqual(new Set([201]));
      return answers.length + 1;
    };
    expect(await letIn()).toBe(limits.shedInFlightMin);
    // What comes alone says nothing; what comes in crowds says how many can be answered within the time.
    metrics.accepted(1, 200);
    expect(await letIn()).toBe(limits.shedInFlightMin);
    metrics.accepted(100, 50);
    expect(await letIn()).toBe(limits.shedWaitMs * 2);
    // However slow it becomes, so many always are.
    for (let round = 0; round < 50; round += 1) metrics.accepted(100, 5_000);
    expect(await letIn()).toBe(limits.shedInFlightMin);
    ending.abort();
  });

  test("whoever sends slowly takes nobody else's place; whoever waits for an answer does", async () => {
    const metrics = createMetrics();
    let most = 0;
    const shedding = shedLoad(
      (inFlight) => {
        most = Math.max(most, inFlight);
        return null;
      },
      { metrics },
    );
    let answer = (): void => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const app = new Hono();
    app.use(shedding.middleware);
    app.post('/v1/events', async (request) => {
      await request.req.arrayBuffer();
      await answered;
      return request.text('recorded', 201);
    });
    app.post('/hooks/ats', async (request) => {
      await request.req.arrayBuffer();
      return request.text('taken');
    });
    const server = await startServer(app.fetch, '127.0.0.1', 0, shedding.atTheDoor);
    const slow = Array.from({ length: 20 }, () => {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
      socket.on('error', () => {});
      socket.write('POST /hooks/ats HTTP/1.1\r\nhost: here\r\ncontent-length: 100\r\n\r\nbegun');
      return socket;
    });
    try {
      const waiting = Array.from({ length: 3 }, () => fetch(`${server.url}/v1/events`, { method: 'POST', body: '{}' }));
      await vi.waitFor(async () => {
        await (await fetch(`${server.url}/hooks/ats`, { method: 'POST', body: '{}' })).text();
        expect(most).toBe(3);
      });
      answer();
      expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([201, 201, 201]);
      most = 0;
      await (await fetch(`${server.url}/hooks/ats`, { method: 'POST', body: '{}' })).text();
      expect(most).toBe(0);
    } finally {
      for (const socket of slow) socket.destroy();
      await server.stop(100);
    }
  });

  test('the listener turns floods away by itself, just as the app does, and leaves everything else to the app', async () => {
    const metrics = createMetrics();
    const log = { info() {}, warn() {}, error() {} };
    let reason: string | null = 'a test';
    const shedding = shedLoad(() => reason, { metrics });
    const app = new Hono();
    app.use(identifyRequests({ metrics, log }), countRequests({ metrics }), secured, shedding.middleware);
    app.post('/v1/events', (request) => request.text('recorded', 201));
    app.all('*', (request) => request.text('ok'));
    const reached: string[] = [];
    const server = await startServer(
      (request, env) => {
        reached.push(new URL(request.url).pathname);
        return app.fetch(request, env);
      },
      '127.0.0.1',
      0,
      shedding.atTheDoor,
    );
    const headers = { 'x-request-id': 'request-of-a-test', 'content-type': 'application/json' };
    const ask = (path: string, method = 'POST') =>
      fetch(`${server.url}${path}`, { method, headers, ...(method === 'POST' ? { body: 'x'.repeat(100_000) } : {}) });
    const said = async (response: Response) => {
      const { date, 'content-length': _length, 'retry-after': again, ...rest } = Object.fromEntries(response.headers);
      expect([date === undefined, Number(again) >= 1 && Number(again) <= 5]).toEqual([false, true]);
      return { status: response.status, rest, body: await response.json() };
    };
    try {
      await vi.waitFor(async () => {
        reached.length = 0;
        await (await ask('/v1/events')).text();
        expect(reached).toEqual([]);
      });
      const atTheDoor = await said(await ask('/v1/events?from=here'));
      expect(atTheDoor).toMatchObject({ status: 503, body: { code: 'overloaded', instance: 'request-of-a-test' } });
      expect((await said(await ask('/hooks/ats'))).body).toEqual(atTheDoor.body);
      expect(reached).toEqual([]);
      expect(await said(await ask('/v1/subjects'))).toEqual(atTheDoor);
      expect((await ask('/healthz', 'GET')).status).toBe(200);
      expect((await ask('/v1/events', 'GET')).status).toBe(503);
      expect(reached).toEqual(['/v1/subjects', '/healthz', '/v1/events']);
      const counted = await metrics.registry.metrics();
      expect(counted).toMatch(
        /interlock_http_request_seconds_count\{route="\/hooks\/:connection",method="POST",status="503"\} 1/,
      );
      expect(counted).toMatch(/interlock_requests_rejected_total\{code="overloaded"\} \d/);
      reason = null;
      expect((await ask('/v1/events')).status).toBe(201);
    } finally {
      await server.stop(100);
    }
  });
});
