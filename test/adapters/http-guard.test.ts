// Which addresses a vendor call may go to, and that no spelling or DNS trick gets around it.
import type { LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import { describe, expect, test } from 'vitest';
import { BlockedAddressError, createConnector, isPrivateAddress } from '../../src/adapters/http-guard.ts';
import { sandboxApp, startSandboxServer } from '../../src/sandbox/kernel/server.ts';

describe('isPrivateAddress', () => {
  test.each([
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '192.0.2.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '240.0.0.1',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:10.0.0.1',
    '::127.0.0.1',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001::1',
    '2001:db8::1',
    '',
    'localhost',
    '2130706433',
  ])('%s is refused', (address) => expect(isPrivateAddress(address)).toBe(true));

  test.each([
    '8.8.8.8',
    '172.15.255.255',
    '172.32.0.1',
    '100.63.255.255',
    '100.128.0.1',
    '169.253.1.1',
    '192.167.1.1',
    '2606:4700::1111',
    '::ffff:8.8.8.8',
  ])('%s is allowed', (address) => expect(isPrivateAddress(address)).toBe(false));
});

describe('createConnector', () => {
  const answering = (...addresses: string[]): { lookup: LookupFunction; asked: () => number } => {
    let asked = 0;
    const lookup = ((_name: string, options: { all?: boolean }, callback: (...result: unknown[]) => void) => {
      asked += 1;
      if (options.all)
        callback(
          null,
          addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        );
      else callback(null, addresses[0], 4);
    }) as LookupFunction;
    return { lookup, asked: () => asked };
  };

  async function errorOf(url: string, lookup: LookupFunction): Promise<unknown> {
    const agent = new Agent({
      connect: createConnector({ allowPrivateAddresses: false, connectTimeoutMs: 300, lookup }),
    });
    try {
      return await request(url, { dispatcher: agent }).then(
        () => null,
        (error: unknown) => error,
      );
    } finally {
      await agent.destroy();
    }
  }

  test('a name that leads to a private address is refused', async () => {
    const { lookup, asked } = answering('10.0.0.7');
    expect(await errorOf('http://vendor.example', lookup)).toBeInstanceOf(BlockedAddressError);
    expect(asked()).toBe(1);
  });

  test('one private address among public ones is enough', async () => {
    expect(await errorOf('http://vendor.example', answering('8.8.8.8', '127.0.0.1').lookup)).toBeInstanceOf(
      BlockedAddressError,
    );
  });

  test('a literal is refused without asking anybody', async () => {
    const { lookup, asked } = answering('8.8.8.8');
    for (const host of [
      '127.0.0.1',
      '2130706433',
      '0x7f.1',
      '0177.0.0.1',
      '[::ffff:127.0.0.1]',
      '[::1]',
      '169.254.169.254',
      '127.0.0.1.',
    ]) {
      expect(await errorOf(`http://${host}:9`, lookup), host).toBeInstanceOf(BlockedAddressError);
    }
    expect(asked()).toBe(0);
  });

  test('a name that turns private between the check and the connection is refused', async () => {
    const app = sandboxApp();
    let reached = 0;
    app.all('*', (call) => {
      reached += 1;
      return call.text('inside');
    });
    await using server = await startSandboxServer(app);
    let looked = 0;
    const flipping = ((_name: string, _options: object, callback: (...result: unknown[]) => void) => {
      const answered = {
        family: 4,
        get address() {
          looked += 1;
          return looked === 1 ? '8.8.8.8' : '127.0.0.1';
        },
      };
      callback(null, [answered]);
    }) as LookupFunction;
    expect(await errorOf(`http://vendor.example:${new URL(server.url).port}`, flipping)).toBeInstanceOf(
      BlockedAddressError,
    );
    expect(looked).toBeGreaterThan(1);
    expect(reached).toBe(0);
  });
});
