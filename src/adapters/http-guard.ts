// Keeps vendor calls out of private networks: refuses by address, before and after connecting.
import dns from 'node:dns';
import { createRequire } from 'node:module';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { buildConnector } from 'undici';

const require = createRequire(import.meta.url);

/** Read at the first call to a vendor: it is large, and no start should wait for it. */
export const undici = (): typeof import('undici') => require('undici') as typeof import('undici');

/** The address is private, or the name leads to one. Nothing was sent. */
export class BlockedAddressError extends Error {
  override name = 'BlockedAddressError';
}

/** No connection came about. Nothing was sent. */
export class NotConnectedError extends Error {
  override name = 'NotConnectedError';
}

export interface ConnectorOptions {
  allowPrivateAddresses: boolean;
  connectTimeoutMs: number;
  /** Name resolution, as `dns.lookup`. */
  lookup?: LookupFunction;
}

/**
 * A connector for undici's Agent. Literals are checked as they stand (they are never looked up), names by every address
 * they resolve to, and the socket by its remote end: a name that changes its mind between two look-ups gains nothing.
 * Every error it gives is one of the two above.
 */
export function createConnector({
  allowPrivateAddresses,
  connectTimeoutMs,
  lookup = dns.lookup as LookupFunction,
}: ConnectorOptions): buildConnector.connector {
  const resolve = allowPrivateAddresses ? lookup : guardedLookup(lookup);
  const connect = undici().buildConnector({
    timeout: connectTimeoutMs,
    lookup: resolve,
  } as buildConnector.BuildOptions);
  return (options, callback) => {
    const host = options.hostname.replace(/^\[|\]$/g, '');
    if (!allowPrivateAddresses && isIP(host) !== 0 && isPrivateAddress(host))
      return void callback(new BlockedAddressError(), null);
    connect(options, (error, socket) => {
      if (error)
        return void callback(error instanceof BlockedAddressError ? error : new NotConnectedError(error.message), null);
      if (allowPrivateAddresses || !isPrivateAddress(socket.remoteAddress ?? '')) return void callback(null, socket);
      socket.destroy();
      callback(new BlockedAddressError(), null);
    });
  };
}

/** True for an address that is not on the public internet, and for text that is no address. */
export function isPrivateAddress(address: string): boolean {
  const bare = address.split('%')[0] ?? '';
  const family = isIP(bare);
  return family === 0 || privateRanges.check(bare, family === 4 ? 'ipv4' : 'ipv6');
}

function guardedLookup(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) =>
    lookup(hostname, options, (error, found, family) => {
      if (error) return callback(error, found, family);
      const addresses = Array.isArray(found) ? found.map((one) => one.address) : [found];
      if (addresses.some(isPrivateAddress)) return callback(new BlockedAddressError(), found, family);
      callback(null, found, family);
    });
}

const privateRanges = blockList(
  [
    // this host, private use, shared (CGNAT), loopback, link-local with the cloud metadata address
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.168.0.0', 16],
    // protocol assignments, documentation, 6to4 relays, benchmarks, multicast, reserved and broadcast
    ['192.0.0.0', 24],
    ['192.0.2.0', 24],
    ['192.88.99.0', 24],
    ['198.18.0.0', 15],
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
    ['224.0.0.0', 4],
    ['240.0.0.0', 4],
  ],
  [
    // unspecified, loopback and IPv4-compatible; IPv4-mapped ones are checked by their IPv4 part
    ['::', 96],
    // translation (NAT64), discard, Teredo and other assignments, documentation, 6to4
    ['64:ff9b::', 96],
    ['64:ff9b:1::', 48],
    ['100::', 64],
    ['2001::', 23],
    ['2001:db8::', 32],
    ['2002::', 16],
    // unique local, link-local, site-local, multicast
    ['fc00::', 7],
    ['fe80::', 10],
    ['fec0::', 10],
    ['ff00::', 8],
  ],
);

function blockList(v4: [string, number][], v6: [string, number][]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of v4) list.addSubnet(network, prefix, 'ipv4');
  for (const [network, prefix] of v6) list.addSubnet(network, prefix, 'ipv6');
  return list;
}
