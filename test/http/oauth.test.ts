// OAuth as its clients see it: discovery and tokens through a certified client library, the errors of the standards, and scopes.
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { createLocalJWKSet, jwtVerify } from 'jose';
import * as openid from 'openid-client';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { idMaker } from '../../src/core/ids.ts';
import { limits } from '../../src/core/limits.ts';
import { oauthRoutes } from '../../src/http/clients/oauth-routes.ts';
import { type Access, type AuthEnv, createAccess, requireScope } from '../../src/http/door/auth.ts';
import { limitRate } from '../../src/http/door/limits.ts';
import { identifyRequests } from '../../src/http/problems/problems.ts';
import { toProblem } from '../../src/http/problems/to-problem.ts';
import type { Context } from '../../src/services/context.ts';
import { createMetrics } from '../../src/services/metrics.ts';
import { openVault } from '../../src/services/vault.ts';
import { type Database, openDatabase } from '../../src/store/database/database.ts';
import { cheapHashes } from '../support/hash-prices.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const by = { actor: { kind: 'cli' as const, id: 'tester' } };
const scopes = ['events:write' as const, 'events:read' as const];
const closers: (() => unknown)[] = [];

let testDatabase: TestDatabase;
let database: Database;
let access: Access;
let app: Hono<AuthEnv>;
let url = '';
let id = '';
let secret = '';

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await openDatabase(testDatabase.connectionString);
  const server = serve({ fetch: (request, env) => app.fetch(request, env), port: 0, hostname: '127.0.0.1' });
  await vi.waitFor(() => expect(server.listening).toBe(true));
  closers.push(() => server.close());
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(async () => {
  const quiet = { info: () => {}, warn: () => {}, error: () => {} };
  const context: Pick<Context, 'database' | 'vault' | 'hashPrices' | 'now' | 'newId' | 'log' | 'metrics'> = {
    database,
    vault: openVault(Buffer.alloc(32, 7)),
    hashPrices: cheapHashes,
    now: Date.now,
    newId: idMaker(Date.now, (count) => crypto.getRandomValues(new Uint8Array(count))),
    log: quiet,
    metrics: createMetrics({ ofProcess: false }),
  };
  access = createAccess(context, url);
  app = new Hono<AuthEnv>();
  app.use(identifyRequests(context));
  app.onError(toProblem);
  app.route('/', oauthRoutes(context, access, { proxies: 1 }));
  app.get('/v1/events', requireScope(access, 'events:read'), (request) => request.json(request.get('client')));
  app.get('/v1/both', requireScope(access, 'events:read', 'reports:read'), (request) => request.text('in'));
  ({ id, secret } = await access.clients.create({ name: 'Screening', kind: 'screening', scopes }, by));
});
afterAll(async () => {
  for (const close of closers) await close();
  await database[Symbol.asyncDispose]();
  await testDatabase.drop();
});

const form = (
  parameters: Record<string, string> | string,
  headers: Record<string, string> = {},
  path = '/oauth2/token',
) =>
  app.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: typeof parameters === 'string' ? parameters : new URLSearchParams(parameters).toString(),
  });
const basic = (user = id, password = secret) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});
const newToken = async (scope?: string): Promise<string> => {
  const answer = await form({ grant_type: 'client_credentials', ...(scope ? { scope } : {}) }, basic());
  return ((await answer.json()) as { access_token: string }).access_token;
};
const get = (path: string, token: string) => app.request(path, { headers: { authorization: `Bearer ${token}` } });

describe('openid-client', () => {
  test.each([
    ['client_secret_basic', openid.ClientSecretBasic],
    ['client_secret_post', openid.ClientSecretPost],
  ])('finds everything by itself, gets a token and revokes it, with %s', async (_name, method) => {
    const configuration = await openid.discovery(new URL(url), id, undefined, method(secret), {
      algorithm: 'oauth2',
      execute: [openid.allowInsecureRequests],
    });
    const grant = await openid.clientCredentialsGrant(configuration, { scope: 'events:read' });
    expect(grant).toMatchObject({ token_type: 'bearer', expires_in: limits.tokenTtlSeconds, scope: 'events:read' });
    const call = () =>
      openid.fetchProtectedResource(configuration, grant.access_token, new URL(`${url}/v1/events`), 'GET');
    expect(await (await call()).json()).toEqual({
      id,
      name: 'Screening',
      kind: 'screening',
      connection: null,
      scopes: ['events:read'],
    });
    await openid.tokenRevocation(configuration, grant.access_token);
    await expect(call()).rejects.toThrow();
  });

  test('the published keys verify a token', async () => {
    const keys = (await (await app.request('/oauth2/jwks')).json()) as Parameters<typeof createLocalJWKSet>[0];
    const { payload } = await jwtVerify(await newToken(), createLocalJWKSet(keys), {
      issuer: url,
      audience: 'interlock',
      typ: 'at+jwt',
    });
    expect(payload.sub).toBe(id);
  });
});

describe('the token endpoint', () => {
  test('without a scope it grants all that the client has; nothing of it is stored on the way', async () => {
    const answer = await form({ grant_type: 'client_credentials' }, basic());
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.json()).toMatchObject({
      token_type: 'Bearer',
      expires_in: 600,
      scope: 'events:write events:read',
    });
  });

  test.each<[string, () => [Record<string, string> | string, Record<string, string>?], number, string]>([
    ['no credentials', () => [{ grant_type: 'client_credentials' }], 401, 'invalid_client'],
    ['a wrong secret', () => [{ grant_type: 'client_credentials' }, basic(id, 'il_wrong')], 401, 'invalid_client'],
    ['an unknown client', () => [{ grant_type: 'client_credentials' }, basic('cli_nobody')], 401, 'invalid_client'],
    [
      'a header that is not Basic',
      () => [{ grant_type: 'client_credentials' }, { authorization: 'Bearer x' }],
      401,
      'invalid_client',
    ],
    ['broken percent-encoding', () => [{ grant_type: 'client_credentials' }, basic('%zz', 'x')], 401, 'invalid_client'],
    [
      'credentials in both places',
      () => [{ grant_type: 'client_credentials', client_id: id, client_secret: secret }, basic()],
      400,
      'invalid_request',
    ],
    [
      'a repeated parameter',
      () => ['grant_type=client_credentials&grant_type=client_credentials', basic()],
      400,
      'invalid_request',
    ],
    ['no grant type', () => [{}, basic()], 400, 'invalid_request'],
    ['another grant type', () => [{ grant_type: 'password' }, basic()], 400, 'unsupported_grant_type'],
    [
      'a scope beyond its own',
      () => [{ grant_type: 'client_credentials', scope: 'events:read reports:read' }, basic()],
      400,
      'invalid_scope',
    ],
    [
      'a scope that there is not',
      () => [{ grant_type: 'client_credentials', scope: 'everything' }, basic()],
      400,
      'invalid_scope',
    ],
    ['JSON', () => ['{}', { ...basic(), 'content-type': 'application/json' }], 400, 'invalid_request'],
  ])('%s', async (_name, parts, status, error) => {
    const answer = await form(...parts());
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('www-authenticate')).toBe(status === 401 ? 'Basic realm="interlock"' : null);
    const body = (await answer.json()) as Record<string, string>;
    expect(Object.keys(body)).toEqual(['error', 'error_description']);
    expect(body.error).toBe(error);
    // RFC 6749 §5.2 allows only these characters.
    expect(body.error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
    expect(JSON.stringify(body)).not.toContain(secret);
  });

  test('a client that asks too often waits; the same client elsewhere and other clients do not', async () => {
    const from = (address: string) =>
      form(
        { grant_type: 'client_credentials' },
        { ...basic(id, 'il_wrong'), 'x-forwarded-for': `6.6.6.6, ${address}` },
      );
    const statuses: number[] = [];
    for (let round = 0; round < limits.tokenRequestsPerMinuteMax + 1; round += 1)
      statuses.push((await from('192.0.2.1')).status);
    expect(statuses.slice(0, -1).every((status) => status === 401)).toBe(true);
    expect(statuses.at(-1)).toBe(429);
    const refused = await from('192.0.2.1');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(await refused.json()).toMatchObject({ code: 'rate_limited', status: 429 });
    expect((await from('192.0.2.2')).status).toBe(401);
  });

  test('an address that tries many clients is stopped without a hash for each', async () => {
    const most = limits.tokenRequestsPerMinuteMax * limits.tokenAddressFactor;
    const statuses = await Promise.all(
      Array.from({ length: most + 1 }, async () => (await form('', { 'x-forwarded-for': '192.0.2.9' })).status),
    );
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
  });

  test('a form that is too long is not read', async () => {
    expect((await form({ grant_type: 'x'.repeat(20_000) }, basic())).status).toBe(413);
  });
});

describe('revocation', () => {
  test('a token that is worth nothing is revoked with success; one of another client is not', async () => {
    expect((await form({ token: 'nonsense' }, basic(), '/oauth2/revoke')).status).toBe(200);
    expect((await form({}, basic(), '/oauth2/revoke')).status).toBe(400);
    const token = await newToken();
    const other = await access.clients.create({ name: 'Other', kind: 'ats', scopes }, by);
    const refused = await form({ token }, basic(other.id, other.secret), '/oauth2/revoke');
    expect(await refused.json()).toMatchObject({ error: 'unauthorized_client' });
    expect((await get('/v1/events', token)).status).toBe(200);
    expect((await form({ token }, {}, '/oauth2/revoke')).status).toBe(401);
    expect((await form({ token }, basic(), '/oauth2/revoke')).status).toBe(200);
    expect((await get('/v1/events', token)).status).toBe(401);
  });
});

describe('requireScope', () => {
  test('without a token, with a bad one, and without the scope: each says what is missing (RFC 6750)', async () => {
    const none = await app.request('/v1/events');
    expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="interlock"']);
    expect(await none.json()).toMatchObject({ code: 'missing_token', type: '/problems/missing_token' });

    const bad = await get('/v1/events', 'a.b.c');
    expect(bad.status).toBe(401);
    expect(bad.headers.get('www-authenticate')).toContain('error="invalid_token"');
    expect(bad.headers.get('content-type')).toBe('application/problem+json');

    const narrow = await get('/v1/events', await newToken('events:write'));
    expect(narrow.status).toBe(403);
    expect(narrow.headers.get('www-authenticate')).toContain('error="insufficient_scope", scope="events:read"');
    expect(await narrow.json()).toMatchObject({ code: 'insufficient_scope', detail: 'The token lacks events:read.' });
  });

  test('all scopes are needed, not one of them', async () => {
    expect((await get('/v1/both', await newToken())).status).toBe(403);
    await access.clients.changeScopes(id, ['events:read', 'reports:read'], by);
    expect((await get('/v1/both', await newToken())).status).toBe(200);
  });

  test('a revoked client is out with its next request', async () => {
    const token = await newToken();
    expect((await get('/v1/events', token)).status).toBe(200);
    await access.clients.revoke(id, by);
    const refused = await get('/v1/events', token);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toContain('revoked');
  });

  test('no route is without a rate per client', async () => {
    const answer = await get('/v1/events', await newToken());
    expect(answer.headers.get('ratelimit-policy')).toBe(`"default";q=${limits.clientRequestsPerMinuteMax};w=60`);
    const tight = { ...access, limitRate: limitRate(1) };
    const single = new Hono<AuthEnv>().get('/', requireScope(tight, 'events:read'), (request) => request.text('in'));
    const headers = { authorization: `Bearer ${await newToken()}` };
    expect((await single.request('/', { headers })).status).toBe(200);
    expect((await single.request('/', { headers })).status).toBe(429);
  });

  test('tokens in the address or the form are not taken', async () => {
    const token = await newToken();
    expect((await app.request(`/v1/events?access_token=${token}`)).status).toBe(401);
  });
});
