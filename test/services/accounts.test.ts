// Accounts of people: made by a link that is good once, changed, deactivated; never without an admin.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccountId } from '../../src/core/ids.ts';
import { limits } from '../../src/core/limits.ts';
import { hashPassword, isOutdated, passwordPrice, verifyPassword } from '../../src/services/accounts/hash-passwords.ts';
import { keepSessions, type Sessions } from '../../src/services/accounts/keep-sessions.ts';
import { type Accounts, manageAccounts } from '../../src/services/accounts/manage-accounts.ts';
import { passwordFault } from '../../src/services/accounts/password-rules.ts';
import { createSignIn, type SignIn } from '../../src/services/accounts/sign-in.ts';
import { type SignInLinks, signInLinks } from '../../src/services/accounts/sign-in-links.ts';
import { createContext } from '../../src/services/create-context.ts';
import { createThrottle } from '../../src/services/throttle.ts';
import { readAudit } from '../../src/services/write-audit.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { realHashes } from '../support/hash-prices.ts';

let service: TestContext;
let accounts: Accounts;
let links: SignInLinks;
let sessions: Sessions;
let clock = 0;
let signIn: SignIn;
/** Over the same tables, with hashes as dear as in the service. */
let dear: TestContext['context'];

beforeAll(async () => {
  service = await createTestContext();
  accounts = manageAccounts(service.context);
  dear = { ...service.context, hashPrices: realHashes };
  links = signInLinks(service.context);
  sessions = keepSessions(service.context);
  signIn = createSignIn(service.context, sessions, () => clock);
});
afterAll(async () => service[Symbol.asyncDispose]());

const by = { actor: { kind: 'cli' as const, id: 'tester' } };
const password = 'quiet rivers run deep';
const db = () => service.context.database.engine;
const attempt = (email: string, given: string, address = '192.0.2.1', at = signIn) =>
  at({ email, password: given, address, device: 'Firefox on Linux', requestId: 'r', before: null });

let made = 0;
async function account(...roles: ('admin' | 'operator' | 'viewer')[]): Promise<{ id: AccountId; email: string }> {
  made += 1;
  const email = `One.${made}@Example.com`;
  const added = await accounts.add({ name: `One ${made}`, email, roles }, by);
  if (added.kind !== 'added') throw new Error(added.kind);
  expect(await links.choosePassword(added.link, password, 'r')).toEqual({ kind: 'done' });
  return { id: added.id, email };
}

describe('the first admin', () => {
  test('gets a link as long as there is none; it works once, and then no other one does', async () => {
    const [first, second] = [await links.forFirstAdmin(), await links.forFirstAdmin()];
    expect(first).toMatch(/^[\w-]{43}$/);
    const person = { name: 'Ada', email: 'ada@example.com', password };
    expect(await links.look(first ?? '')).toBe('first_admin');
    expect(await links.makeFirstAdmin(first ?? '', { ...person, password: 'password1' }, 'r')).toMatchObject({
      kind: 'not_taken',
    });
    // Both links are good: of two who come at once, one is the first.
    const results = await Promise.all([
      links.makeFirstAdmin(first ?? '', person, 'r'),
      links.makeFirstAdmin(second ?? '', { ...person, email: 'eve@example.com' }, 'r'),
    ]);
    expect(results.map(({ kind }) => kind).sort()).toEqual(['done', 'gone']);
    expect(await links.forFirstAdmin()).toBeNull();
    expect(await links.look(first ?? '')).toBeNull();
    const [ada] = await accounts.list();
    expect(ada).toMatchObject({ roles: ['admin'], ready: true });
  });

  test('links are kept as hashes, and no more than a few', async () => {
    const { rows } = await tableText('sign_in_link');
    expect(rows).toBe('');
    await db()
      .insertInto('sign_in_link')
      .values(
        Array.from({ length: 3 }, (_, nth) => ({
          token_hash: Buffer.from(`old ${nth}`),
          purpose: 'first_admin',
          account_id: null,
          expires_at: new Date(Date.now() - 1_000),
        })),
      )
      .execute();
    await links.forFirstAdmin();
    expect((await tableText('sign_in_link')).rows).toBe('');
  });
});

async function tableText(table: 'sign_in_link' | 'account' | 'session' | 'audit'): Promise<{ rows: string }> {
  const rows = await db().selectFrom(table).selectAll().execute();
  return { rows: rows.map((row) => JSON.stringify(row)).join('\n') };
}

describe('an account', () => {
  test('cannot be had twice for one address, however it is written', async () => {
    const { email } = await account('viewer');
    expect(await accounts.add({ name: 'Again', email: ` ${email.toLowerCase()}`, roles: ['viewer'] }, by)).toEqual({
      kind: 'email_taken',
    });
  });

  test('keeps its address encrypted, and gives it back to those who may see it', async () => {
    const { id, email } = await account('viewer');
    const { rows } = await tableText('account');
    expect(rows.toLowerCase()).not.toContain(email.toLowerCase());
    expect((await accounts.list()).find((one) => one.id === id)?.email).toBe(email);
    expect((await tableText('audit')).rows.toLowerCase()).not.toContain('example.com');
  });

  test('chooses its password by a link that is good once and ends with the next', async () => {
    const { id, email } = await account('viewer');
    const one = await accounts.reset(id, by);
    const two = await accounts.reset(id, by);
    if (one.kind !== 'made' || two.kind !== 'made') throw new Error('no link');
    expect(await links.choosePassword(one.link, 'another long sentence', 'r')).toEqual({ kind: 'gone' });
    expect(await links.choosePassword(two.link, 'another long sentence', 'r')).toEqual({ kind: 'done' });
    expect(await links.choosePassword(two.link, 'a third long sentence', 'r')).toEqual({ kind: 'gone' });
    expect((await attempt(email, password)).kind).toBe('refused');
    expect((await attempt(email, 'another long sentence')).kind).toBe('signed_in');
  });

  test('a link that is over is worth nothing', async () => {
    const { id } = await account('viewer');
    const made = await accounts.reset(id, by);
    if (made.kind !== 'made') throw new Error(made.kind);
    const token_hash = createHash('sha256').update(made.link).digest();
    await db().deleteFrom('sign_in_link').where('token_hash', '=', token_hash).execute();
    await db()
      .insertInto('sign_in_link')
      .values({ token_hash, purpose: 'password', account_id: id, expires_at: new Date(Date.now() - 1_000) })
      .execute();
    expect(await links.look(made.link)).toBeNull();
    expect(await links.choosePassword(made.link, 'another long sentence', 'r')).toEqual({ kind: 'gone' });
    expect(await links.choosePassword('nonsense', 'another long sentence', 'r')).toEqual({ kind: 'gone' });
  });

  test('loses its sessions with a change of roles, and for good when it is deactivated', async () => {
    const { id, email } = await account('viewer');
    const first = await attempt(email, password);
    if (first.kind !== 'signed_in') throw new Error(first.kind);
    expect(await sessions.find(first.token)).toMatchObject({ account: id, roles: ['viewer'] });
    expect(await accounts.setRoles(id, ['operator', 'viewer'], by)).toEqual({ kind: 'changed' });
    expect(await sessions.find(first.token)).toBeNull();
    const second = await attempt(email, password);
    if (second.kind !== 'signed_in') throw new Error(second.kind);
    expect((await sessions.find(second.token))?.roles).toEqual(['operator', 'viewer']);
    expect(await accounts.deactivate(id, by)).toEqual({ kind: 'changed' });
    expect(await sessions.find(second.token)).toBeNull();
    expect((await attempt(email, password)).kind).toBe('refused');
    expect(await accounts.reset(id, by)).toEqual({ kind: 'deactivated' });
  });

  test('has a right beside its roles only while it is granted, and signs in again after each change', async () => {
    const { id, email } = await account('viewer');
    const before = await attempt(email, password);
    if (before.kind !== 'signed_in') throw new Error(before.kind);
    expect((await sessions.find(before.token))?.rights).toEqual([]);
    expect(await accounts.setRights(id, ['export'], by)).toEqual({ kind: 'changed' });
    expect(await sessions.find(before.token)).toBeNull();
    const after = await attempt(email, password);
    if (after.kind !== 'signed_in') throw new Error(after.kind);
    expect(await sessions.find(after.token)).toMatchObject({ roles: ['viewer'], rights: ['export'] });
    await accounts.setRights(id, [], by);
    expect((await accounts.list()).find((one) => one.id === id)?.rights).toEqual([]);
  });

  test('of the last admin stays one, also when two take each other away at once', async () => {
    const admins = (await accounts.list()).filter((one) => one.roles.includes('admin') && !one.deactivatedAt);
    const [last] = admins;
    expect(admins).toHaveLength(1);
    expect(await accounts.deactivate(last?.id ?? '', by)).toEqual({ kind: 'last_admin' });
    expect(await accounts.setRoles(last?.id ?? '', ['viewer'], by)).toEqual({ kind: 'last_admin' });
    const other = await account('admin');
    const both = await Promise.all([accounts.deactivate(last?.id ?? '', by), accounts.deactivate(other.id, by)]);
    expect(both.map(({ kind }) => kind).sort()).toEqual(['changed', 'last_admin']);
  });

  test('of nobody is not there', async () => {
    expect(await accounts.deactivate('acc_nobody', by)).toEqual({ kind: 'unknown_account' });
  });

  test('everything that is done to it is in the audit log, with who did it', async () => {
    const { id } = await account('viewer');
    await accounts.setRoles(id, ['operator'], by);
    await accounts.reset(id, by);
    await accounts.deactivate(id, by);
    const { items } = await readAudit(db(), { objectId: id });
    expect(items.map(({ action }) => action).reverse()).toEqual([
      'account.created',
      'account.password_chosen',
      'account.roles_changed',
      'account.password_link_made',
      'account.deactivated',
    ]);
    expect(items[0]).toMatchObject({ actor_kind: 'cli', actor_id: 'tester' });
  });
});

describe('signing in', () => {
  test('says the same of a wrong password, an unknown address and a deactivated account, and notes each', async () => {
    const { id, email } = await account('viewer');
    await accounts.deactivate(id, by);
    for (const [who, given] of [
      [email, password],
      ['nobody@example.com', password],
      ['', ''],
    ] as const)
      expect(await attempt(who, given, '192.0.2.77')).toEqual({ kind: 'refused' });
    const { items } = await readAudit(db(), { objectId: 'unknown' });
    expect(items[0]).toMatchObject({ action: 'account.sign_in_refused' });
  });

  test('takes as long for an unknown address as for a wrong password', async () => {
    const { id, email } = await account('viewer');
    const password_hash = await hashPassword(password, passwordPrice);
    await db().updateTable('account').set({ password_hash }).where('id', '=', id).execute();
    const dearSignIn = createSignIn(dear, sessions, () => clock);
    const time = async (who: string, address: string): Promise<number> => {
      const start = performance.now();
      expect(await attempt(who, 'wrong and wrong again', address, dearSignIn)).toEqual({ kind: 'refused' });
      return performance.now() - start;
    };
    const known: number[] = [];
    const unknown: number[] = [];
    for (let round = 0; round < 9; round += 1) {
      known.push(await time(email, `198.51.100.${round}`));
      unknown.push(await time(`nobody-${round}@example.com`, `198.51.101.${round}`));
    }
    const median = (all: number[]): number => all.sort((a, b) => a - b)[4] ?? 0;
    // One hash costs tens of ms, a query one or two: without the dummy hash the ratio would be ten or more.
    expect(median(known) / median(unknown)).toBeGreaterThan(0.4);
    expect(median(known) / median(unknown)).toBeLessThan(2.5);
  });

  test('is throttled for an account from one address after five failures, whoever is right the sixth time', async () => {
    const { email } = await account('viewer');
    clock += limits.signInWindowMs;
    for (let nth = 0; nth < limits.signInTriesMax; nth += 1)
      expect((await attempt(email, 'wrong', '203.0.113.5')).kind).toBe('refused');
    expect(await attempt(email, password, '203.0.113.5')).toMatchObject({ kind: 'throttled' });
    // Nobody can lock her out from elsewhere.
    expect((await attempt(email, password, '203.0.113.6')).kind).toBe('signed_in');
    clock += limits.signInWindowMs;
    expect((await attempt(email, password, '203.0.113.5')).kind).toBe('signed_in');
  });

  test('is throttled too for many who try one account from many addresses', async () => {
    clock += limits.signInWindowMs;
    const results = new Set<string>();
    for (let nth = 0; nth <= limits.signInTriesPerAccountMax; nth += 1)
      results.add((await attempt('hunted@example.com', 'wrong', `203.0.${nth}.1`)).kind);
    expect([...results]).toEqual(['refused', 'throttled']);
  }, 60_000);

  test('many at once are many tries', async () => {
    clock += limits.signInWindowMs;
    const { email } = await account('viewer');
    const all = await Promise.all(Array.from({ length: 12 }, () => attempt(email, 'wrong', '203.0.113.9')));
    expect(all.filter(({ kind }) => kind === 'refused')).toHaveLength(limits.signInTriesMax);
  });

  test('costs what it must wherever nobody says otherwise', () => {
    const { hashPrices, ...parts } = service.context;
    expect(createContext(parts).hashPrices).toEqual({
      password: { memoryCost: 64 * 1024, timeCost: 3, parallelism: 1 },
      secret: { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 },
    });
    expect(hashPrices).not.toEqual(realHashes);
  });

  test('makes the hash anew when the price has risen since', async () => {
    const { id, email } = await account('viewer');
    const { hash } = await import('@node-rs/argon2');
    const cheap = await hash(password, { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 });
    await db().updateTable('account').set({ password_hash: cheap }).where('id', '=', id).execute();
    expect((await attempt(email, password, '192.0.2.50', createSignIn(dear, sessions))).kind).toBe('signed_in');
    const row = await db().selectFrom('account').select('password_hash').where('id', '=', id).executeTakeFirstOrThrow();
    expect(row.password_hash).toContain('$m=65536,t=3,p=1$');
    expect(isOutdated(row.password_hash ?? '', passwordPrice)).toBe(false);
  });
});

describe('a throttle', () => {
  test('counts each key for itself, begins anew after its time, and forgets what was made good', () => {
    let now = 0;
    const throttle = createThrottle(2, 1_000, 100, () => now);
    expect([throttle.take('a'), throttle.take('a'), throttle.take('b')]).toEqual([0, 0, 0]);
    now = 400;
    expect(throttle.take('a')).toBe(600);
    throttle.forget('a');
    expect(throttle.take('a')).toBe(0);
    now = 1_400;
    expect([throttle.take('a'), throttle.take('a'), throttle.take('a')]).toEqual([0, 0, 1_000]);
  });

  test('keeps no more keys than it may', () => {
    const throttle = createThrottle(1, 1_000, 2, () => 0);
    throttle.take('a');
    throttle.take('b');
    throttle.take('c');
    // The oldest was forgotten; the others were not.
    expect(throttle.take('c')).toBe(1_000);
    expect(throttle.take('a')).toBe(0);
  });
});

describe('sessions', () => {
  const opened = async (): Promise<{ token: string; id: AccountId }> => {
    const { id, email } = await account('viewer');
    const result = await attempt(email, password, `192.0.2.${(made % 200) + 10}`);
    if (result.kind !== 'signed_in') throw new Error(result.kind);
    return { token: result.token, id };
  };

  test('are 256 random bits, kept as a hash', async () => {
    const { token } = await opened();
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect((await tableText('session')).rows).not.toContain(token);
    expect(await sessions.find(`${token.slice(0, -1)}${token.endsWith('A') ? 'E' : 'A'}`)).toBeNull();
    expect(await sessions.find('')).toBeNull();
  });

  test.each([
    ['half an hour without a touch', { last_seen_at: new Date(Date.now() - limits.sessionIdleMs - 1_000) }],
    ['twelve hours in all', { expires_at: new Date(Date.now() - 1_000) }],
  ])('end after %s', async (_, change) => {
    const { token, id } = await opened();
    expect(await sessions.find(token)).not.toBeNull();
    await db().updateTable('session').set(change).where('account_id', '=', id).execute();
    expect(await sessions.find(token)).toBeNull();
    expect(await sessions.list(id)).toEqual([]);
    await sessions.sweep();
    expect(await db().selectFrom('session').select('device').where('account_id', '=', id).execute()).toEqual([]);
  });

  test('a touch counts once a minute, and lengthens only the idle time', async () => {
    const { token, id } = await opened();
    const who = await sessions.find(token);
    if (!who) throw new Error('no session');
    const seen = new Date(Date.now() - 10 * 60_000);
    await db().updateTable('session').set({ last_seen_at: seen }).where('account_id', '=', id).execute();
    const before = await sessions.list(id);
    await sessions.touch(who);
    const after = await sessions.list(id);
    expect(Date.parse(after[0]?.lastSeenAt ?? '')).toBeGreaterThan(seen.getTime() + 60_000);
    expect(after[0]?.expiresAt).toBe(before[0]?.expiresAt);
    await sessions.touch(who);
    expect(await sessions.list(id)).toEqual(after);
  });

  test("nobody ends somebody else's", async () => {
    const [mine, theirs] = [await opened(), await opened()];
    const [me, they] = [await sessions.find(mine.token), await sessions.find(theirs.token)];
    if (!me || !they) throw new Error('no session');
    expect(await sessions.end(me, they.session, 'r')).toBe(false);
    expect(await sessions.find(theirs.token)).not.toBeNull();
    expect(await sessions.end(they, they.session, 'r')).toBe(true);
    expect(await sessions.find(theirs.token)).toBeNull();
  });
});

describe('passwords', () => {
  test.each([
    'short',
    'password',
    'Password123!',
    'qwertyuiop',
    '12345678',
    'aaaaaaaaaa',
    'abababab',
    'passwordpassword',
    'Interlock2026',
    'x'.repeat(300),
  ])('%s is not taken', (one) => expect(passwordFault(one)).not.toBeNull());
  test.each(['correct horse battery staple', 'a sentence without digits', 'ünïcödé ist auch gut', '8f#Kq2!z'])(
    '%s is taken',
    (one) => expect(passwordFault(one)).toBeNull(),
  );
  test('little more than the own name is not taken', () => {
    expect(passwordFault('ada.byron1', ['Ada Byron', 'ada.byron'])).not.toBeNull();
    expect(passwordFault('ada.byron wrote the first program', ['ada.byron'])).toBeNull();
  });
  test('however a letter is composed, it is the same letter', async () => {
    expect(
      await verifyPassword(
        await hashPassword('caf\u00e9 au lait tous les jours', passwordPrice),
        'cafe\u0301 au lait tous les jours',
        passwordPrice,
      ),
    ).toBe(true);
  });
});
