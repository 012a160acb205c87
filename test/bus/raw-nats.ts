// The NATS protocol by hand: says what the server answers to one operation before it answers the PING behind it.
import { createConnection, type Socket } from 'node:net';

export interface RawNats {
  /** What the server said to these operations; empty where it silently did what was asked. */
  say(...operations: string[]): Promise<string>;
  /** Sends and waits until the text has come back; what came with it. */
  ask(operation: string, text: string): Promise<string>;
  close(): void;
}

export const pub = (subject: string, body = '', reply = ''): string =>
  `PUB ${subject} ${reply === '' ? '' : `${reply} `}${Buffer.byteLength(body)}\r\n${body}\r\n`;
export const sub = (subject: string, id: number): string => `SUB ${subject} ${id}\r\n`;

/** Rejects when the server refuses the login. */
export async function rawNats(url: string, user: string, password: string): Promise<RawNats> {
  const { hostname, port } = new URL(url);
  const socket = createConnection({ host: hostname, port: Number(port) });
  let heard = '';
  socket.on('data', (chunk: Buffer) => {
    heard += chunk.toString('utf8');
  });
  socket.on('error', () => {});
  const hear = async (text: string): Promise<string> => {
    for (const until = Date.now() + 5_000; !heard.includes(text); await new Promise((next) => setTimeout(next, 5)))
      if (Date.now() > until || socket.destroyed) throw new Error(`"${text}" did not come; instead: ${heard}`);
    const said = heard;
    heard = '';
    return said;
  };
  const say = async (...operations: string[]): Promise<string> => {
    heard = '';
    write(socket, `${operations.join('')}PING\r\n`);
    return (await hear('PONG\r\n')).replace('PONG\r\n', '');
  };
  const login = { verbose: false, pedantic: false, user, pass: password, headers: true, no_responders: true };
  await say(`CONNECT ${JSON.stringify(login)}\r\n`);
  const ask = (operation: string, text: string): Promise<string> => {
    heard = '';
    write(socket, operation);
    return hear(text);
  };
  return { say, ask, close: () => socket.destroy() };
}

const write = (socket: Socket, text: string): void => void socket.write(text);
