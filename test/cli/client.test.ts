// `interlock client …`: a client made on the command line gets a token from the service, until it is revoked.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Api, openApi } from '../support/api.ts';
import { type Interlock, onDatabase } from '../support/command-line.ts';

let api: Api;
let interlock: Interlock;
beforeAll(async () => {
  api = await openApi();
  interlock = onDatabase(api.service.connectionString);
});
afterAll(async () => api[Symbol.asyncDispose]());

async function json(...argv: string[]) {
  const ran = await interlock('client', ...argv, '--json');
  return { ...ran, body: JSON.parse(ran.stdout) };
}

const add = async (name = 'Assessment tool'): Promise<{ id: string; secret: string; curl: string }> =>
  (await json('add', name, '--kind', 'screening', '--scopes', 'events:write,events:read')).body;

const token = (id: string, secret: string) =>
  api.request('/oauth2/token', {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  });

describe('a client', () => {
  test('is added, its secret shown once, and gets a token with its scopes', async () => {
    const ran = await interlock(
      'client',
      'add',
      'Assessment tool',
      '--kind',
      'screening',
      '--scopes',
      'events:write,events:read',
    );
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    const [, id = '', secret = ''] =
      /curl -s -u (cli_\w+):(il_[\w-]+) -d grant_type=client_credentials http:\/\/127\.0\.0\.1:8080\/oauth2\/token/.exec(
        ran.stdout,
      ) ?? [];
    expect(await token(id, secret)).toMatchObject({
      status: 200,
      body: { token_type: 'Bearer', scope: 'events:write events:read' },
    });
    const list = await interlock('client', 'list');
    expect(list.stdout).toContain(id);
    expect(list.stdout).not.toContain(secret);
    expect((await json('list')).body.items[0]).toMatchObject({
      id,
      name: 'Assessment tool',
      kind: 'screening',
      rotating: false,
    });
  });

  test('changes its secret in two steps', async () => {
    const { id, secret } = await add();
    const added = (await json('rotate-secret', id)).body;
    expect(await json('rotate-secret', id)).toMatchObject({
      exitCode: 1,
      body: { error: { code: 'already_rotating' } },
    });
    expect((await token(id, secret)).status).toBe(200);
    expect((await token(id, added.secret)).status).toBe(200);
    expect((await json('promote-secret', id)).exitCode).toBe(0);
    expect((await token(id, secret)).status).toBe(401);
    expect((await token(id, added.secret)).status).toBe(200);
    expect(await json('drop-secret', id)).toMatchObject({ exitCode: 1, body: { error: { code: 'not_rotating' } } });
  });

  test('is revoked, but not by a script that does not say --yes', async () => {
    const { id, secret } = await add();
    expect((await interlock('client', 'revoke', id)).exitCode).toBe(2);
    expect((await token(id, secret)).status).toBe(200);
    expect((await json('revoke', id, '--yes')).exitCode).toBe(0);
    expect((await token(id, secret)).status).toBe(401);
    expect(await json('revoke', id, '--yes')).toMatchObject({ exitCode: 1, body: { error: { code: 'revoked' } } });
  });

  test('has each change in the audit log, without its secret', async () => {
    const { id, secret } = await add();
    await json('change', id, '--scopes', 'events:read');
    const ran = await interlock('audit', 'list', '--object', id, '--json');
    const rows: { action: string; actor_kind: string }[] = JSON.parse(ran.stdout).items;
    expect(rows.map((one) => [one.action, one.actor_kind])).toEqual([
      ['client.scopes_changed', 'cli'],
      ['client.created', 'cli'],
    ]);
    expect(ran.stdout).not.toContain(secret);
  });

  test('of no known kind, or with no known scope, is refused', async () => {
    expect(await json('add', 'x', '--kind', 'toaster', '--scopes', 'events:write')).toMatchObject({
      exitCode: 1,
      body: { error: { problems: [{ pointer: '/kind' }] } },
    });
    expect(await json('add', 'x', '--kind', 'ats', '--scopes', 'world:rule')).toMatchObject({
      exitCode: 1,
      body: { error: { problems: [{ pointer: '/scopes/0' }] } },
    });
    expect((await interlock('client', 'add', 'x', '--scopes', 'events:write')).exitCode).toBe(2);
    expect((await json('promote-secret', 'cli_nobody')).body.error.code).toBe('unknown_client');
  });
});
