// A whole Interlock with nothing but a folder: its own Postgres and NATS in it, so that all it ever writes can be read afterwards.
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { scopeNames } from '../../../src/core/access/scopes.ts';
import { idMaker } from '../../../src/core/ids.ts';
import { manageClients } from '../../../src/services/clients/manage-clients.ts';
import { openDatabase } from '../../../src/store/database/database.ts';
import { joinEmbeddedPostgres } from '../../../src/store/embedded/start.ts';
import { freePort } from '../../support/free-port.ts';
import { realHashes } from '../../support/hash-prices.ts';
import { createChild } from '../rig/child.ts';
import { moods, type Receiver } from './receiver.ts';

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape are looked into.
  body: any;
}

export interface Service extends AsyncDisposable {
  /** Everything it writes is below. */
  folder: string;
  hasNats: boolean;
  /** With a token of a client that may do everything. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** As the owner of the database, who may see everything. */
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  connectionString: string;
  /** SIGKILL to the process alone, and a new one on the same folder. */
  crash(): Promise<void>;
  /** SIGTERM: the process and its servers end, and what is in memory is on disk. */
  stop(): Promise<void>;
  deaths: string[];
}

export const signingSecret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;

export async function startService(folder: string, build: string, receiver: Receiver): Promise<Service> {
  const data = join(folder, 'data');
  mkdirSync(data, { recursive: true });
  // Run as root, the database is another user's, who must pass through.
  for (const one of [folder, data]) chmodSync(one, 0o711);
  const deaths: string[] = [];
  const child = createChild({
    name: 'interlock',
    build,
    folder,
    port: await freePort(),
    environment: {
      INTERLOCK_DATA_DIR: data,
      INTERLOCK_LOG_LEVEL: 'debug',
      INTERLOCK_ALLOW_PRIVATE_ADDRESSES: 'true',
      INTERLOCK_REORDER_WINDOW_SECONDS: '600',
    },
    onDeath: (what) => deaths.push(what),
  });
  child.start();
  await child.ready(60_000).catch(async (error: unknown) => {
    await child.terminate();
    throw error;
  });
  const connectionString = await joinEmbeddedPostgres(join(data, 'postgres'));
  if (!connectionString) throw new Error('The database of the service cannot be joined.');
  const owner = new pg.Client({ connectionString });
  owner.on('error', () => {});
  await owner.connect();
  const credentials = await makeClient(connectionString);
  const call = caller(child.url, credentials);
  await connect(call, receiver);
  return {
    folder,
    hasNats: existsSync(join(data, 'nats')),
    call,
    query: async (text, values) => (await owner.query(text, values)).rows,
    connectionString,
    deaths,
    async crash() {
      await child.kill();
      child.start();
      await child.ready(60_000);
    },
    async stop() {
      await owner.end().catch(() => {});
      if ((await child.terminate()) === null) deaths.push('it did not stop in time');
    },
    async [Symbol.asyncDispose]() {
      await owner.end().catch(() => {});
      await child.terminate();
    },
  };
}

async function makeClient(connectionString: string): Promise<{ id: string; secret: string }> {
  await using database = await openDatabase(connectionString);
  const manage = manageClients(
    { newId: idMaker(Date.now, (count) => randomBytes(count)), hashPrices: realHashes },
    database.engine,
  );
  const scopes = scopeNames.filter((scope) => scope !== 'writebacks:work');
  return manage.create({ name: 'everybody', kind: 'operator', scopes }, { actor: { kind: 'cli', id: 'tier' } });
}

function caller(url: string, { id, secret }: { id: string; secret: string }): Service['call'] {
  let token: { text: string; until: number } | null = null;
  const ask = async (): Promise<string> => {
    if (token && token.until > Date.now()) return token.text;
    const answer = await fetch(`${url}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    const { access_token } = (await answer.json()) as { access_token: string };
    token = { text: access_token, until: Date.now() + 5 * 60_000 };
    return access_token;
  };
  return async (method, path, body, headers = {}) => {
    for (let round = 0; ; round += 1) {
      const answer = await fetch(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${await ask()}`, 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await answer.text();
      // Turned away because the machine is busy: again, as a caller should.
      if (answer.status === 503 && round < 50) {
        await sleep(200);
        continue;
      }
      return { status: answer.status, body: parsed(text) };
    }
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** One system per mood, each for one region; and a screening tool that sends webhooks. */
async function connect(call: Service['call'], receiver: Receiver): Promise<void> {
  const connections = [
    ...moods.map((mood) => ({
      id: mood,
      adapter: 'signed-webhook',
      settings: {
        url: receiver.url(mood),
        states: ['active', 'closed', 'hired'],
        elements: ['candidate.firstName', 'candidate.email'],
        confirm: { mode: 'receipt' },
        allowPrivate: true,
      },
      scope: { regions: [mood] },
      pace: { concurrency: 32 },
      secrets: { signingSecret },
    })),
    {
      id: 'tool',
      adapter: 'screening',
      settings: { applicationSystem: 'careers' },
      secrets: { signingSecret },
    },
  ];
  for (const connection of connections) {
    const { status, body } = await call('POST', '/v1/connections', connection);
    if (status !== 201) throw new Error(`The connection ${connection.id} was refused: ${JSON.stringify(body)}`);
  }
}
