// Access on pages: accounts and clients with what they may do, changed by admins only, nothing secret shown twice, and who is to be reviewed.
import { CompiledQuery } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readAccess } from '../../src/services/accounts/read-access.ts';
import { manageClients } from '../../src/services/clients/manage-clients.ts';
import { readAudit } from '../../src/services/write-audit.ts';
import { type Browser, by, openConsole, password, type TestConsole } from '../support/console.ts';

let desk: TestConsole;
let admin: Browser & { id: string };
beforeAll(async () => {
  desk = await openConsole();
  admin = await desk.signedIn('admin');
}, 180_000);
afterAll(async () => desk[Symbol.asyncDispose]());

const context = () => desk.service.context;
const access = () => readAccess(context());
const accountOf = async (id: string) => (await access()).accounts.find((one) => one.id === id);
const clientOf = async (id: string) => (await access()).clients.find((one) => one.id === id);
const notice = (text: string): string => /class="notice[^>]*>([^<]*)/.exec(text)?.[1] ?? '';
const secretOf = (text: string): string => /class="secret"><code>([^<]*)/.exec(text)?.[1] ?? '';

describe('an account', () => {
  test('is added with a link that is shown once, and whoever opens it chooses the password', async () => {
    const said = await admin.post('/access/accounts', { name: 'Ada', email: 'ada@example.com', 'role:viewer': 'on' });
    const link = secretOf(said.text);
    expect(link).toMatch(/^http:\/\/interlock\.test\/password\/[\w-]{43}$/);
    expect((await admin.get('/access')).text).not.toContain(link);
    const chosen = await desk.browser().post(new URL(link).pathname, { password, again: password });
    expect(chosen.headers.get('location')).toBe('/sign-in?said=chosen');
    const twice = await admin.post('/access/accounts', { name: 'A', email: 'ada@example.com', 'role:viewer': 'on' });
    expect([twice.status, notice(twice.text)]).toEqual([422, 'There is an account with that address already.']);
    const none = await admin.post('/access/accounts', { name: 'B', email: 'b@example.com' });
    expect(none.status).toBe(422);
  });

  test('shows when it last signed in and where it is signed in now', async () => {
    const other = await desk.signedIn('operator');
    const found = await accountOf(other.id);
    expect(found).toMatchObject({ sessions: 1, ready: true, roles: ['operator'], review: null });
    expect(Date.now() - Date.parse(found?.lastSignedInAt ?? '')).toBeLessThan(60_000);
    expect((await admin.get('/access')).text).toContain(`<data value="1" data-figure="access.sessions.${other.id}">1`);
  });

  test('gets other roles, rights and parties, which ends its sessions and is on record', async () => {
    const other = await desk.signedIn('viewer');
    const path = `/access/accounts/${other.id}`;
    const fields = { 'role:committee': 'on', 'role:auditor': 'on', 'role:nonsense': 'on' };
    expect((await admin.post(`${path}/roles`, fields)).headers.get('location')).toBe(`${path}?said=roles`);
    await admin.post(`${path}/rights`, { 'right:export': 'on' });
    await admin.post(`${path}/parties`, { 'party:IT': 'on' });
    expect((await admin.post(`${path}/parties`, { 'party:Mallory': 'on' })).status).toBe(422);
    expect(await accountOf(other.id)).toMatchObject({
      roles: ['auditor', 'committee'],
      rights: ['export'],
      parties: ['IT'],
    });
    expect((await other.get('/account')).status).toBe(303);
    const { items } = await readAudit(context().database.engine, { objectId: other.id, actorId: admin.id });
    expect(items.map((one) => one.action)).toEqual(
      expect.arrayContaining(
        ['account.roles_changed', 'account.rights_changed', 'account.parties_changed', 'access.read'].slice(0, 3),
      ),
    );
    expect((await admin.post(`${path}/roles`, {})).status).toBe(422);
    expect((await admin.post(`${path}/nonsense`, {})).status).toBe(404);
  });

  test('is deactivated for good; the last admin cannot be', async () => {
    const other = await desk.signedIn('viewer');
    await admin.post(`/access/accounts/${other.id}/deactivate`);
    expect((await other.get('/account')).status).toBe(303);
    const again = await admin.post(`/access/accounts/${other.id}/reset`);
    expect(notice(again.text)).toContain('deactivated, for good');
    for (const act of ['deactivate', 'roles']) {
      const said = await admin.post(`/access/accounts/${admin.id}/${act}`, { 'role:viewer': 'on' });
      expect(notice(said.text)).toContain('last admin');
    }
  });

  test('pages with addresses are on record before they are shown', async () => {
    await admin.get('/access');
    const { items } = await readAudit(context().database.engine, { action: 'access.read' });
    expect(items[0]).toMatchObject({ actor_id: admin.id, object_id: 'all' });
  });
});

test('a client is rotated, narrowed and revoked, and a secret is shown once', async () => {
  const clients = manageClients(context(), context().database.engine);
  const { id, secret } = await clients.create(
    { name: 'ATS', kind: 'ats', scopes: ['events:write', 'events:read'] },
    by,
  );
  const path = `/access/clients/${id}`;
  const second = secretOf((await admin.post(`${path}/add-secret`)).text);
  expect(second).toMatch(/^il_/);
  expect((await admin.get(path)).text).not.toContain(second);
  expect(await clients.authenticate(id, second)).not.toBeNull();
  expect(notice((await admin.post(`${path}/add-secret`)).text)).toContain('Two secrets are good already');
  await admin.post(`${path}/promote-secret`);
  expect(await clients.authenticate(id, secret)).toBeNull();
  expect(notice((await admin.post(`${path}/drop-secret`)).text)).toContain('no second secret');
  await admin.post(`${path}/scopes`, { 'scope:events:write': 'on', 'scope:nonsense': 'on' });
  expect(await clientOf(id)).toMatchObject({ scopes: ['events:write'], rotating: false });
  const work = await admin.post(`${path}/scopes`, { 'scope:writebacks:work': 'on' });
  expect([work.status, notice(work.text)]).toEqual([422, expect.stringContaining('one connection')]);
  await admin.post(`${path}/revoke`);
  expect(await clients.authenticate(id, second)).toBeNull();
  expect(notice((await admin.post(`${path}/scopes`, { 'scope:events:write': 'on' })).text)).toContain(
    'revoked, for good',
  );
  expect((await admin.get('/access/clients/cli_nonsense')).status).toBe(404);
});

test('what nobody used or changed for 90 days is to be reviewed, and nothing else', async () => {
  const run = (statement: string) => context().database.engine.executeQuery(CompiledQuery.raw(statement));
  const clients = manageClients(context(), context().database.engine);
  const [old, fresh] = [
    await clients.create({ name: 'Old', kind: 'ats', scopes: ['events:read'] }, by),
    await clients.create({ name: 'Rotated', kind: 'ats', scopes: ['events:read'] }, by),
  ];
  for (const { id } of [old, fresh])
    await run(`update client set created_at = now() - interval '100 days' where id = '${id}'`);
  await clients.authenticate(old.id, old.secret);
  const added = await clients.addSecret(fresh.id, by);
  if (added.kind !== 'added') throw new Error(added.kind);
  await clients.promoteSecret(fresh.id, by);
  await clients.authenticate(fresh.id, added.secret);
  const made = await desk.accounts.add({ name: 'Never', email: 'never@example.com', roles: ['viewer'] }, by);
  if (made.kind !== 'added') throw new Error(made.kind);
  await run(`update account set created_at = now() - interval '91 days' where id in ('${made.id}', '${admin.id}')`);
  expect(await clientOf(old.id)).toMatchObject({ review: 'old_secret' });
  expect(await clientOf(fresh.id)).toMatchObject({ review: null });
  expect(await accountOf(made.id)).toMatchObject({ review: 'never_used', ready: false });
  expect(await accountOf(admin.id)).toMatchObject({ review: null });
  const page = await admin.get('/access');
  expect(page.text).toContain('its secret is older than 90 days');
  expect(page.text).toContain('data-figure="access.review.accounts">1<');
});
