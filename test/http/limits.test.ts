// Limits: bodies that are too long or hostile, and rates per client.
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import fc from 'fast-check';
import { Hono } from 'hono';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { findJsonFault } from '../../src/core/json-fault.ts';
import { limits } from '../../src/core/limits.ts';
import { parseJson } from '../../src/core/parse-json.ts';
import type { AuthEnv } from '../../src/http/door/auth.ts';
import { boundedBody, limitRate } from '../../src/http/door/limits.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function listen(app: Hono): Promise<number> {
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
  closers.push(() => server.close());
  await vi.waitFor(() => expect(server.listening).toBe(true));
  return (server.address() as AddressInfo).port;
}

describe('body size', () => {
  const app = new Hono();
  const read: number[] = [];
  app.post('/', boundedBody(1_000), async (request) => {
    const body = await request.req.arrayBuffer();
    read.push(body.byteLength);
    return request.text('taken');
  });

  test('as many bytes as allowed are taken, one more is not', async () => {
    expect((await app.request('/', { method: 'POST', body: 'x'.repeat(1_000) })).status).toBe(200);
    const refused = await app.request('/', { method: 'POST', body: 'x'.repeat(1_001) });
    expect(refused.status).toBe(413);
    expect(await refused.json()).toMatchObject({ code: 'too_large', bytesMax: 1_000 });
  });

  test('an announced length is refused before a byte is read', async () => {
    const refused = await app.request('/', { method: 'POST', body: 'x', headers: { 'content-length': '5000' } });
    expect(refused.status).toBe(413);
  });

  test('a body without a length is cut while it streams, and the handler never sees it', async () => {
    const port = await listen(app);
    read.length = 0;
    const { status, sent } = await new Promise<{ status: number; sent: number }>((resolve, reject) => {
      let sent = 0;
      const outgoing = httpRequest({ port, host: '127.0.0.1', method: 'POST', path: '/' }, (answer) => {
        answer.resume();
        resolve({ status: answer.statusCode ?? 0, sent });
        outgoing.destroy();
      });
      outgoing.on('error', (error) => (outgoing.destroyed ? undefined : reject(error)));
      const pump = (): void => {
        if (outgoing.destroyed || sent > 64 * 1024 * 1024) return;
        sent += 500;
        outgoing.write('x'.repeat(500), () => setImmediate(pump));
      };
      pump();
    });
    expect(status).toBe(413);
    expect(sent).toBeLessThan(1024 * 1024);
    expect(read).toEqual([]);
  });
});

describe('JSON from outside', () => {
  const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

  test('depth is bounded, however deep it is', () => {
    expect(parseJson(nested(limits.jsonDepthMax)).ok).toBe(true);
    expect(parseJson(nested(limits.jsonDepthMax + 1))).toMatchObject({ ok: false, code: 'too_deep' });
    expect(parseJson('['.repeat(2_000_000))).toMatchObject({ ok: false, code: 'too_deep' });
    expect(parseJson('{"a":'.repeat(100_000))).toMatchObject({ ok: false, code: 'too_deep' });
    expect(parseJson(JSON.stringify({ text: '[[[['.repeat(100), quote: '"[[[\\' }))).toMatchObject({ ok: true });
  });

  test.each([
    ['{"__proto__":{"admin":true}}'],
    ['{"a":[{"constructor":{"prototype":{}}}]}'],
    ['{"\\u005f_proto__":1}'],
    ['{"a":{"prot\\u006ftype":1}}'],
  ])('%s is refused and changes nothing', (text) => {
    expect(parseJson(text)).toMatchObject({ ok: false, code: 'forbidden_key' });
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });

  test('the same words as values are welcome', () => {
    expect(parseJson('{"title":"constructor of __proto__types"}')).toEqual({
      ok: true,
      value: { title: 'constructor of __proto__types' },
    });
  });

  test.each(['{"a":"\\u0000"}', '{"a":["\\ud800"]}', '{"\\udc00":1}'])('%s could not be kept', (text) => {
    expect(parseJson(text)).toMatchObject({ ok: false, code: 'forbidden_character' });
  });
  test('a whole surrogate pair is fine', () =>
    expect(parseJson('"\\ud83d\\ude00"')).toEqual({ ok: true, value: '😀' }));

  test('bytes that are not UTF-8 are refused, a byte order mark is not', () => {
    expect(parseJson(Buffer.from([0x22, 0xff, 0x22]))).toMatchObject({ ok: false, code: 'not_utf8' });
    expect(parseJson(Buffer.from('\ufeff{}'))).toEqual({ ok: true, value: {} });
  });

  test.each([
    ['', 0],
    ['{"a":}', 5],
    ['{"a" 1}', 5],
    ['[1,2,]', 5],
    ['{"secret":"ada', 14],
    ['tru e', 3],
    ['1 2', 2],
    ['{"a":1,}', 7],
    ['"\\x"', 1],
    ['01', 1],
    ['{a:1}', 1],
    ['"line\nbreak"', 5],
  ])('%j goes wrong at %i, and the message does not quote it', (text, at) => {
    const parsed = parseJson(text);
    expect(parsed).toMatchObject({ ok: false, code: 'not_json', detail: expect.stringMatching(new RegExp(` ${at}$`)) });
    expect(JSON.stringify(parsed)).not.toContain('ada');
  });

  test('a fault is found in exactly the texts that do not parse', () => {
    const json = fc.json({ maxDepth: 5 });
    const broken = fc
      .tuple(json, fc.nat(), fc.constantFrom('', '"', ',', '}', '0', '\\', ' ', 'e'))
      .map(([text, at, put]) => {
        const index = at % (text.length + 1);
        return text.slice(0, index) + put + text.slice(index + 1);
      });
    fc.assert(
      fc.property(fc.oneof(json, broken), (text) => {
        let parses = true;
        try {
          JSON.parse(text);
        } catch {
          parses = false;
        }
        const fault = findJsonFault(text);
        return parses ? fault === text.length : fault <= text.length;
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('rate per client', () => {
  const app = new Hono<AuthEnv>();
  app.use(async (request, next) => {
    request.set('client', {
      id: request.req.header('x-client') ?? '',
      name: '',
      kind: 'ats',
      scopes: [],
      connection: null,
    });
    await next();
  });
  app.use(limitRate(3));
  app.get('/', (request) => request.text('ok'));
  const ask = (client: string) => app.request('/', { headers: { 'x-client': client } });

  test('what is left is told, the one too many is refused, and others are not touched', async () => {
    const first = await ask('a');
    expect(first.headers.get('ratelimit-policy')).toBe('"default";q=3;w=60');
    expect(first.headers.get('ratelimit')).toBe('"default";r=2;t=60');
    await ask('a');
    expect((await ask('a')).status).toBe(200);
    const refused = await ask('a');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('ratelimit')).toMatch(/^"default";r=0;t=\d+$/);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(await refused.json()).toMatchObject({ code: 'rate_limited' });
    expect((await ask('b')).status).toBe(200);
  });
});
