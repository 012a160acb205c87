// Opens the connection to NATS: never gives up reconnecting, notices a frozen server within twelve seconds, refuses servers that cannot do.

import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionOptions, connect, type NatsConnection } from '@nats-io/transport-node';

/** `url`: one or several `nats://[user:password@]host:port`, comma separated; `tls://` asks for TLS. Rejects with a remedy. */
export async function openConnection(url: string, patienceMs: number): Promise<NatsConnection> {
  const options = connectionOptions(url);
  const connection = await connectPatiently(options, patienceMs);
  const version = connection.info?.version ?? '';
  const problem =
    compareVersions(version, '2.9.10') < 0
      ? `is version ${version}; Interlock needs 2.9.10 or newer`
      : connection.info?.jetstream !== true
        ? 'runs without JetStream; start it with --jetstream'
        : null;
  if (problem === null) return connection;
  await connection.close();
  throw new Error(`NATS at ${publicName(url)} ${problem}.`);
}

/** Addresses without credentials, for messages. */
export const publicName = (url: string): string =>
  addressesOf(url)
    .map((address) => address.host)
    .join(', ');

/** What production should know about this server's version, or null. */
export function versionWarning(version: string): string | null {
  const patched = version.startsWith('2.11.')
    ? compareVersions(version, '2.11.16') >= 0
    : compareVersions(version, '2.12.7') >= 0;
  return patched
    ? null
    : `nats-server ${version} has published security advisories: production wants 2.12.7 or newer (or 2.11.16)`;
}

function connectionOptions(url: string): ConnectionOptions {
  const addresses = addressesOf(url);
  const first = addresses[0];
  const user = first ? decodeURIComponent(first.username) : '';
  const password = first ? decodeURIComponent(first.password) : '';
  return {
    servers: addresses.map((address) => address.host),
    name: 'interlock',
    timeout: 5_000,
    // The client's own limit of 10 tries closes the connection for good.
    maxReconnectAttempts: -1,
    // Else the second refusal of the credentials, as in a rotation, closes it for good as well.
    ignoreAuthErrorAbort: true,
    reconnectTimeWait: 500,
    reconnectJitter: 250,
    reconnectJitterTLS: 250,
    // The client's own two minutes let a frozen server go unnoticed for up to six; this is at most twelve seconds.
    pingInterval: 4_000,
    maxPingOut: 2,
    ...(first?.protocol === 'tls:' ? { tls: {} } : {}),
    // A user without a password is a token, as everywhere with NATS.
    ...(user === '' ? {} : password === '' ? { token: user } : { user, pass: password }),
  };
}

function addressesOf(url: string): URL[] {
  const parts = url.split(',').map((part) => part.trim());
  return parts.map((part) => {
    const address = parse(part);
    if (address === null || !['nats:', 'tls:'].includes(address.protocol) || address.hostname === '') {
      throw new Error(
        'NATS_URL is not an address. Write nats://host:4222, or tls://user:password@host:4222; several are separated by commas.',
      );
    }
    if (address.port === '') address.port = '4222';
    return address;
  });
}

/** Services of one deployment start in any order: an absent server is tried again until `patienceMs` is over. */
async function connectPatiently(options: ConnectionOptions, patienceMs: number): Promise<NatsConnection> {
  for (const until = Date.now() + patienceMs; ; await sleep(200)) {
    try {
      return await connect(options);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const credentials = /authori[sz]ation|authentication|permission/i.test(reason);
      if (Date.now() < until && !credentials) continue;
      const remedy = credentials
        ? 'Check the user and password in NATS_URL.'
        : 'Start it, correct NATS_URL, or unset NATS_URL to run without.';
      throw new Error(`NATS at ${String(options.servers)} cannot be used (${reason}). ${remedy}`);
    }
  }
}

function compareVersions(a: string, b: string): number {
  const left = a.split(/[.-]/).map(Number);
  const right = b.split(/[.-]/).map(Number);
  for (let at = 0; at < 3; at += 1) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function parse(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
