// What open pages hear: their own topics, soon after a commit of this process or of another; bounded, and over with the session.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLiveHub } from '../../src/console/live/hub.ts';
import { concerns, topicOfAddress, topicsOf, watchedTables } from '../../src/console/live/topics.ts';
import { limits } from '../../src/core/limits.ts';
import { type Browser, openConsole, publicUrl, type TestConsole } from '../support/console.ts';
import { ledgerRows } from '../support/ledger-rows.ts';

let desk: TestConsole;
let viewer: Browser;
beforeAll(async () => {
  desk = await openConsole();
  viewer = await desk.signedIn('viewer');
}, 120_000);
afterAll(async () => desk?.[Symbol.asyncDispose]());

interface Stream extends AsyncDisposable {
  status: number;
  headers: Headers;
  /** Everything that was said so far. */
  said(): string;
  ended: Promise<void>;
}

async function listen(topics: string, browser: Browser = viewer): Promise<Stream> {
  const response = await desk.app.request(`${publicUrl}/live?topics=${encodeURIComponent(topics)}`, {
    headers: { accept: 'text/event-stream', cookie: `__Host-interlock=${browser.cookie}`, 'sec-fetch-dest': 'empty' },
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const ended = (async () => {
    for (let one = await reader?.read(); one && !one.done; one = await reader?.read()) text += one.value;
  })();
  return {
    status: response.status,
    headers: response.headers,
    said: () => text,
    ended,
    [Symbol.asyncDispose]: async () => void (await reader?.cancel()),
  };
}

describe('an open page', () => {
  test('hears of its own topics alone, together', async () => {
    await using stream = await listen('alerts stuck act:act_1');
    expect([stream.status, stream.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
    expect(stream.headers.get('cache-control')).toBe('no-store');
    const { changes: own } = desk.service.context;
    own.tell('connections');
    own.tell('stuck');
    own.tell('act:act_2', 'alerts');
    await expect.poll(stream.said).toContain('data: ');
    expect(stream.said()).toMatch(/^retry: 5000\n: here\n\ndata: alerts stuck\n\n$/);
    own.tell('act:act_1');
    await expect.poll(stream.said).toContain('data: act:act_1\n\n');
  });

  test('hears of what another process wrote', async () => {
    await using stream = await listen('connections');
    // Its first look is what the next is compared with.
    await expect
      .poll(
        async () => {
          await ledgerRows(desk.service.context.database.reports)
            .connection(`c${Math.random().toString(36).slice(2)}`)
            .catch(() => {});
          await ledgerRows(desk.service.context.database.engine).connection(`c${Math.random().toString(36).slice(2)}`);
          return stream.said();
        },
        { timeout: 25_000, interval: 1_000 },
      )
      .toContain('data: connections\n\n');
  }, 30_000);

  test('of one session may not listen without end', async () => {
    const streams = await Promise.all(Array.from({ length: limits.liveStreamsPerSessionMax }, () => listen('stuck')));
    const more = await listen('stuck');
    await more.ended;
    expect(more.said()).toBe('');
    await streams[0]?.[Symbol.asyncDispose]();
    await using again = await listen('stuck');
    await expect.poll(again.said).toContain(': here');
    for (const stream of streams.slice(1)) await stream[Symbol.asyncDispose]();
  });

  test.each([
    ['', 'text/event-stream'],
    ['sub_1@example.com', 'text/event-stream'],
    ['stuck', 'text/html'],
  ])('that asks for %j as %s is refused', async (topics, accept) => {
    expect((await viewer.get(`/live?topics=${topics}`, { accept })).status).toBe(400);
  });

  test('without a session is sent to sign in', async () => {
    const response = await desk.browser().get('/live?topics=stuck', { accept: 'text/event-stream' });
    expect(response.status).toBe(303);
  });
});

describe('the hub', () => {
  const hub = () => createLiveHub(desk.service.context);
  const listener = (session: string, end: () => void = () => {}) => ({
    session,
    topics: ['stuck'],
    hear: () => {},
    end,
  });

  test('has room for so many, and ends them all when the service stops', () => {
    const one = hub();
    let ended = 0;
    for (let nth = 0; nth < limits.liveStreamsMax; nth += 1)
      expect(
        one.join(
          listener(`s${nth}`, () => {
            ended += 1;
          }),
        ),
      ).not.toBeNull();
    expect(one.join(listener('late'))).toBeNull();
    one[Symbol.dispose]();
    expect([ended, one.size(), one.join(listener('after'))]).toEqual([limits.liveStreamsMax, 0, null]);
  });
});

describe('topics', () => {
  test('follow from tables that there are', async () => {
    expect(topicsOf(new Set(['incident_note']))).toEqual(['incidents']);
    const known = await desk.service.context.database.engine.introspection.getTables();
    expect(watchedTables.filter((table) => !known.some(({ name }) => name === table))).toEqual([]);
  });
  test('of one thing and of all of its kind concern each other', () => {
    expect([concerns('act:a', 'act'), concerns('act', 'act:a'), concerns('act:a', 'act:b')]).toEqual([
      true,
      true,
      false,
    ]);
  });
  test.each([
    ['/', 'states'],
    ['/?show=refused', 'states'],
    ['/machines/application/1', 'states'],
    ['/machines', 'machines'],
    ['/stuck?cause=x', 'stuck'],
    ['/writebacks/wrb_1', 'writebacks'],
    ['/acts/act_1', 'act:act_1'],
  ])('%s shows %s', (address, topic) => expect(topicOfAddress(address)).toBe(topic));
});
