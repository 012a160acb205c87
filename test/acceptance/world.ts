// A whole Interlock as `npm start` composes it, on a real PostgreSQL and a real nats-server, with callers that speak HTTP.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Interlock, startInterlock } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import type { Scope } from '../../src/core/access/scopes.ts';
import type { SystemKind } from '../../src/core/machine/definition.ts';
import { createLog } from '../../src/log.ts';
import { manageClients } from '../../src/services/clients/manage-clients.ts';
import { type NatsServer, natsServer } from '../support/nats.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { scratchFolder } from '../support/scratch.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at member by member.
type Json = any;
export type Caller = (method: string, path: string, body?: unknown) => Promise<{ status: number; body: Json }>;

export interface World extends AsyncDisposable {
  interlock: Interlock;
  nats: NatsServer;
  caller(kind: SystemKind, ...scopes: Scope[]): Promise<Caller>;
}

/** Without its pages, which nobody looks at here: run from sources, laying out their diagrams stops everything else for seconds. */
export async function openWorld(): Promise<World> {
  const database = await createTestDatabase();
  const nats = await natsServer();
  const folder = scratchFolder('interlock-world-');
  const config = readConfig({});
  const interlock = await startInterlock(
    {
      ...config,
      roles: config.roles.filter((role) => role !== 'console'),
      port: 0,
      dataFolder: folder,
      checkpointFile: join(folder, 'checkpoints.ndjson'),
      masterKey: Buffer.alloc(32, 7),
      databaseUrl: database.connectionString,
      natsUrl: nats.url,
      allowPrivateAddresses: true,
      allowUnsafeDatabase: true,
      reorderWindowMs: 4_000,
      parkedMs: 30_000,
    },
    createLog('silent'),
  );
  const clients = manageClients(interlock.context, interlock.context.database.engine);
  let serial = 0;
  return {
    interlock,
    nats,
    async caller(kind, ...scopes) {
      serial += 1;
      const created = await clients.create(
        { name: `${kind} ${serial}`, kind, scopes },
        { actor: { kind: 'cli', id: 'test' } },
      );
      return callerOf(interlock.url, created);
    },
    async [Symbol.asyncDispose]() {
      await interlock.stop();
      await nats.stop();
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function callerOf(url: string, { id, secret }: { id: string; secret: string }): Promise<Caller> {
  const granted = await patiently(`${url}/oauth2/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  });
  const headers = { authorization: `Bearer ${granted.body.access_token}`, 'content-type': 'application/json' };
  return (method, path, body) =>
    patiently(url + path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
}

/** What was turned away because the machine is busy is said again, as a caller should. */
async function patiently(url: string, request: RequestInit): Promise<{ status: number; body: Json }> {
  for (let round = 0; ; round += 1) {
    const response = await fetch(url, request);
    const answered = { status: response.status, body: (await response.json()) as Json };
    if (![503, 429].includes(answered.status) || round > 40) return answered;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** Waits for what must come true; what it was waiting for is in the error. */
export async function comesTrue(what: string, is: () => Promise<boolean> | boolean, ms = 25_000): Promise<void> {
  for (const until = Date.now() + ms; Date.now() < until; ) {
    if (await is()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`It did not come true: ${what}`);
}
