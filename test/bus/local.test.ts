// The bus in this process keeps the contract, and its queues are bounded.
import { describe, expect, it } from 'vitest';
import { createLocalBus } from '../../src/bus/local.ts';
import { createLocalQueue } from '../../src/bus/local-queue.ts';
import { busContract, newCommand, newConnection } from './contract.ts';

describe('the local bus', () => {
  busContract(async () => createLocalBus({ log: () => {}, redeliveryMs: 5 }));

  it('refuses a message of the wrong shape when it is published', async () => {
    await using bus = createLocalBus({ log: () => {} });
    await expect(bus.publishCommand({ ...newCommand(newConnection()), attempt: 0 })).rejects.toThrow();
  });

  it('refuses more than its queue holds, and says what to look at', () => {
    const queue = createLocalQueue<number>({
      name: 'commands of nobody',
      idOf: String,
      redeliveryMs: 1,
      log: () => {},
    });
    const fill = (): void => {
      for (let at = 0; at < 1_000_000; at += 1) queue.publish(at);
    };
    expect(fill).toThrow(/The queue of commands of nobody is full .*Is a worker running/);
  });
});
