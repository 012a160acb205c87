// The proxy itself: every way in which it breaks a network, seen from both ends.
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { seededRandom } from '../../../src/sandbox/kernel/random.ts';
import { until } from '../../support/hiring-office.ts';
import { commitReply, startProxy, type TcpProxy } from './proxy.ts';

let echo: Server;
let proxy: TcpProxy;
/** What the server got, and how its connections ended. */
let got: string[];
let serverSockets: Socket[];

beforeEach(async () => {
  got = [];
  serverSockets = [];
  echo = createServer({ allowHalfOpen: true }, (socket) => {
    serverSockets.push(socket);
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    socket.on('data', (piece: Buffer) => {
      got.push(piece.toString());
      socket.write(piece);
    });
  });
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  const { port } = echo.address() as { port: number };
  proxy = await startProxy(() => port, seededRandom(1));
});
afterEach(async () => {
  await proxy[Symbol.asyncDispose]();
  for (const socket of serverSockets) socket.destroy();
  await new Promise((resolve) => echo.close(resolve));
});

interface End {
  socket: Socket;
  heard(): string;
  failure(): string | null;
  ended(): boolean;
}

function connect(): End {
  const socket = createConnection({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
  let heard = '';
  let failure: string | null = null;
  let ended = false;
  socket.on('data', (piece: Buffer) => {
    heard += piece.toString();
  });
  socket.on('error', (error) => {
    failure = (error as { code?: string }).code ?? 'error';
  });
  socket.on('end', () => {
    ended = true;
  });
  return { socket, heard: () => heard, failure: () => failure, ended: () => ended };
}

async function greeted(text = 'hello'): Promise<End> {
  const end = connect();
  end.socket.write(text);
  await until(async () => end.heard() === text);
  return end;
}

test('passes bytes both ways, and ends', async () => {
  const end = await greeted();
  end.socket.destroy();
  await until(async () => proxy.connections() === 0);
});

test('delay keeps order', async () => {
  proxy.set({ kind: 'delay', minMs: 20, maxMs: 60 });
  const end = connect();
  const from = performance.now();
  for (const word of ['a', 'b', 'c', 'd', 'e']) {
    end.socket.write(word);
    await sleep(1);
  }
  await until(async () => end.heard() === 'abcde');
  expect(performance.now() - from).toBeGreaterThan(20);
});

test('throttle lets so many bytes through', async () => {
  proxy.set({ kind: 'throttle', bytesPerSecond: 10_000 });
  const end = connect();
  const from = performance.now();
  end.socket.write('x'.repeat(2_000));
  await until(async () => end.heard().length === 2_000);
  expect(performance.now() - from).toBeGreaterThan(300);
});

test('a black hole swallows; what it touched stays dead, new connections live', async () => {
  const old = await greeted();
  proxy.set({ kind: 'black_hole' });
  old.socket.write('lost');
  const during = connect();
  during.socket.write('lost too');
  await sleep(50);
  proxy.heal();
  old.socket.write('still lost');
  await greeted('alive');
  expect([old.heard(), during.heard()]).toEqual(['hello', '']);
  expect([old.failure(), during.failure()]).toEqual([null, null]);
  expect(got).toEqual(['hello', 'alive']);
});

test('reset is seen by both ends', async () => {
  const end = await greeted();
  expect(proxy.reset()).toBe(1);
  await until(async () => end.failure() === 'ECONNRESET' && serverSockets[0]?.destroyed === true);
});

test('refuse resets every new connection', async () => {
  proxy.set({ kind: 'refuse' });
  const end = connect();
  end.socket.write('hello');
  await until(async () => end.failure() !== null);
  expect(got).toEqual([]);
});

test('a half-close towards the client leaves its own direction open', async () => {
  const end = await greeted();
  proxy.halfClose('client');
  await until(async () => end.ended());
  end.socket.write('more');
  await until(async () => got.includes('more'));
});

test('a half-close towards the server is an end for it', async () => {
  await greeted();
  let ended = false;
  serverSockets[0]?.on('end', () => {
    ended = true;
  });
  proxy.halfClose('server');
  await until(async () => ended);
});

test('cuts one connection after so many bytes of the answer', async () => {
  proxy.cutAfter(8);
  const end = await greeted();
  end.socket.write('four more');
  await until(async () => end.failure() === 'ECONNRESET');
  expect(end.heard()).toBe('hello');
  await greeted();
});

test('drops the reply that holds a pattern, after the server did the work', async () => {
  proxy.dropReply(commitReply, 1);
  const end = connect();
  end.socket.write(Buffer.concat([Buffer.from('before'), commitReply]));
  await until(async () => end.failure() === 'ECONNRESET');
  expect([end.heard(), got.length]).toEqual(['', 1]);
  await greeted(Buffer.from(commitReply).toString());
});

test('duplicates what the client sent on a second connection', async () => {
  proxy.duplicate(1);
  const end = await greeted();
  await until(async () => got.length === 2);
  expect([got, end.heard()]).toEqual([['hello', 'hello'], 'hello']);
});

test('duplicates nothing more once that is over, also on a connection that lives on', async () => {
  proxy.duplicate(1);
  const end = await greeted();
  await until(async () => got.length === 2);
  proxy.duplicate(0);
  end.socket.write('again');
  await until(async () => end.heard() === 'helloagain');
  await sleep(50);
  expect(got.join('')).toBe('hellohelloagain');
});
