// Clients and their tokens: secrets, rotation and revocation, what a token may do, and that every change is audited.
import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { calculateJwkThumbprint, type JWK, SignJWT } from 'jose';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idMaker, isId } from '../../src/core/ids.ts';
import { limits } from '../../src/core/limits.ts';
import { hashSecret, secretPrice, verifySecret } from '../../src/services/clients/hash-secrets.ts';
import { createTokens, type Tokens } from '../../src/services/clients/issue-tokens.ts';
import { type Clients, manageClients, newClientSchema } from '../../src/services/clients/manage-clients.ts';
import { Unavailable } from '../../src/services/record-events/index.ts';
import { openVault } from '../../src/services/vault.ts';
import { readAudit } from '../../src/services/write-audit.ts';
import { type Database, openDatabase } from '../../src/store/database/database.ts';
import { cheapHashes, realHashes } from '../support/hash-prices.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const issuer = 'https://interlock.example';
const vault = openVault(Buffer.alloc(32, 7));
const by = { actor: { kind: 'cli' as const, id: 'tester' }, requestId: 'request-1' };
const newClient = {
  name: 'Screening',
  kind: 'screening' as const,
  scopes: ['events:write' as const, 'events:read' as const],
};
const newId = idMaker(Date.now, (count) => crypto.getRandomValues(new Uint8Array(count)));

let server: TestDatabase;
let database: Database;
let clients: Clients;
/** Over the same tables, with hashes as dear as in the service. */
let dear: Clients;
let tokens: Tokens;
let now = Date.now();

beforeAll(async () => {
  server = await createTestDatabase();
  database = await openDatabase(server.connectionString);
  clients = manageClients({ newId, hashPrices: cheapHashes }, database.engine);
  dear = manageClients({ newId, hashPrices: realHashes }, database.engine);
  tokens = createTokens({ vault, now: () => now }, clients, issuer);
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await server.drop();
});

async function tokenFor(id: string, scopes: readonly string[] = newClient.scopes): Promise<string> {
  const client = await clients.find(id);
  if (!client) throw new Error('The client is missing');
  return (await tokens.issue(client, scopes as never)).token;
}

describe('secrets', () => {
  test('a secret has 256 random bits, works, and is nowhere in the database', async () => {
    const { id, secret } = await dear.create(newClient, by);
    expect(isId('cli', id)).toBe(true);
    expect(secret).toMatch(/^il_[\w-]{43}$/);
    expect(await dear.authenticate(id, secret)).toMatchObject({ id, kind: 'screening', scopes: newClient.scopes });
    expect(await dear.authenticate(id, `${secret}x`)).toBeNull();
    const { rows } = await sql<{
      row: string;
    }>`select to_json(client)::text as row from client union all select to_json(audit)::text from audit`.execute(
      database.engine,
    );
    expect(rows.some(({ row }) => row.includes(secret))).toBe(false);
    expect(rows.some(({ row }) => row.includes('$argon2id$v=19$m=19456,t=2,p=1$'))).toBe(true);
    expect((await clients.list()).find((one) => one.id === id)?.lastUsedAt).not.toBeNull();
  });

  test('while rotating both secrets work; after promotion only the new one', async () => {
    const { id, secret } = await clients.create(newClient, by);
    const added = await clients.addSecret(id, by);
    if (added.kind !== 'added') throw new Error(added.kind);
    expect(await clients.addSecret(id, by)).toEqual({ kind: 'already_rotating' });
    expect(await clients.authenticate(id, secret)).not.toBeNull();
    expect(await clients.authenticate(id, added.secret)).not.toBeNull();
    expect(await clients.promoteSecret(id, by)).toEqual({ kind: 'changed' });
    expect(await clients.authenticate(id, secret)).toBeNull();
    expect(await clients.authenticate(id, added.secret)).not.toBeNull();
    expect(await clients.promoteSecret(id, by)).toEqual({ kind: 'not_rotating' });
  });

  test('a dropped secret is worth nothing, the current one stays', async () => {
    const { id, secret } = await clients.create(newClient, by);
    const added = await clients.addSecret(id, by);
    if (added.kind !== 'added') throw new Error(added.kind);
    expect(await clients.dropSecret(id, by)).toEqual({ kind: 'changed' });
    expect(await clients.authenticate(id, added.secret)).toBeNull();
    expect(await clients.authenticate(id, secret)).not.toBeNull();
    expect(await clients.dropSecret(id, by)).toEqual({ kind: 'not_rotating' });
  });

  test('unknown clients, malformed ids and wrong secrets take about as long as each other', async () => {
    const { id } = await dear.create(newClient, by);
    const timed = async (who: string): Promise<number> => {
      const took: number[] = [];
      for (let round = 0; round < 7; round += 1) {
        const startedAt = performance.now();
        expect(await dear.authenticate(who, 'il_wrong')).toBeNull();
        took.push(performance.now() - startedAt);
      }
      return took.sort((a, b) => a - b)[1] ?? 0;
    };
    const [known, unknown, malformed] = [await timed(id), await timed(newId('cli')), await timed("' or 1=1")];
    expect(unknown / known).toBeGreaterThan(0.4);
    expect(unknown / known).toBeLessThan(2.5);
    expect(malformed / known).toBeGreaterThan(0.4);
  });

  test('a burst of hashes is bounded: those too many are refused, not queued', async () => {
    const most = limits.hashesAtOnceMax + limits.hashesWaitingMax;
    const results = await Promise.allSettled(
      Array.from({ length: most + 5 }, () => verifySecret(null, 'x', secretPrice)),
    );
    const refused = results.filter((one) => one.status === 'rejected');
    expect(refused).toHaveLength(5);
    expect(refused.every((one) => one.status === 'rejected' && one.reason instanceof Unavailable)).toBe(true);
    expect(await verifySecret(await hashSecret('again', secretPrice), 'again', secretPrice)).toBe(true);
  });

  test('what is no client is refused by its schema', () => {
    const parsed = newClientSchema.safeParse({ name: ' ', kind: 'payroll', scopes: ['events:erase'], admin: true });
    expect(parsed.error?.issues.map((issue) => issue.path[0] ?? issue.code).sort()).toEqual([
      'kind',
      'name',
      'scopes',
      'unrecognized_keys',
    ]);
  });
});

describe('tokens', () => {
  test('a token says who, for whom, what and how long', async () => {
    const { id } = await clients.create(newClient, by);
    const [header, payload] = (await tokenFor(id, ['events:write']))
      .split('.')
      .map((part) => Buffer.from(part, 'base64url').toString());
    expect(JSON.parse(header ?? '')).toEqual({ alg: 'EdDSA', typ: 'at+jwt', kid: tokens.jwk.kid });
    const claims = JSON.parse(payload ?? '') as Record<string, unknown>;
    expect(claims).toMatchObject({
      iss: issuer,
      aud: 'interlock',
      sub: id,
      client_id: id,
      scope: 'events:write',
      jti: expect.any(String),
    });
    expect((claims.exp as number) - (claims.iat as number)).toBe(600);
    expect(tokens.jwk.kid).toBe(await calculateJwkThumbprint(tokens.jwk as JWK));
    expect(JSON.stringify(tokens.jwk)).not.toContain('"d"');
  });

  test('every process with the same master key takes it, another does not', async () => {
    const { id } = await clients.create(newClient, by);
    const token = await tokenFor(id);
    const elsewhere = (key: number) =>
      createTokens({ vault: openVault(Buffer.alloc(32, key)), now: () => now }, clients, issuer);
    expect(await elsewhere(7).verify(token)).toMatchObject({ kind: 'valid', client: { id } });
    expect(await elsewhere(8).verify(token)).toEqual({ kind: 'invalid', reason: 'malformed' });
  });

  test('a token ends with its time, also when it was just seen to be good', async () => {
    const { id } = await clients.create(newClient, by);
    const token = await tokenFor(id);
    expect((await tokens.verify(token)).kind).toBe('valid');
    now += limits.tokenTtlSeconds * 1_000 + 1_000;
    expect(await tokens.verify(token)).toEqual({ kind: 'invalid', reason: 'expired' });
  });

  test('forged, confused and foreign tokens are refused', async () => {
    const { id } = await clients.create(newClient, by);
    const good = {
      client_id: id,
      scope: 'events:write',
      sub: id,
      jti: 'x',
      iss: issuer,
      aud: 'interlock',
      iat: Math.floor(now / 1000),
      exp: Math.floor(now / 1000) + 600,
    };
    const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const seed = vault.derive('token-signing');
    const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
    const ours = (await import('node:crypto')).createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
    const sign = (claims: Record<string, unknown>, header: Record<string, unknown> = {}): Promise<string> =>
      new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', ...header }).sign(ours);
    expect((await tokens.verify(await sign(good))).kind).toBe('valid');

    const stranger = generateKeyPairSync('ed25519');
    const hs256 = (key: string | Buffer): string => {
      const text = `${encode({ alg: 'HS256', typ: 'at+jwt' })}.${encode(good)}`;
      return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
    };
    const publicPem = createPublicKey({ key: tokens.jwk as never, format: 'jwk' }).export({
      type: 'spki',
      format: 'pem',
    });
    const forged: Record<string, string> = {
      none: `${encode({ alg: 'none', typ: 'at+jwt' })}.${encode(good)}.`,
      'HMAC with the public key': hs256(publicPem),
      'HMAC with the public point': hs256(Buffer.from(tokens.jwk.x ?? '', 'base64url')),
      'a key in the header': await new SignJWT(good)
        .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', jwk: stranger.publicKey.export({ format: 'jwk' }) as JWK })
        .sign(stranger.privateKey),
      'our kid, another key': await new SignJWT(good)
        .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: tokens.jwk.kid ?? '' })
        .sign(stranger.privateKey),
      'an id token': await sign(good, { typ: 'JWT' }),
      'another issuer': await sign({ ...good, iss: 'https://elsewhere.example' }),
      'another audience': await sign({ ...good, aud: 'someone-else' }),
      'no expiry': await sign({ ...good, exp: undefined }),
      'not yet': await sign({ ...good, nbf: good.exp }),
      'one for another': await sign({ ...good, sub: newId('cli') }),
      empty: '',
      dots: '..',
    };
    for (const [name, token] of Object.entries(forged))
      expect([name, (await tokens.verify(token)).kind]).toEqual([name, 'invalid']);
  });

  test('a token does what the client still may, never more than it was issued for', async () => {
    const { id } = await clients.create(newClient, by);
    const token = await tokenFor(id, ['events:write', 'events:read']);
    await clients.changeScopes(id, ['events:write', 'reports:read'], by);
    expect(await tokens.verify(token)).toMatchObject({ kind: 'valid', client: { scopes: ['events:write'] } });
  });
});

describe('revocation', () => {
  test('a revoked client is out at once: its tokens, its secrets, its changes', async () => {
    const { id, secret } = await clients.create(newClient, by);
    const token = await tokenFor(id);
    expect((await tokens.verify(token)).kind).toBe('valid');
    expect(await clients.revoke(id, by)).toEqual({ kind: 'changed' });
    expect(await tokens.verify(token)).toEqual({ kind: 'invalid', reason: 'revoked' });
    expect(await clients.authenticate(id, secret)).toBeNull();
    expect(await clients.addSecret(id, by)).toEqual({ kind: 'revoked' });
    expect(await clients.revoke(newId('cli'), by)).toEqual({ kind: 'unknown_client' });
  });

  test('another process knows within its cache time', async () => {
    const { knownClients } = await import('../../src/services/clients/known-clients.ts');
    let monotonic = 0;
    const elsewhere = createTokens(
      { vault, now: () => now },
      knownClients(database.reports, () => monotonic),
      issuer,
    );
    const { id } = await clients.create(newClient, by);
    const token = await tokenFor(id);
    expect((await elsewhere.verify(token)).kind).toBe('valid');
    await clients.revoke(id, by);
    monotonic = limits.clientCacheMs - 1;
    expect((await elsewhere.verify(token)).kind).toBe('valid');
    monotonic = limits.clientCacheMs;
    expect(await elsewhere.verify(token)).toEqual({ kind: 'invalid', reason: 'revoked' });
  });

  test('one token is revoked, others are not; those that ran out are forgotten', async () => {
    const { id } = await clients.create(newClient, by);
    const [first, second] = [await tokenFor(id), await tokenFor(id)];
    const verified = await tokens.verify(first);
    if (verified.kind !== 'valid') throw new Error('The token should be good');
    await clients.revokeToken(id, 'long-gone', Date.now() - 120_000, by);
    await clients.revokeToken(id, verified.jti, Date.now() + 600_000, by);
    expect(await tokens.verify(first)).toEqual({ kind: 'invalid', reason: 'revoked' });
    expect((await tokens.verify(second)).kind).toBe('valid');
    expect(Object.keys((await clients.find(id))?.revokedTokens ?? {})).toEqual([verified.jti]);
  });
});

test('every change is in the audit log, newest first, page by page', async () => {
  const { id } = await clients.create(newClient, by);
  await clients.addSecret(id, by);
  await clients.promoteSecret(id, by);
  await clients.addSecret(id, by);
  await clients.dropSecret(id, by);
  await clients.changeScopes(id, ['reports:read'], by);
  await clients.revoke(id, by);
  const actions: string[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof readAudit>> = await readAudit(database.reports, {
      objectId: id,
      limit: 2,
      ...(after ? { after } : {}),
    });
    expect(page.items.length).toBeLessThanOrEqual(2);
    for (const row of page.items) {
      expect(row).toMatchObject({
        actor_kind: 'cli',
        actor_id: 'tester',
        object_kind: 'client',
        request_id: 'request-1',
      });
      actions.push(row.action);
    }
    after = page.next;
  } while (after);
  expect(actions.reverse()).toEqual(
    ['created', 'secret_added', 'secret_promoted', 'secret_added', 'secret_dropped', 'scopes_changed', 'revoked'].map(
      (action) => `client.${action}`,
    ),
  );
});

test('without its audit row a change does not happen', async () => {
  const { id, secret } = await clients.create(newClient, by);
  const nobody = { actor: { kind: 'stranger' as never, id: 'x' } };
  await expect(clients.revoke(id, nobody)).rejects.toThrow();
  await expect(clients.create(newClient, nobody)).rejects.toThrow();
  expect(await clients.authenticate(id, secret)).not.toBeNull();
});
