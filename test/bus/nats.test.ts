// NATS keeps the contract, and what only a server can suffer (kill, lost volume, freeze) harms nobody for long.
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectNatsBus } from '../../src/bus/nats.ts';
import { versionWarning } from '../../src/bus/nats-connection.ts';
import type { Bus } from '../../src/bus/port.ts';
import type { Command, Result } from '../../src/core/delivery/message.ts';
import { describeNats, type NatsServer, natsServer } from '../support/nats.ts';
import { busContract, newCommand, newConnection, newResult } from './contract.ts';

const said: string[] = [];
const openBus = (server: NatsServer): Promise<Bus> =>
  connectNatsBus({ url: server.url, log: (line) => said.push(line), redeliveryMs: 20, patienceMs: 2_000 });

describeNats('the bus on NATS', () => {
  let server: NatsServer;
  beforeAll(async () => {
    server = await natsServer();
  });
  afterAll(() => server.stop());

  busContract(() => openBus(server));

  it('drops malformed messages, counts them, and goes on with the good ones', async () => {
    await using bus = await openBus(server);
    const abort = new AbortController();
    const connection = newConnection();
    const got: Command[] = [];
    const results: Result[] = [];
    const stranger = await connect({ servers: server.url.replace('nats://', '') });
    const good = newCommand(connection);
    const result = newResult(connection);
    stranger.publish(`il.cmd.${connection}.x`, 'not json');
    stranger.publish(`il.cmd.${connection}.y`, JSON.stringify({ ...good, mode: 'explode' }));
    stranger.publish(`il.res.${connection}.x`, JSON.stringify({ outcome: { kind: 'confirmed' } }));
    await stranger.flush();
    await bus.publishCommand(good);
    await bus.publishResult(result);
    bus.consumeCommands(connection, 1, async (one) => void got.push(one), abort.signal);
    bus.consumeResults(async (group) => void results.push(...group), abort.signal);
    await vi.waitUntil(() => got.length === 1 && results.some((one) => one.id === result.id), { timeout: 5_000 });
    expect(got).toEqual([good]);
    expect(said.filter((line) => line.includes(`il.cmd.${connection}`) && line.includes('malformed'))).toHaveLength(2);
    const manager = await jetstreamManager(stranger);
    await vi.waitUntil(async () => (await manager.consumers.info('IL_CMD', connection)).num_ack_pending === 0, {
      timeout: 5_000,
    });
    await stranger.close();
    abort.abort();
  });

  it('declares the streams and consumers it needs, and does not fight over what it left open', async () => {
    await using bus = await openBus(server);
    const abort = new AbortController();
    const connection = newConnection();
    bus.consumeCommands(connection, 7, async () => {}, abort.signal);
    const stranger = await connect({ servers: server.url.replace('nats://', '') });
    const manager = await jetstreamManager(stranger);
    const commands = (await manager.streams.info('IL_CMD')).config;
    expect(commands).toMatchObject({
      subjects: ['il.cmd.>'],
      retention: 'limits',
      discard: 'new',
      storage: 'file',
      max_msg_size: 262_144,
      duplicate_window: 600e9,
    });
    const consumer = await vi.waitFor(async () => (await manager.consumers.info('IL_CMD', connection)).config, {
      timeout: 5_000,
    });
    expect(consumer).toMatchObject({
      ack_policy: 'explicit',
      ack_wait: 20e9,
      max_deliver: 5,
      max_ack_pending: 7,
      filter_subject: `il.cmd.${connection}.>`,
    });
    await manager.streams.update('IL_CMD', { ...commands, max_bytes: 1_000_000 });
    await using second = await openBus(server);
    expect(second.kind).toBe('nats');
    expect((await manager.streams.info('IL_CMD')).config.max_bytes).toBe(commands.max_bytes);
    await stranger.close();
    abort.abort();
  });

  it('has the server remember a few subjects of a connection, not one for each message', async () => {
    await using bus = await openBus(server);
    const connection = newConnection();
    for (let sent = 0; sent < 30; sent += 1) {
      await bus.publishCommand(newCommand(connection, { mode: sent % 2 ? 'apply' : 'confirm' }));
      await bus.publishResult(newResult(connection));
    }
    const stranger = await connect({ servers: server.url.replace('nats://', '') });
    const manager = await jetstreamManager(stranger);
    const kept = async (stream: string, filter: string) =>
      (await manager.streams.info(stream, { subjects_filter: filter })).state.subjects;
    expect(await kept('IL_CMD', `il.cmd.${connection}.>`)).toEqual({
      [`il.cmd.${connection}.apply`]: 15,
      [`il.cmd.${connection}.confirm`]: 15,
    });
    expect(await kept('IL_RES', `il.res.${connection}.>`)).toEqual({ [`il.res.${connection}.confirmed`]: 30 });
    await stranger.close();
  });

  it('makes room in a full stream by deleting what is acknowledged', async () => {
    await using bus = await openBus(server);
    const abort = new AbortController();
    const connection = newConnection();
    let done = 0;
    const handler = async (group: Result[]): Promise<void> => {
      done += group.length;
    };
    bus.consumeResults(handler, abort.signal);
    await bus.publishResult(newResult(connection));
    await vi.waitUntil(() => done > 0, { timeout: 5_000 });
    const stranger = await connect({ servers: server.url.replace('nats://', '') });
    const manager = await jetstreamManager(stranger);
    const { state, config } = await manager.streams.info('IL_RES');
    await manager.streams.update('IL_RES', { ...config, max_bytes: state.bytes + 50 });
    await vi.waitUntil(async () => (await manager.consumers.info('IL_RES', 'core')).num_ack_pending === 0, {
      timeout: 5_000,
    });
    await bus.publishResult(newResult(connection));
    expect((await manager.streams.info('IL_RES')).state.messages).toBeLessThan(state.messages + 1);
    await manager.streams.update('IL_RES', config);
    await stranger.close();
    abort.abort();
  });
});

describeNats('a NATS that suffers', () => {
  let server: NatsServer;
  let bus: Bus;
  let abort: AbortController;
  beforeEach(async () => {
    server = await natsServer();
    bus = await openBus(server);
    abort = new AbortController();
  });
  afterEach(async () => {
    abort.abort();
    await bus[Symbol.asyncDispose]();
    await server.stop();
  });

  /** As the dispatcher does: the same attempt again until it is known to be stored. */
  async function publishUntilTaken(command: Command): Promise<void> {
    await vi.waitUntil(
      () =>
        bus.publishCommand(command).then(
          () => true,
          () => false,
        ),
      { timeout: 20_000, interval: 50 },
    );
  }

  it('loses no acknowledged command over kill -9 and a restart', async () => {
    const connection = newConnection();
    const got = new Set<string>();
    bus.consumeCommands(connection, 8, async (one) => void got.add(one.id), abort.signal);
    const commands = Array.from({ length: 300 }, () => newCommand(connection));
    const publishing = Promise.all(
      commands.map((command, at) =>
        at < 100
          ? bus.publishCommand(command)
          : vi.waitUntil(() => got.size > at - 100).then(() => publishUntilTaken(command)),
      ),
    );
    publishing.catch(() => {});
    await vi.waitUntil(() => got.size > 20, { timeout: 5_000 });
    await server.kill9();
    await server.restart();
    await vi.waitUntil(() => got.size >= 90, { timeout: 15_000 });
    await Promise.all(commands.map(publishUntilTaken));
    await vi.waitUntil(() => got.size === 300, { timeout: 15_000 });
    await bus.checkHealth();
  });

  it('tells when its data is gone, and is usable again within ten seconds', async () => {
    const connection = newConnection();
    let told = 0;
    const got: string[] = [];
    bus.onAmnesia(() => {
      told += 1;
    });
    bus.consumeCommands(connection, 2, async (one) => void got.push(one.id), abort.signal);
    await bus.publishCommand(newCommand(connection));
    await vi.waitUntil(() => got.length === 1, { timeout: 5_000 });
    await server.kill9();
    server.deleteData();
    await server.restart();
    const before = performance.now();
    const command = newCommand(connection);
    await publishUntilTaken(command);
    await vi.waitUntil(() => told > 0 && got.includes(command.id), { timeout: 10_000 });
    expect(performance.now() - before).toBeLessThan(10_000);
    expect(told).toBe(1);
  });

  it('tells when a stream was deleted under it, without any loss of connection', async () => {
    const told = vi.fn();
    bus.onAmnesia(told);
    const stranger = await connect({ servers: server.url.replace('nats://', '') });
    await (await jetstreamManager(stranger)).streams.delete('IL_CMD');
    await vi.waitUntil(() => told.mock.calls.length > 0, { timeout: 10_000 });
    await bus.publishCommand(newCommand(newConnection()));
    await stranger.close();
  });

  it('is unhealthy within two seconds while frozen, and goes on after it thaws', async () => {
    const connection = newConnection();
    const got: string[] = [];
    bus.consumeCommands(connection, 2, async (one) => void got.push(one.id), abort.signal);
    await bus.checkHealth();
    server.freeze();
    const before = performance.now();
    await expect(bus.checkHealth()).rejects.toThrow(/NATS/);
    expect(performance.now() - before).toBeLessThan(3_000);
    server.thaw();
    await vi.waitUntil(
      () =>
        bus.checkHealth().then(
          () => true,
          () => false,
        ),
      { timeout: 10_000 },
    );
    const command = newCommand(connection);
    await publishUntilTaken(command);
    await vi.waitUntil(() => got.includes(command.id), { timeout: 10_000 });
  });

  it('has its consumer set up again when somebody deletes it', async () => {
    const connection = newConnection();
    const got: string[] = [];
    bus.consumeCommands(connection, 2, async (one) => void got.push(one.id), abort.signal);
    await bus.publishCommand(newCommand(connection));
    await vi.waitUntil(() => got.length === 1, { timeout: 5_000 });
    const stranger = await connect({ servers: server.url.replace('nats://', '') });
    await (await jetstreamManager(stranger)).consumers.delete('IL_CMD', connection);
    const command = newCommand(connection);
    await bus.publishCommand(command);
    await vi.waitUntil(() => got.includes(command.id), { timeout: 15_000 });
    await stranger.close();
  });
});

describe('an address that cannot be used', () => {
  it('is refused with a remedy and without its password', async () => {
    const refused = connectNatsBus({ url: 'nats://somebody:sesame@127.0.0.1:1', log: () => {}, patienceMs: 0 });
    await expect(refused).rejects.toThrow(/NATS at 127\.0\.0\.1:1 cannot be used .*unset NATS_URL/);
    await expect(refused).rejects.not.toThrow('sesame');
    await expect(connectNatsBus({ url: 'http://example.org', log: () => {} })).rejects.toThrow(
      'NATS_URL is not an address',
    );
  });

  it.each([
    ['2.9.10', true],
    ['2.11.15', true],
    ['2.11.16', false],
    ['2.12.6', true],
    ['2.12.7', false],
    ['2.14.0', false],
  ])('warns about nats-server %s: %s', (version, warns) => {
    expect(versionWarning(version) !== null).toBe(warns);
  });
});
