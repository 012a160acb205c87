// A connection to an SFTP server that keeps to the rule of all vendor calls: no private address, unless the connection allows it.
import { lookup } from 'node:dns/promises';
import { connect, type Socket } from 'node:net';
import { FileFault } from '../files.ts';
import { isPrivateAddress } from '../http-guard.ts';

export interface SocketOptions {
  host: string;
  port: number;
  allowPrivate: boolean;
  timeoutMs: number;
}

/** Connected. The name is looked up once, and the very address that was checked is called. Throws `FileFault`. */
export async function guardedSocket({ host, port, allowPrivate, timeoutMs }: SocketOptions): Promise<Socket> {
  const found = await lookup(host, { all: true, verbatim: true }).catch(() => []);
  const addresses = found.map((one) => one.address);
  if (addresses.length === 0) throw new FileFault('unreachable');
  if (!allowPrivate && addresses.some(isPrivateAddress)) throw new FileFault('blocked_address');
  const socket = connect({ host: addresses[0] ?? '', port });
  try {
    await connected(socket, timeoutMs);
  } catch {
    socket.destroy();
    throw new FileFault('unreachable');
  }
  if (!allowPrivate && isPrivateAddress(socket.remoteAddress ?? '')) {
    socket.destroy();
    throw new FileFault('blocked_address');
  }
  return socket;
}

const connected = (socket: Socket, timeoutMs: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('timeout')), timeoutMs);
    socket.once('connect', resolve).once('error', reject);
    socket.once('close', () => clearTimeout(timer)).once('connect', () => clearTimeout(timer));
  });
