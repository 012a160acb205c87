// An event loop that stood still: load is turned away for a moment, health is answered all the same, and then all is as before.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { type Api, type ApiClient, openApi } from '../support/api.ts';

let api: Api;
let client: ApiClient;
let server: RunningServer;
beforeAll(async () => {
  api = await openApi();
  client = await api.client('ats');
  server = await startServer((request, env) => api.app.fetch(request, env), '127.0.0.1', 0);
});
afterAll(async () => {
  await server.stop(500);
  await api[Symbol.asyncDispose]();
});

let serial = 0;
const post = (): Promise<Response> => {
  serial += 1;
  return fetch(`${server.url}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${client.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      id: `stall-${serial}`,
      type: 'application.received',
      subject: { system: 'ats', ref: `stall-${serial}` },
      occurredAt: new Date().toISOString(),
    }),
  });
};

test('two seconds of standstill shed load at once, spare health, and are over soon', { timeout: 30_000 }, async () => {
  await vi.waitFor(async () => expect((await post()).status).toBe(201), { timeout: 10_000, interval: 200 });
  for (const until = performance.now() + 2_000; performance.now() < until; );
  await new Promise((resolve) => setImmediate(resolve));
  const [shed, health] = await Promise.all([post(), fetch(`${server.url}/healthz`)]);
  expect(health.status).toBe(200);
  expect([shed.status, ((await shed.json()) as { code: string }).code]).toEqual([503, 'overloaded']);
  expect(Number(shed.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  await vi.waitFor(async () => expect((await post()).status).toBe(201), { timeout: 5_000, interval: 100 });
});
