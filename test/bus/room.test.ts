// The stream of results fills up while only workers outside publish to it: Interlock makes room before it is full.
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { expect, it, vi } from 'vitest';
import { connectNatsBus } from '../../src/bus/nats.ts';
import { messageBytesMax, streamBytesMax } from '../../src/bus/topology.ts';
import { describeNats, natsServer } from '../support/nats.ts';

describeNats('a stream of results that fills up', () => {
  it('is emptied of what was applied', { timeout: 60_000 }, async () => {
    await using server = await natsServer(`jetstream { max_file_store: ${streamBytesMax} }`);
    await using bus = await connectNatsBus({ url: server.url, log: () => {}, patienceMs: 2_000 });
    const outside = await connect({ servers: server.url.replace('nats://', '') });
    const manager = await jetstreamManager(outside);
    const stop = new AbortController();
    // Nobody can apply these, so they are put away at once, as applied ones are.
    bus.consumeResults(async () => {}, stop.signal);
    const { max_bytes: bytesMax } = (await manager.streams.info('IL_RES')).config;
    const body = new Uint8Array(messageBytesMax - 1_024);
    const enough = Math.ceil(bytesMax / 2 / body.length) + 20;
    for (let sent = 0; sent < enough; sent += 50)
      await Promise.all(
        Array.from({ length: 50 }, (_, at) => jetstream(outside).publish(`il.res.outside.wrb_${sent + at}`, body)),
      );
    const stateNow = async () => (await manager.streams.info('IL_RES')).state;
    await vi.waitUntil(async () => (await stateNow()).first_seq > 1, { timeout: 30_000, interval: 200 });
    const { bytes, last_seq: last } = await stateNow();
    expect(bytes).toBeLessThan(bytesMax / 2);
    expect(last).toBeGreaterThanOrEqual(enough);
    stop.abort();
    await outside.close();
  });
});
