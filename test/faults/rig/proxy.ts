// A TCP proxy between two parts of the system, whose network can be made slow, silent, broken, or cut at a chosen byte while it runs.
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import type { Random } from '../../../src/sandbox/kernel/random.ts';

export type ProxyMode =
  | { kind: 'pass' }
  /** Every piece, either way, comes between so many ms later; order is kept. */
  | { kind: 'delay'; minMs: number; maxMs: number }
  | { kind: 'throttle'; bytesPerSecond: number }
  /** Accepts, and forwards nothing. A connection that lost bytes stays dead afterwards, as after a lost NAT entry. */
  | { kind: 'black_hole' }
  /** Every connection is reset as soon as it is made. */
  | { kind: 'refuse' };

export interface TcpProxy extends AsyncDisposable {
  port: number;
  set(mode: ProxyMode): void;
  /** Resets every open connection, both sides. Gives how many. */
  reset(): number;
  /** Ends one direction of every open connection: towards the client or towards the server. */
  halfClose(towards: 'client' | 'server'): number;
  /** The next connection is reset when the server has sent so many bytes on it. */
  cutAfter(bytes: number): void;
  /** Swallows the next `times` pieces of the server's stream that hold the pattern, and resets the connection. */
  dropReply(pattern: Buffer, times: number): void;
  /**
   * What clients send on the next `times` connections reaches the server twice, on two connections; the second's answers are dropped.
   * 0 ends it, on connections that are open as well.
   */
  duplicate(times: number): void;
  /** Back to `pass`, nothing armed; how often each act struck stays. `given_up`: connections in a black hole that their client closed. */
  heal(): void;
  struck(): Readonly<Record<string, number>>;
  connections(): number;
}

/** In Postgres's protocol: the server says that COMMIT is done. */
export const commitReply: Buffer = Buffer.from([0x43, 0, 0, 0, 11, ...Buffer.from('COMMIT\0')]);

interface Armed {
  mode: ProxyMode;
  cutAfter: number | null;
  drop: { pattern: Buffer; times: number } | null;
  duplicates: number;
}

interface Pair {
  client: Socket;
  server: Socket;
  /** Where all that the client sends goes as well. */
  copy: Socket | null;
  /** Bytes were lost on it: nothing more passes. */
  dead: boolean;
  cutAfter: number | null;
  fromServer: number;
  reset(): void;
}

/** Listens on a free port of this machine, or the given one, and forwards to `to` on 127.0.0.1. */
export async function startProxy(to: () => number, random: Random, port = 0): Promise<TcpProxy> {
  const armed: Armed = { mode: { kind: 'pass' }, cutAfter: null, drop: null, duplicates: 0 };
  const counts: Record<string, number> = {};
  const pairs = new Set<Pair>();
  const strike = (name: string): void => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) =>
    join(client, to(), { armed, pairs, random, strike }),
  );
  await listen(server, port);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port');
  const duplicate = (times: number): void => {
    armed.duplicates = times;
    if (times === 0) for (const { copy } of pairs) copy?.destroy();
  };
  const reset = (): number => {
    const open = [...pairs];
    for (const pair of open) pair.reset();
    if (open.length > 0) strike('reset');
    return open.length;
  };
  return {
    port: address.port,
    set(mode) {
      armed.mode = mode;
      if (mode.kind !== 'pass') strike(mode.kind);
    },
    reset,
    halfClose(towards) {
      for (const pair of pairs) pair[towards].end();
      strike(`half_close_${towards}`);
      return pairs.size;
    },
    cutAfter: (bytes) => void Object.assign(armed, { cutAfter: bytes }),
    dropReply: (pattern, times) => void Object.assign(armed, { drop: { pattern, times } }),
    duplicate,
    heal() {
      Object.assign(armed, { mode: { kind: 'pass' }, cutAfter: null, drop: null });
      duplicate(0);
    },
    struck: () => ({ ...counts }),
    connections: () => pairs.size,
    async [Symbol.asyncDispose]() {
      for (const pair of [...pairs]) pair.reset();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Surroundings {
  armed: Armed;
  pairs: Set<Pair>;
  random: Random;
  strike(name: string): void;
}

function join(client: Socket, port: number, around: Surroundings): void {
  const { armed, pairs, strike } = around;
  client.on('error', () => {});
  if (armed.mode.kind === 'refuse') return void client.resetAndDestroy();
  const server = createConnection({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  const copy = armed.duplicates > 0 ? createConnection({ port, host: '127.0.0.1' }) : null;
  if (copy) {
    armed.duplicates -= 1;
    strike('duplicate');
    copy.on('error', () => {}).resume();
  }
  const pair: Pair = {
    client,
    server,
    copy,
    dead: false,
    cutAfter: armed.cutAfter,
    fromServer: 0,
    reset() {
      pairs.delete(pair);
      for (const socket of [client, server, copy]) if (socket && !socket.destroyed) breakOff(socket);
    },
  };
  armed.cutAfter = null;
  pairs.add(pair);
  for (const socket of [client, server]) {
    socket.on('error', () => {
      if (pair.dead && socket === client) strike('given_up');
      pair.reset();
    });
    socket.on('close', () => {
      if (!client.destroyed || !server.destroyed) return;
      pairs.delete(pair);
      copy?.destroy();
    });
  }
  const towardsServer = [server, ...(copy ? [copy] : [])];
  pump(client, towardsServer, pair, around, () => true);
  pump(server, [client], pair, around, (piece) => mayPass(pair, piece, around));
}

/** A socket that is being ended cannot be reset any more: Node would destroy it and leave its handle open for ever. */
const breakOff = (socket: Socket): void => void (socket.writableEnded ? socket.destroy() : socket.resetAndDestroy());

/** False when this piece of the server's stream is where the connection is to break. */
function mayPass(pair: Pair, piece: Buffer, { armed, strike }: Surroundings): boolean {
  pair.fromServer += piece.length;
  if (armed.drop && armed.drop.times > 0 && piece.includes(armed.drop.pattern)) {
    armed.drop.times -= 1;
    strike('drop_reply');
    return false;
  }
  if (pair.cutAfter === null || pair.fromServer <= pair.cutAfter) return true;
  strike('cut_after');
  return false;
}

function pump(from: Socket, to: Socket[], pair: Pair, around: Surroundings, passes: (piece: Buffer) => boolean): void {
  let lastAt = 0;
  /** Runs now, or later and after what came before. */
  const inTurn = (delayMs: number, work: () => void): void => {
    const now = performance.now();
    lastAt = Math.max(lastAt, now) + delayMs;
    if (lastAt <= now) work();
    else setTimeout(work, lastAt - now);
  };
  from.on('data', (piece: Buffer) => {
    if (around.armed.mode.kind === 'black_hole') pair.dead = true;
    if (pair.dead) return;
    if (!passes(piece)) return pair.reset();
    inTurn(delayOf(around, piece.length), () => {
      for (const socket of to) if (!socket.destroyed && socket.writable) socket.write(piece);
    });
  });
  // Nothing more can come or go; a connection that fell into a black hole is not told so.
  from.on('close', () => {
    if (pair.dead) return;
    inTurn(0, () => {
      for (const socket of to) if (!socket.destroyed) socket.destroySoon();
    });
  });
  from.on('end', () => {
    // In a black hole nobody hears of it; that the client gave up is what a test wants to know.
    if (pair.dead) {
      if (from === pair.client) around.strike('given_up');
      return;
    }
    inTurn(0, () => {
      for (const socket of to) if (!socket.destroyed) socket.end();
    });
  });
}

function delayOf({ armed, random }: Surroundings, bytes: number): number {
  if (armed.mode.kind === 'delay') return random.integer(armed.mode.minMs, armed.mode.maxMs) / 2;
  return armed.mode.kind === 'throttle' ? (bytes / armed.mode.bytesPerSecond) * 1_000 : 0;
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
}
