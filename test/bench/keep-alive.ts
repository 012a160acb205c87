// A client over one raw socket with one request under way: the load costs as little CPU as it can beside what is measured.
import { connect, type Socket } from 'node:net';
import { monotonicMs } from './moments.ts';

export interface Reply {
  status: number;
  /** As Retry-After says, ms; 0 without one. */
  retryAfterMs: number;
  /** The problem that a 503 names; null for every other answer. */
  code: string | null;
}

export interface KeepAlive {
  post(path: string, headers: string, body: string): Promise<Reply>;
  closed(): boolean;
  close(): void;
}

interface Waiting {
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

export async function openKeepAlive(port: number): Promise<KeepAlive> {
  let buffer = '';
  let waiting: Waiting | null = null;
  let closed = false;
  const socket: Socket = await new Promise((resolve, reject) => {
    const opening = connect(port, '127.0.0.1', () => resolve(opening));
    opening.once('error', reject);
  });
  socket.setNoDelay(true).setEncoding('latin1');
  const fail = (error: Error): void => {
    closed = true;
    waiting?.reject(error);
    waiting = null;
  };
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the connection was closed')));
  socket.on('data', (chunk: string) => {
    buffer += chunk;
    const end = endOf(buffer);
    if (end === null) return;
    const status = Number(buffer.slice(9, 12));
    const retryAfterMs =
      status === 503 ? Number(/\r\nretry-after: *(\d+)/i.exec(buffer.slice(0, end))?.[1] ?? 0) * 1_000 : 0;
    const code = status === 503 ? (/"code":"(\w+)"/.exec(buffer.slice(0, end))?.[1] ?? '') : null;
    buffer = buffer.slice(end);
    const answered = waiting;
    waiting = null;
    answered?.resolve({ status, retryAfterMs, code });
  });
  return {
    post: (path, headers, body) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(new Error('the connection was closed before the request'));
        waiting = { resolve, reject };
        const length = Buffer.byteLength(body);
        socket.write(
          `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n${headers}content-length: ${length}\r\n\r\n${body}`,
        );
      }),
    closed: () => closed,
    close() {
      waiting = null;
      socket.destroy();
    },
  };
}

/** Servers close what rests for 5 s (Node's default), and would not hear a request that is sent just then. */
const restMsMax = 4_000;

/** Connections for those who ask now and then: `take` gives one that is free, or opens another. */
export interface KeptAlive {
  take(): Promise<KeepAlive>;
  giveBack(client: KeepAlive): void;
  /** Those that are free. */
  close(): void;
}

export function keepAlive(port: number): KeptAlive {
  const free: { client: KeepAlive; since: number }[] = [];
  return {
    async take() {
      const last = free.pop();
      if (last && monotonicMs() - last.since < restMsMax && !last.client.closed()) return last.client;
      last?.client.close();
      return openKeepAlive(port);
    },
    giveBack(client) {
      if (!client.closed()) free.push({ client, since: monotonicMs() });
    },
    close() {
      for (const { client } of free) client.close();
    },
  };
}

/** Where the answer ends, or null while it is not whole. */
function endOf(buffer: string): number | null {
  const head = buffer.indexOf('\r\n\r\n');
  if (head < 0) return null;
  const length = /\r\ncontent-length: *(\d+)/i.exec(buffer.slice(0, head));
  if (length) return buffer.length >= head + 4 + Number(length[1]) ? head + 4 + Number(length[1]) : null;
  const last = buffer.indexOf('0\r\n\r\n', head + 4);
  return last < 0 ? null : last + 5;
}
