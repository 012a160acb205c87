// The simulator kernel: the same seed gives the same run, reads lag, and webhooks repeat, arrive late and end.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFaultScript } from '../../src/sandbox/kernel/faults.ts';
import { seededRandom } from '../../src/sandbox/kernel/random.ts';
import { type SandboxServer, sandboxApp, startSandboxServer } from '../../src/sandbox/kernel/server.ts';
import { createShelf } from '../../src/sandbox/kernel/shelf.ts';
import { createWebhookEmitter } from '../../src/sandbox/kernel/webhooks.ts';
import { createWriteLog } from '../../src/sandbox/kernel/write-log.ts';

describe('faults', () => {
  const run = (seed: number) => {
    const faults = createFaultScript(seededRandom(seed), { write: { save_nothing: 0.3, slow: 0.2 } });
    return Array.from({ length: 200 }, () => faults.decide('write')?.kind ?? null);
  };

  test('the same seed strikes the same calls, in about the given shares', () => {
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
    const struck = run(1).filter((kind) => kind === 'save_nothing').length;
    expect(struck).toBeGreaterThan(30);
    expect(struck).toBeLessThan(90);
  });

  test('a queued fault goes to the next call of its kind, and once', () => {
    const faults = createFaultScript(seededRandom(1));
    faults.next('html_200', { on: 'read' });
    expect(faults.decide('write')).toBeNull();
    expect(faults.pending()).toBe(1);
    expect(faults.decide('read')?.kind).toBe('html_200');
    expect(faults.decide('read')).toBeNull();
    expect(faults.struck()).toEqual({ html_200: 1 });
  });

  test('a fault that comes in runs befalls as many calls one after the other, and no larger share of all', () => {
    const calls = 200_000;
    const faults = createFaultScript(seededRandom(3));
    faults.setChances('write', { rate_limit: 0.05, slow: 0.04 }, { rate_limit: 32 });
    const runs: number[] = [];
    for (let left = 0, call = 0; call < calls; call += 1) {
      const limited = faults.decide('write')?.kind === 'rate_limit';
      if (limited) left += 1;
      else if (left > 0) {
        runs.push(left);
        left = 0;
      }
    }
    expect(runs.length).toBeGreaterThan(200);
    // Two runs may follow each other without a pause.
    expect(runs.filter((run) => run % 32 !== 0)).toEqual([]);
    const { rate_limit: limits = 0, slow = 0 } = faults.struck();
    expect(limits / calls).toBeGreaterThan(0.045);
    expect(limits / calls).toBeLessThan(0.055);
    expect(slow / (calls - limits)).toBeGreaterThan(0.037);
    expect(slow / (calls - limits)).toBeLessThan(0.043);
  });
});

describe('shelf', () => {
  test('reads lag behind, the log does not', async () => {
    const log = createWriteLog();
    const shelf = createShelf<string>(log, (value) => value.toUpperCase());
    shelf.put('1', 'a', 'hand');
    shelf.put('1', 'b', 'api', 40);
    expect([shelf.visible('1'), shelf.saved('1')]).toEqual(['a', 'b']);
    await expect.poll(() => shelf.visible('1')).toBe('b');
    expect(log.entries('1')).toMatchObject([
      { from: null, to: 'A', by: 'hand' },
      { from: 'A', to: 'B', by: 'api' },
    ]);
    expect(log.entries('2')).toEqual([]);
  });
});

describe('webhooks', () => {
  const got: { id: string; n: number }[] = [];
  let refuse: (n: number) => boolean = () => false;
  let server: SandboxServer;
  beforeAll(async () => {
    const app = sandboxApp();
    app.post('/', async (call) => {
      const { n } = await call.req.json<{ n: number }>();
      if (refuse(n)) return call.json({}, 500);
      got.push({ id: call.req.header('x-id') ?? '', n });
      return call.json({});
    });
    server = await startSandboxServer(app);
  });
  afterAll(() => server.close());

  const emitter = (options: object = {}) => {
    got.length = 0;
    refuse = () => false;
    const made = createWebhookEmitter({
      sign: ({ id }) => ({ 'x-id': id }),
      random: seededRandom(3),
      retryDelaysMs: [2, 2],
      ...options,
    });
    made.target(server.url);
    return made;
  };

  test('delays put them out of order, duplicates keep their id', async () => {
    const webhooks = emitter({ delayMs: { min: 0, max: 60 }, duplicates: 1 });
    for (let n = 0; n < 20; n += 1) webhooks.emit(`id-${n}`, { n });
    await webhooks.drain();
    expect(webhooks.counts()).toEqual({ emitted: 40, sent: 40, accepted: 40, lost: 0 });
    expect(got.map(({ n }) => n)).not.toEqual([...got.map(({ n }) => n)].sort((a, b) => a - b));
    expect(got.every(({ id, n }) => id === `id-${n}`)).toBe(true);
    await webhooks.close();
  });

  test('a refused one is sent again, and given up in the end', async () => {
    const webhooks = emitter();
    let refusals = 0;
    refuse = (n) => {
      if (n === 2) return true;
      refusals += 1;
      return refusals === 1;
    };
    webhooks.emit('1', { n: 1 });
    webhooks.emit('2', { n: 2 });
    await webhooks.drain();
    expect(webhooks.counts()).toEqual({ emitted: 2, sent: 5, accepted: 1, lost: 1 });
    await webhooks.close();
  });

  test('closing drops what waits, and a disabled hook sends nothing', async () => {
    const webhooks = emitter({ delayMs: { min: 60_000, max: 60_000 } });
    webhooks.emit('1', { n: 1 });
    await webhooks.close();
    webhooks.emit('2', { n: 2 });
    expect(webhooks.counts()).toEqual({ emitted: 1, sent: 0, accepted: 0, lost: 0 });
    const disabled = emitter();
    disabled.target(null);
    disabled.emit('3', { n: 3 });
    await disabled.drain();
    expect(disabled.counts().emitted).toBe(0);
  });
});
