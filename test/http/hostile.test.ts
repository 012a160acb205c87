// Clients that mean harm, on raw sockets against the real listener: each is cut off in time and costs little, and honest ones hardly notice.
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { type Api, type ApiClient, openApi } from '../support/api.ts';

let api: Api;
let client: ApiClient;
let server: RunningServer;
const sockets = new Set<Socket>();
beforeAll(async () => {
  api = await openApi();
  client = await api.client('ats');
  server = await startServer((request, env) => api.app.fetch(request, env), '127.0.0.1', 0);
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
});
afterAll(async () => {
  await server.stop(500);
  await api[Symbol.asyncDispose]();
});

interface Opened {
  socket: Socket;
  said(): string;
  /** ms from the opening to the end; null while it is open. */
  endedMs(): number | null;
}

function openSocket(first = ''): Opened {
  const socket = connect(server.port, '127.0.0.1');
  sockets.add(socket);
  const from = performance.now();
  let said = '';
  let ended: number | null = null;
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    said = (said + chunk.toString('latin1')).slice(0, 4_000);
  });
  socket.on('close', () => {
    ended = performance.now() - from;
  });
  if (first) socket.write(first);
  return { socket, said: () => said, endedMs: () => ended };
}

/** A byte every now and then, for as long as the socket lasts. */
function trickle({ socket }: Opened, byte: string): void {
  const timer = setInterval(() => {
    if (socket.destroyed) clearInterval(timer);
    else socket.write(byte);
  }, 1_500);
  socket.once('close', () => clearInterval(timer));
}

let serial = 0;
/** One event on a connection of its own or a kept one; gives its status and ms. */
function postEvent(agent: Agent | false): Promise<{ status: number; ms: number }> {
  const from = performance.now();
  serial += 1;
  const body = JSON.stringify({
    id: `honest-${serial}`,
    type: 'application.received',
    subject: { system: 'ats', ref: `honest-${serial}` },
    occurredAt: new Date().toISOString(),
  });
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        port: server.port,
        host: '127.0.0.1',
        method: 'POST',
        path: '/v1/events',
        agent,
        timeout: 10_000,
        headers: {
          authorization: `Bearer ${client.token}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (answer) => {
        answer.resume();
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, ms: performance.now() - from }));
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer within 10 s')));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** As a sender would: shed, it comes again a second later. */
async function taken201(agent: Agent): Promise<{ status: number; ms: number }> {
  for (let tries = 1; ; tries += 1) {
    const answer = await postEvent(agent);
    if (answer.status !== 503 || tries === 5) return answer;
    await sleep(1_000);
  }
}

/** So many events, four at a time; the 99th percentile in ms. */
async function p99(count: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const taken: number[] = [];
  for (let at = 0; at < count; at += 4) {
    const answers = await Promise.all(Array.from({ length: 4 }, () => taken201(agent)));
    expect(answers.map((one) => one.status)).toEqual([201, 201, 201, 201]);
    taken.push(...answers.map((one) => one.ms));
    await sleep(20);
  }
  agent.destroy();
  return taken.sort((a, b) => a - b)[Math.ceil(taken.length * 0.99) - 1] ?? 0;
}

/** At most twice as long, or the goal itself where that is more. Three looks, since the noise of a shared machine only ever adds. */
async function expectBearable(quietMs: number, count: number): Promise<void> {
  const seen: number[] = [];
  const bearable = Math.max(2 * quietMs, 100);
  while (seen.length < 3 && !seen.some((ms) => ms < bearable)) seen.push(await p99(count));
  expect(Math.min(...seen)).toBeLessThan(bearable);
}

test('those who send a byte now and then are cut off, and events go on meanwhile', { timeout: 60_000 }, async () => {
  await p99(40);
  const quiet = await p99(200);
  const heads = Array.from({ length: 150 }, () => openSocket('POST /v1/events HTTP/1.1\r\nHost: a\r\nX-Slow: '));
  const head = 'HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n';
  const bodies = [
    ...Array.from({ length: 75 }, () => openSocket(`POST /hooks/greenhouse ${head}\r\n{`)),
    ...Array.from({ length: 75 }, () =>
      openSocket(`POST /v1/events ${head}Authorization: Bearer ${client.token}\r\n\r\n{`),
    ),
  ];
  for (const one of heads) trickle(one, 'a');
  for (const one of bodies) trickle(one, ' ');
  await expectBearable(quiet, 200);
  const isOpen = (one: Opened): boolean => one.endedMs() === null;
  for (const until = Date.now() + 25_000; [...heads, ...bodies].some(isOpen) && Date.now() < until; ) await sleep(50);
  // The listener looks every two seconds.
  const ends = (all: Opened[]): number[] => all.map((one) => one.endedMs() ?? Number.POSITIVE_INFINITY);
  expect(Math.max(...ends(heads))).toBeLessThan(limits.headersMs + 4_000);
  expect(Math.max(...ends(bodies))).toBeLessThan(limits.requestMs + 4_000);
});

test('more idle connections than there is room for keep nobody out', { timeout: 60_000 }, async () => {
  const quiet = await p99(100);
  const idle: Opened[] = [];
  for (let at = 0; at < 25; at += 1) {
    idle.push(...Array.from({ length: 100 }, () => openSocket()));
    await sleep(60);
  }
  await sleep(limits.unfinishedMs);
  for (let round = 0; round < 10; round += 1) {
    const { status, ms } = await postEvent(false);
    expect([status, ms < 2_000]).toEqual([201, true]);
  }
  await expectBearable(quiet, 100);
  expect(idle.filter((one) => one.endedMs() === null).length).toBeLessThanOrEqual(limits.connectionsMax);
});

describe('a body of 64 MB in chunks', () => {
  const bearer = () => `Authorization: Bearer ${client.token}\r\n`;
  test.each<[string, () => string, status: number, taken: 'in part' | 'thrown away']>([
    ['with a token', () => `POST /v1/events HTTP/1.1\r\n${bearer()}`, 413, 'in part'],
    ['to a webhook', () => 'POST /hooks/greenhouse HTTP/1.1\r\n', 413, 'in part'],
    ['for a token', () => 'POST /oauth2/token HTTP/1.1\r\n', 413, 'in part'],
    ['without a token', () => 'POST /v1/events HTTP/1.1\r\n', 401, 'thrown away'],
    ['to a route that is not for it', () => `POST /v1/connections HTTP/1.1\r\n${bearer()}`, 403, 'thrown away'],
    ['to nowhere', () => 'PUT /nowhere HTTP/1.1\r\n', 404, 'thrown away'],
  ])('%s is refused and never held in memory', async (_, start, status, taken) => {
    const before = process.memoryUsage().rss;
    const opened = openSocket(
      `${start()}Host: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    let sent = 0;
    for (; opened.endedMs() === null && sent < 64 * 1024 * 1024; sent += 0x10000)
      if (!opened.socket.write(chunk)) await Promise.race([once(opened.socket, 'drain').catch(() => {}), sleep(3_000)]);
    // Nobody waits for the answer of a body that is cut off; it may be lost with the connection.
    if (opened.said() !== '' || taken === 'thrown away')
      // A process that is short of breath on a busy machine sheds it, which is a refusal too.
      expect(opened.said()).toMatch(new RegExp(`^HTTP/1.1 (${status}|503) `));
    // The largest body, and what is thrown away so that the answer arrives.
    if (taken === 'in part') expect(sent).toBeLessThan(32 * 1024 * 1024);
    expect(process.memoryUsage().rss - before).toBeLessThan(48 * 1024 * 1024);
  });
});

describe('a body that looks small', () => {
  test('5 MB of brackets are refused in a moment', async () => {
    const from = performance.now();
    const answer = await client.events('['.repeat(limits.bulkBodyBytesMax - 1));
    expect([answer.status, answer.body.code]).toEqual([422, 'too_deep']);
    expect(performance.now() - from).toBeLessThan(1_000);
  });

  test('compressed zeros are never inflated', async () => {
    const from = performance.now();
    const before = process.memoryUsage().rss;
    const body = new Uint8Array(gzipSync(Buffer.alloc(64 * 1024 * 1024)));
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => client.send('POST', '/v1/events', body, { 'content-encoding': 'gzip' })),
    );
    expect(answers.map((one) => one.status)).toEqual(answers.map(() => 400));
    expect(performance.now() - from).toBeLessThan(3_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  });
});

test('headers longer than 16 KiB are refused', async () => {
  const opened = openSocket(`GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`);
  for (const until = Date.now() + 3_000; opened.endedMs() === null && Date.now() < until; ) await sleep(10);
  expect(opened.said()).toMatch(/^HTTP\/1.1 431 /);
});

test('a connection that nobody ever used does not hold up the stop', async () => {
  const other = await startServer(() => new Response('ok'), '127.0.0.1', 0);
  const silent = connect(other.port, '127.0.0.1');
  silent.on('error', () => {});
  await new Promise((resolve) => silent.once('connect', resolve));
  await sleep(50);
  const from = performance.now();
  await other.stop(5_000);
  expect(performance.now() - from).toBeLessThan(1_000);
  silent.destroy();
});
