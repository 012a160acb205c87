// What every bus promises; run by the bus in this process and by NATS.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Bus } from '../../src/bus/port.ts';
import type { Command, FeedEvent, Result } from '../../src/core/delivery/message.ts';

let serial = 0;

/** Ids and connections are new in each test, so that one server serves them all. */
export function newCommand(connection: string, over: Partial<Command> = {}): Command {
  serial += 1;
  return {
    id: `wrb_${process.pid}_${serial}`,
    attempt: 1,
    connection,
    mode: 'apply',
    ttlMs: 30_000,
    ...over,
  };
}

export function newResult(connection: string, over: Partial<Result> = {}): Result {
  serial += 1;
  return {
    id: `wrb_${process.pid}_${serial}`,
    attempt: 1,
    connection,
    mode: 'apply',
    outcome: { kind: 'confirmed' },
    reported: { tookMs: 3 },
    ...over,
  };
}

export function newConnection(): string {
  serial += 1;
  return `vendor-${process.pid}-${serial}`;
}

/** `open` makes a bus whose pause before redelivery is short, on fresh storage. */
export function busContract(open: () => Promise<Bus>): void {
  let bus: Bus;
  let abort: AbortController;

  beforeEach(async () => {
    bus = await open();
    abort = new AbortController();
  });
  afterEach(async () => {
    abort.abort();
    await bus[Symbol.asyncDispose]();
  });

  describe('commands', () => {
    it('reach the worker of their connection and no other', async () => {
      const [mine, other] = [newConnection(), newConnection()];
      const got: Command[] = [];
      const elsewhere: Command[] = [];
      const command = newCommand(mine, { mode: 'confirm', attempt: 3 });
      bus.consumeCommands(mine, 4, async (one) => void got.push(one), abort.signal);
      bus.consumeCommands(other, 4, async (one) => void elsewhere.push(one), abort.signal);
      await bus.publishCommand(command);
      await bus.publishCommand(newCommand(other));
      await vi.waitUntil(() => got.length > 0 && elsewhere.length > 0, { timeout: 5_000 });
      expect(got).toEqual([command]);
      expect(elsewhere.map((one) => one.connection)).toEqual([other]);
    });

    it('wait for a worker that comes later', async () => {
      const connection = newConnection();
      const command = newCommand(connection);
      await bus.publishCommand(command);
      const got: Command[] = [];
      bus.consumeCommands(connection, 1, async (one) => void got.push(one), abort.signal);
      await vi.waitUntil(() => got.length === 1, { timeout: 5_000 });
      expect(got).toEqual([command]);
    });

    it('come again after the handler rejected, at most five times', async () => {
      const connection = newConnection();
      const doomed = newCommand(connection);
      const healed = newCommand(connection);
      const tries = new Map<string, number>();
      const handler = async (one: Command): Promise<void> => {
        const count = (tries.get(one.id) ?? 0) + 1;
        tries.set(one.id, count);
        if (one.id === doomed.id || count < 3) throw new Error('the worker cannot');
      };
      bus.consumeCommands(connection, 4, handler, abort.signal);
      await Promise.all([bus.publishCommand(doomed), bus.publishCommand(healed)]);
      await vi.waitUntil(() => tries.get(doomed.id) === 5 && tries.get(healed.id) === 3, { timeout: 10_000 });
      // Long enough for a sixth delivery, if there were one.
      await sleep(500);
      expect(Object.fromEntries(tries)).toEqual({ [doomed.id]: 5, [healed.id]: 3 });
    });

    it('are worked on at most `concurrency` at a time, and all of them', async () => {
      const connection = newConnection();
      let running = 0;
      let most = 0;
      let done = 0;
      const handler = async (): Promise<void> => {
        running += 1;
        most = Math.max(most, running);
        await sleep(5);
        running -= 1;
        done += 1;
      };
      bus.consumeCommands(connection, 3, handler, abort.signal);
      await Promise.all(Array.from({ length: 60 }, () => bus.publishCommand(newCommand(connection))));
      await vi.waitUntil(() => done === 60, { timeout: 10_000 });
      expect(most).toBe(3);
    });

    it('are shared by two workers of a connection, each to one of them', async () => {
      const connection = newConnection();
      const got: string[][] = [[], []];
      for (const worker of got)
        bus.consumeCommands(connection, 4, async (one) => void worker.push(one.id), abort.signal);
      const commands = Array.from({ length: 40 }, () => newCommand(connection));
      await Promise.all(commands.map((command) => bus.publishCommand(command)));
      await vi.waitUntil(() => got.flat().length >= 40, { timeout: 10_000 });
      expect(got.flat().sort()).toEqual(commands.map((command) => command.id).sort());
    });

    it('published twice for the same attempt arrive once; a new attempt or mode is not swallowed', async () => {
      const connection = newConnection();
      const first = newCommand(connection);
      const got: string[] = [];
      bus.consumeCommands(connection, 1, async (one) => void got.push(`${one.attempt} ${one.mode}`), abort.signal);
      await bus.publishCommand(first);
      await bus.publishCommand(first);
      await vi.waitUntil(() => got.length === 1, { timeout: 5_000 });
      // Done and acknowledged: the id stays known.
      await bus.publishCommand(first);
      await bus.publishCommand({ ...first, attempt: 2 });
      await bus.publishCommand({ ...first, attempt: 2, mode: 'confirm' });
      await vi.waitUntil(() => got.length >= 3, { timeout: 5_000 });
      await sleep(100);
      expect(got).toEqual(['1 apply', '2 apply', '2 confirm']);
    });

    it('stop coming when the signal ends, and the next worker gets them', async () => {
      const connection = newConnection();
      const early: string[] = [];
      const worker = new AbortController();
      bus.consumeCommands(connection, 2, async (one) => void early.push(one.id), worker.signal);
      await bus.publishCommand(newCommand(connection));
      await vi.waitUntil(() => early.length === 1, { timeout: 5_000 });
      worker.abort();
      const late: string[] = [];
      const command = newCommand(connection);
      await bus.publishCommand(command);
      bus.consumeCommands(connection, 2, async (one) => void late.push(one.id), abort.signal);
      await vi.waitUntil(() => late.length === 1, { timeout: 5_000 });
      expect(early).toHaveLength(1);
      expect(late).toEqual([command.id]);
    });
  });

  describe('results', () => {
    it('are handed over in groups, all of them, once', async () => {
      const connection = newConnection();
      const groups: string[][] = [];
      const handler = async (results: Result[]): Promise<void> => {
        groups.push(results.map((result) => result.id));
        await sleep(5);
      };
      bus.consumeResults(handler, abort.signal);
      const results = Array.from({ length: 600 }, () => newResult(connection));
      await Promise.all(results.map((result) => bus.publishResult(result)));
      await vi.waitUntil(() => groups.flat().length >= 600, { timeout: 10_000 });
      expect(groups.flat().sort()).toEqual(results.map((result) => result.id).sort());
      expect(groups.length).toBeLessThan(300);
      expect(Math.max(...groups.map((group) => group.length))).toBeLessThanOrEqual(256);
    });

    it('come again as a whole group when the handler rejects', async () => {
      const results = [
        newResult(newConnection()),
        newResult(newConnection(), { outcome: { kind: 'refused', reason: 'no_such_stage' } }),
      ];
      let rejections = 0;
      const applied = new Map<string, Result>();
      const handler = async (group: Result[]): Promise<void> => {
        rejections += 1;
        if (rejections <= 2) throw new Error('the database is away');
        for (const result of group) applied.set(result.id, result);
      };
      bus.consumeResults(handler, abort.signal);
      for (const result of results) await bus.publishResult(result);
      await vi.waitUntil(() => applied.size === 2, { timeout: 10_000 });
      expect([...applied.values()]).toEqual(expect.arrayContaining(results));
    });

    it('of one attempt count once per outcome', async () => {
      const result = newResult(newConnection());
      const got: string[] = [];
      bus.consumeResults(async (group) => void got.push(...group.map((one) => one.outcome.kind)), abort.signal);
      await bus.publishResult(result);
      await bus.publishResult(result);
      await bus.publishResult({ ...result, outcome: { kind: 'ambiguous', reason: 'timeout' } });
      await vi.waitUntil(() => got.length >= 2, { timeout: 5_000 });
      await sleep(100);
      expect(got.sort()).toEqual(['ambiguous', 'confirmed']);
    });
  });

  it('takes feed events', async () => {
    const event: FeedEvent = {
      specversion: '1.0',
      id: `feed-${newConnection()}`,
      source: '/interlock',
      type: 'interlock.application.moved.v1',
      subject: 'sub_1',
      time: '2026-01-05T10:00:00Z',
      datacontenttype: 'application/json',
      data: { machine: 'application', machineVersion: 1, version: 3, from: 'applied', to: 'screening' },
    };
    await expect(bus.publishFeed('application', event)).resolves.toBeUndefined();
  });

  it('is healthy while open, finishes what is being worked on when closed, and is not healthy afterwards', async () => {
    await bus.checkHealth();
    const connection = newConnection();
    let state = 'not begun';
    const handler = async (): Promise<void> => {
      state = 'begun';
      await sleep(200);
      state = 'done';
    };
    bus.consumeCommands(connection, 1, handler, abort.signal);
    await bus.publishCommand(newCommand(connection));
    await vi.waitUntil(() => state === 'begun', { timeout: 5_000 });
    abort.abort();
    await bus[Symbol.asyncDispose]();
    expect(state).toBe('done');
    await bus[Symbol.asyncDispose]();
    await expect(bus.checkHealth()).rejects.toThrow('closed');
  });
}
