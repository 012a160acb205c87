// Connections on which no whole request has come yet: the first to go when the listener is crowded, or stops.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { limits } from '../../core/limits.ts';

interface Unfinished {
  since: number;
  /** Null: not even its headers are here. */
  request: IncomingMessage | null;
}

/**
 * Those who open connections and say little would otherwise keep everybody else out until the timeouts find them.
 * Returns what ends the connections that have not said a word, for the stop.
 */
export function watchUnfinished(server: Server): () => void {
  // In the order in which they began: the oldest first.
  const unfinished = new Map<Socket, Unfinished>();
  let open = 0;

  const makeRoom = (): void => {
    let wanted = open - limits.connectionsCrowded;
    const before = performance.now() - limits.unfinishedMs;
    for (const [socket, { since, request }] of unfinished) {
      if (wanted <= 0 || since > before) return;
      if (request?.complete) continue;
      socket.destroy();
      wanted -= 1;
    }
  };
  const begin = (socket: Socket, request: IncomingMessage | null): void => {
    unfinished.delete(socket);
    unfinished.set(socket, { since: performance.now(), request });
  };

  server.on('connection', (socket: Socket) => {
    open += 1;
    begin(socket, null);
    socket.once('close', () => {
      open -= 1;
      unfinished.delete(socket);
    });
    if (open > limits.connectionsCrowded) makeRoom();
  });
  server.on('drop', makeRoom);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    begin(request.socket, request);
    response.once('close', () => unfinished.delete(request.socket));
  });
  return () => {
    for (const [socket, { request }] of unfinished) if (request === null && socket.bytesRead === 0) socket.destroy();
  };
}
