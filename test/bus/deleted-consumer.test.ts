// A consumer that was deleted goes on from where it had come to: what was done before is not gone through again, what was not done is.
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { connectNatsBus } from '../../src/bus/nats.ts';
import type { Bus } from '../../src/bus/port.ts';
import { describeNats, type NatsServer, natsServer } from '../support/nats.ts';
import { newCommand, newConnection, newResult } from './contract.ts';

const many = 3_000;

describeNats('a consumer that was deleted', () => {
  let server: NatsServer;
  let stranger: NatsConnection;
  let manager: JetStreamManager;
  let bus: Bus;
  let ending: AbortController;
  beforeAll(async () => {
    server = await natsServer();
    stranger = await connect({ servers: server.url.replace('nats://', '') });
    manager = await jetstreamManager(stranger);
  });
  afterAll(async () => {
    await stranger.close();
    await server.stop();
  });
  beforeEach(async () => {
    bus = await connectNatsBus({ url: server.url, log: () => {}, redeliveryMs: 20, patienceMs: 2_000 });
    ending = new AbortController();
  });
  afterEach(async () => {
    ending.abort();
    await bus[Symbol.asyncDispose]();
  });

  /** Until the server says that so many were acknowledged, and somebody has looked since. */
  const acknowledged = async (stream: string, name: string): Promise<void> => {
    await vi.waitUntil(
      async () => {
        const { num_pending, num_ack_pending } = await manager.consumers.info(stream, name);
        return num_pending === 0 && num_ack_pending === 0;
      },
      { timeout: 10_000 },
    );
    await new Promise((resolve) => setTimeout(resolve, 2_500));
  };

  it('applies no result twice that was acknowledged, and every other one', { timeout: 30_000 }, async () => {
    const connection = newConnection();
    const results = Array.from({ length: many }, () => newResult(connection));
    await Promise.all(results.slice(0, -1).map((one) => bus.publishResult(one)));
    const applied = new Map<string, number>();
    let refuses: string | undefined;
    bus.consumeResults(async (group) => {
      if (group.some(({ id }) => id === refuses)) throw new Error('the database is away');
      for (const { id } of group) applied.set(id, (applied.get(id) ?? 0) + 1);
    }, ending.signal);
    await vi.waitUntil(() => applied.size === many - 1, { timeout: 10_000 });
    await acknowledged('IL_RES', 'core');

    const late = results.at(-1) as (typeof results)[number];
    refuses = late.id;
    await bus.publishResult(late);
    await vi.waitUntil(async () => (await manager.consumers.info('IL_RES', 'core')).num_ack_pending === 1);
    await manager.consumers.delete('IL_RES', 'core');
    refuses = undefined;
    await vi.waitUntil(() => applied.has(late.id), { timeout: 5_000 });
    expect([...applied.values()].filter((times) => times > 1)).toEqual([]);
  });

  it('gives no command again that was carried out, and every other one', { timeout: 30_000 }, async () => {
    const connection = newConnection();
    bus.keepQueue(connection, 4, ending.signal);
    const carried: string[] = [];
    bus.consumeCommands(connection, 4, async (one) => void carried.push(one.id), ending.signal);
    const commands = Array.from({ length: 500 }, () => newCommand(connection));
    await Promise.all(commands.map((one) => bus.publishCommand(one)));
    await vi.waitUntil(() => carried.length === commands.length, { timeout: 10_000 });
    await acknowledged('IL_CMD', connection);
    await manager.consumers.delete('IL_CMD', connection);
    const last = newCommand(connection);
    await bus.publishCommand(last);
    await vi.waitUntil(() => carried.includes(last.id), { timeout: 5_000 });
    expect(carried).toHaveLength(commands.length + 1);
  });

  it('begins at the beginning of a stream that is another one', { timeout: 30_000 }, async () => {
    const connection = newConnection();
    const applied = new Set<string>();
    bus.consumeResults(async (group) => {
      for (const { id } of group) applied.add(id);
    }, ending.signal);
    const before = Array.from({ length: 50 }, () => newResult(connection));
    await Promise.all(before.map((one) => bus.publishResult(one)));
    await vi.waitUntil(() => before.every(({ id }) => applied.has(id)), { timeout: 10_000 });
    await acknowledged('IL_RES', 'core');
    await manager.streams.delete('IL_RES');
    const after = Array.from({ length: 60 }, () => newResult(connection));
    await vi.waitFor(() => Promise.all(after.map((one) => bus.publishResult(one))), { timeout: 15_000, interval: 300 });
    await vi.waitUntil(() => after.every(({ id }) => applied.has(id)), { timeout: 15_000 });
  });
});
