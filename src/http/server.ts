// The HTTP listener: bounded in time and number from the first byte, and stopped without dropping what is under way.
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import { limits } from '../core/limits.ts';
import { watchUnfinished } from './door/unfinished.ts';

export interface RunningServer {
  url: string;
  port: number;
  /** Takes no new requests, lets those under way end, and closes after at most `withinMs`. */
  stop(withinMs: number): Promise<void>;
}

export type Fetch = Pick<Hono, 'fetch'>['fetch'];

/** Answers a request by itself, before the app sees it; false: it did not. */
export type Doorkeeper = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Listens with bounded headers, times and connections. Rejects, naming the port, when it is taken. */
export function startServer(
  fetch: Fetch,
  host: string,
  port: number,
  doorkeeper: Doorkeeper = () => false,
): Promise<RunningServer> {
  let stopping = false;
  return new Promise((resolve, reject) => {
    const server = createAdaptorServer({
      fetch: async (request, env) => {
        const response = await fetch(request, env);
        // A client that keeps its connection would wait for a server that is about to go.
        if (stopping) response.headers.set('connection', 'close');
        return response;
      },
      hostname: host,
      createServer: ((settings: ServerOptions, listener: RequestListener) =>
        createServer(settings, (request, response) => {
          // Only the app says to a client that this process is about to go.
          if (stopping || !doorkeeper(request, response)) listener(request, response);
        })) as typeof createServer,
      serverOptions: {
        headersTimeout: limits.headersMs,
        requestTimeout: limits.requestMs,
        connectionsCheckingInterval: 2_000,
        // Longer than the minute after which proxies drop theirs.
        keepAliveTimeout: 65_000,
        maxHeaderSize: 16 * 1024,
      },
    }) as Server;
    server.maxConnections = limits.connectionsMax;
    server.maxRequestsPerSocket = limits.requestsPerConnectionMax;
    const endSilent = watchUnfinished(server);
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`Port ${port} is taken. Stop the other program or set INTERLOCK_PORT to a free one.`)
          : error,
      );
    });
    server.listen({ host, port, backlog: limits.backlogMax });
    server.once('listening', () => {
      const address = server.address() as AddressInfo;
      const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
      resolve({
        url: `http://${name}:${address.port}`,
        port: address.port,
        stop: (withinMs) => {
          stopping = true;
          return close(server, withinMs, endSilent);
        },
      });
    });
  });
}

function close(server: Server, withinMs: number, endSilent: () => void): Promise<void> {
  return new Promise((resolve) => {
    const idle = setInterval(() => server.closeIdleConnections(), 200);
    const hard = setTimeout(() => server.closeAllConnections(), withinMs);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(hard);
      resolve();
    });
    server.closeIdleConnections();
    // Node takes those for busy: browsers open connections ahead of need.
    endSilent();
  });
}
