// The roles apart: three processes over one database and one NATS do together what one does alone, and each stops politely.
import * as openid from 'openid-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build } from '../support/build.ts';
import { until } from '../support/hiring-office.ts';
import { describeNats, natsServer } from '../support/nats.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { dataFolder, type Running, start } from './running.ts';
import { addClient, type Books, type Credentials, type Office, openBooks, openOffice, tokenOf } from './traffic.ts';

const undo: (() => Promise<unknown>)[] = [];
let api: Running;
let worker: Running;
let sweeper: Running;
let office: Office;
let books: Books;
let credentials: Credentials;

async function open(): Promise<void> {
  await build();
  const database = await createTestDatabase();
  undo.push(database.drop);
  const nats = await natsServer();
  undo.push(nats.stop);
  const { folder, remove } = dataFolder();
  undo.push(remove);
  const environment = {
    INTERLOCK_DATA_DIR: folder,
    INTERLOCK_ALLOW_PRIVATE_ADDRESSES: 'true',
    INTERLOCK_MASTER_KEY: Buffer.alloc(32, 9).toString('base64'),
    DATABASE_URL: database.connectionString,
    INTERLOCK_ALLOW_UNSAFE_DATABASE: 'true',
    NATS_URL: nats.url,
  };
  // At once: whoever comes first migrates, the others wait for it.
  [api, worker, sweeper] = await Promise.all([
    start({ ...environment, INTERLOCK_ROLES: 'api' }),
    start({ ...environment, INTERLOCK_ROLES: 'worker' }),
    start({ ...environment, INTERLOCK_ROLES: 'sweeper' }),
  ]);
  credentials = await addClient(environment);
  office = await openOffice(api.url, await tokenOf(api.url, credentials));
  undo.push(async () => office[Symbol.asyncDispose]());
  books = await openBooks(database.connectionString);
  undo.push(books.close);
}

describeNats('three processes', () => {
  beforeAll(open, 120_000);
  afterAll(async () => {
    for (const one of undo.splice(0).reverse()) await one();
  });

  test('only the one with the role has the API', async () => {
    for (const other of [worker, sweeper]) {
      expect((await fetch(`${other.url}/readyz`)).status).toBe(200);
      expect((await fetch(`${other.url}/metrics`)).status).toBe(200);
      expect((await fetch(`${other.url}/v1/events`, { method: 'POST', body: '{}' })).status).toBe(404);
      expect((await fetch(`${other.url}/openapi.json`)).status).toBe(404);
    }
    expect((await fetch(`${api.url}/openapi.json`)).status).toBe(200);
  });

  test('a certified OpenID client finds the token endpoint, gets a token and posts with it', async () => {
    const discover = () =>
      openid.discovery(new URL(api.url), credentials.id, { client_secret: credentials.secret }, undefined, {
        algorithm: 'oauth2',
        execute: [openid.allowInsecureRequests],
      });
    // Just started beside two others on a small machine, it may ask for a moment.
    let configuration: openid.Configuration | undefined;
    await until(async () => {
      configuration = await discover();
      return true;
    });
    if (!configuration) throw new Error('not discovered');
    const tokens = await openid.clientCredentialsGrant(configuration, { scope: 'events:write' });
    expect(tokens.scope).toBe('events:write');
    const event = {
      id: 'openid-1',
      type: 'application.received',
      subject: { system: 'ats', ref: 'openid' },
      occurredAt: new Date().toISOString(),
    };
    const answer = await openid.fetchProtectedResource(
      configuration,
      tokens.access_token,
      new URL(`${api.url}/v1/events`),
      'POST',
      JSON.stringify(event),
      new Headers({ 'content-type': 'application/json' }),
    );
    expect([answer.status, ((await answer.json()) as { disposition: string }).disposition]).toEqual([201, 'applied']);
  });

  test('a writeback is confirmed end to end', { timeout: 60_000 }, async () => {
    const [ref = ''] = office.applicants(1);
    await until(
      async () => (await books.query('select 1 from subject_ref where external_id = $1', [ref])).length === 1,
      15_000,
    );
    const token = await tokenOf(api.url, credentials);
    const post = async (type: string): Promise<Response> =>
      fetch(`${api.url}/v1/events`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          id: `roles-${type}`,
          type,
          subject: { system: 'greenhouse', ref },
          occurredAt: new Date().toISOString(),
        }),
      });
    expect((await post('triage.started')).status).toBe(201);
    const { proof } = (await (await post('screening.invited')).json()) as { proof: string };
    await until(async () => {
      const answer = await fetch(`${api.url}${proof}`, { headers: { authorization: `Bearer ${token}` } });
      const { complete, shownEverywhere } = (await answer.json()) as { complete: boolean; shownEverywhere: boolean };
      return complete && shownEverywhere;
    }, 45_000);
    expect(office.greenhouse.application(ref)?.stage.name).toBe('Assessment');
    const attempts = await books.query<{ outcome: string }>(
      `select outcome from attempt a join writeback w on w.id = a.writeback_id where w.event_type = 'screening.invited' order by a.attempt`,
    );
    expect(attempts.at(-1)?.outcome).toBe('confirmed');
  });

  test('each ends within 15 s of SIGTERM, with 0', { timeout: 60_000 }, async () => {
    const ends = await Promise.all([api, worker, sweeper].map((one) => one.terminate()));
    expect(ends.map((one) => one.code)).toEqual([0, 0, 0]);
    for (const { ms } of ends) expect(ms).toBeLessThan(15_000);
  });
});
