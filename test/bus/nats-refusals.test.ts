// Commands that NATS refused or left without an answer: said once when it takes commands again, so that nothing waits for a lease to end.
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { connectNatsBus } from '../../src/bus/nats.ts';
import type { Bus } from '../../src/bus/port.ts';
import { describeNats, type NatsServer, natsServer } from '../support/nats.ts';
import { newCommand, newConnection } from './contract.ts';

describeNats('after commands were refused', () => {
  let server: NatsServer;
  let bus: Bus;
  const told = vi.fn();
  beforeEach(async () => {
    told.mockClear();
    server = await natsServer();
    bus = await connectNatsBus({ url: server.url, log: () => {} });
    bus.onAmnesia(told);
  });
  afterEach(async () => {
    await bus[Symbol.asyncDispose]();
    await server.stop();
  });
  const publish = () => bus.publishCommand(newCommand(newConnection()));

  it('by a full stream, others are not asked of it each time, and it is said when there is room again', async () => {
    await publish();
    const stranger = await connect({ servers: server.url.replace('nats://', '') });
    const manager = await jetstreamManager(stranger);
    const { state, config } = await manager.streams.info('IL_CMD');
    await manager.streams.update('IL_CMD', { ...config, max_bytes: state.bytes + 10 });
    let asked = 0;
    stranger.subscribe('$JS.API.CONSUMER.LIST.IL_CMD', {
      callback: () => {
        asked += 1;
      },
    });
    await stranger.flush();
    for (let round = 0; round < 20; round += 1) await expect(publish()).rejects.toThrow('is full');
    await stranger.flush();
    expect(asked).toBeLessThan(5);
    expect(told).not.toHaveBeenCalled();
    await manager.streams.update('IL_CMD', config);
    await publish();
    await vi.waitUntil(() => told.mock.calls.length === 1, { timeout: 2_000 });
    await publish();
    expect(told).toHaveBeenCalledTimes(1);
    await stranger.close();
  });

  it('by a server that was away, it is said as soon as it is back, without another command', {
    timeout: 40_000,
  }, async () => {
    await publish();
    await server.kill9();
    await expect(publish()).rejects.toThrow('NATS did not confirm');
    expect(told).not.toHaveBeenCalled();
    await server.restart();
    const from = performance.now();
    await vi.waitUntil(() => told.mock.calls.length > 0, { timeout: 10_000 });
    expect(performance.now() - from).toBeLessThan(3_000);
  });
});
