// The vendor client against a real server: what arrives, what is bounded, and what a failure says of the request.
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createVendorHttp, type OwnedVendorHttp, type VendorRequest } from '../../src/adapters/http.ts';
import { answer } from '../../src/sandbox/kernel/answer.ts';
import { createFaultScript } from '../../src/sandbox/kernel/faults.ts';
import { seededRandom } from '../../src/sandbox/kernel/random.ts';
import { type SandboxServer, sandboxApp, startSandboxServer } from '../../src/sandbox/kernel/server.ts';

const faults = createFaultScript(seededRandom(1));
let server: SandboxServer;
let http: OwnedVendorHttp;
let saved = 0;
const save = (): void => {
  saved += 1;
};

beforeAll(async () => {
  const app = sandboxApp();
  app.all('/echo', async (call) =>
    call.json({
      method: call.req.method,
      type: call.req.header('content-type') ?? null,
      body: await call.req.text(),
      token: call.req.header('x-token') ?? null,
    }),
  );
  app.post('/write', (call) => answer(call, faults, 'write', () => ({ status: 201, body: { id: 1 }, commit: save })));
  app.get('/moved', (call) => call.redirect('/echo'));
  app.get('/big', (call) => call.text('x'.repeat(5_000)));
  app.get('/page', (call) => call.html('<html></html>'));
  app.get('/empty', (call) => call.body(null, 204));
  server = await startSandboxServer(app);
  http = createVendorHttp({ allowPrivateAddresses: true, timeoutMs: 250, bodyBytesMax: 4_096 });
});
afterAll(async () => {
  await http.close();
  await http.close();
  await server.close();
});

const never = new AbortController().signal;
const ask = (path: string, request: Partial<VendorRequest> = {}) =>
  http.request({ method: 'GET', url: server.url + path, ...request }, never);

describe('answers', () => {
  test('JSON goes out and comes in', async () => {
    const got = await ask('/echo', { method: 'PATCH', json: { a: 1 }, headers: { 'x-token': 't' } });
    expect(got).toMatchObject({
      kind: 'answer',
      status: 200,
      json: { method: 'PATCH', type: 'application/json', body: '{"a":1}', token: 't' },
    });
  });

  test('a form is encoded, raw bytes are left alone', async () => {
    expect(await ask('/echo', { method: 'POST', form: { a: 'b c', d: '&' } })).toMatchObject({
      json: { type: 'application/x-www-form-urlencoded', body: 'a=b+c&d=%26' },
    });
    expect(
      await ask('/echo', { method: 'POST', raw: { body: '{ "a":1}', contentType: 'application/x' } }),
    ).toMatchObject({ json: { type: 'application/x', body: '{ "a":1}' } });
  });

  test('what is not JSON is text', async () => {
    expect(await ask('/page')).toMatchObject({ status: 200, json: undefined, text: '<html></html>' });
    expect(await ask('/empty')).toMatchObject({ status: 204, json: undefined, text: '' });
  });
});

describe('failures', () => {
  test('a redirect is not followed', async () =>
    expect(await ask('/moved')).toEqual({ kind: 'failure', failure: 'redirect', sent: true }));

  test('a large body is cut off', async () =>
    expect(await ask('/big')).toEqual({ kind: 'failure', failure: 'too_large', sent: true }));

  test('a server that saves and never answers: timeout, may have arrived', async () => {
    const before = saved;
    faults.next('save_then_hang');
    expect(await ask('/write', { method: 'POST', json: {} })).toEqual({
      kind: 'failure',
      failure: 'timeout',
      sent: true,
    });
    expect(saved).toBe(before + 1);
  });

  test('a dropped connection: reset, may have arrived', async () => {
    faults.next('reset');
    expect(await ask('/write', { method: 'POST', json: {} })).toEqual({
      kind: 'failure',
      failure: 'reset',
      sent: true,
    });
  });

  test('nobody listens: connect, nothing sent', async () => {
    const url = `http://127.0.0.1:${await unusedPort()}/`;
    expect(await http.request({ method: 'POST', url, json: {} }, never)).toEqual({
      kind: 'failure',
      failure: 'connect',
      sent: false,
    });
  });

  test('a name that does not exist: connect, nothing sent', async () => {
    expect(await http.request({ method: 'POST', url: 'http://nowhere.invalid/', json: {} }, never)).toEqual({
      kind: 'failure',
      failure: 'connect',
      sent: false,
    });
  });

  test('a caller who gave up before: nothing sent', async () => {
    const before = saved;
    expect(await http.request({ method: 'POST', url: `${server.url}/write`, json: {} }, AbortSignal.abort())).toEqual({
      kind: 'failure',
      failure: 'timeout',
      sent: false,
    });
    expect(saved).toBe(before);
  });

  test('a caller who gives up in between: may have arrived', async () => {
    const stop = new AbortController();
    faults.next('save_then_hang');
    const asked = http.request({ method: 'POST', url: `${server.url}/write`, json: {} }, stop.signal);
    setTimeout(() => stop.abort(), 30);
    expect(await asked).toEqual({ kind: 'failure', failure: 'timeout', sent: true });
  });

  test('a header that cannot be sent is no crash', async () => {
    expect(await ask('/echo', { headers: { authorization: 'Bearer a\r\nb' } })).toEqual({
      kind: 'failure',
      failure: 'connect',
      sent: false,
    });
  });
});

describe('without leave for private addresses', () => {
  const blocked = { kind: 'failure', failure: 'blocked', sent: false };

  test('no spelling of a private address gets through', async () => {
    await using guarded = createVendorHttp({ allowPrivateAddresses: false, timeoutMs: 250, bodyBytesMax: 4_096 });
    const port = new URL(server.url).port;
    for (const host of [
      '127.0.0.1',
      'localhost',
      '2130706433',
      '017700000001',
      '0x7f000001',
      '0x7f.1',
      '127.1',
      '0',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '169.254.169.254',
      '10.0.0.1',
    ]) {
      expect(await guarded.request({ method: 'POST', url: `https://${host}:${port}/write` }, never), host).toEqual(
        blocked,
      );
    }
  });

  test('plain http, other schemes, user names in addresses and nonsense are refused', async () => {
    await using guarded = createVendorHttp({ allowPrivateAddresses: false, timeoutMs: 250, bodyBytesMax: 4_096 });
    for (const url of [
      'http://vendor.example/',
      'ftp://vendor.example/',
      'file:///etc/hosts',
      'https://user:secret@vendor.example/',
      'vendor.example',
      '',
    ]) {
      expect(await guarded.request({ method: 'GET', url }, never), url).toEqual(blocked);
    }
  });
});

/** A port that was free a moment ago. */
function unusedPort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
