// Starts one simulated vendor as a real HTTP server on a free port of this machine.
import type { Server } from 'node:http';
import { type HttpBindings, serve } from '@hono/node-server';
import { Hono } from 'hono';

export interface SandboxEnv {
  Bindings: HttpBindings;
}
export type SandboxApp = Hono<SandboxEnv>;

export interface SandboxServer extends AsyncDisposable {
  /** Without a trailing slash. */
  url: string;
  /** Cuts open connections too; may be called twice. */
  close(): Promise<void>;
}

/** An app whose handlers can reach the socket, which some faults need. */
export const sandboxApp = (): SandboxApp => new Hono<SandboxEnv>();

/** Listens on 127.0.0.1 and resolves when requests can be sent. `port` 0 takes any free one. */
export async function startSandboxServer(app: SandboxApp, port = 0): Promise<SandboxServer> {
  const { server, address } = await listen(app, port);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
    return closing;
  };
  return { url: `http://127.0.0.1:${address}`, close, [Symbol.asyncDispose]: close };
}

function listen(app: SandboxApp, port: number): Promise<{ server: Server; address: number }> {
  return new Promise((resolve, reject) => {
    const options = { fetch: app.fetch, port, hostname: '127.0.0.1', overrideGlobalObjects: false };
    const server = serve(options as Parameters<typeof serve>[0], (info) =>
      resolve({ server, address: info.port }),
    ) as Server;
    server.once('error', reject);
  });
}
