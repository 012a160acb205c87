// `interlock account …`: an account made on the command line chooses its password at the service, until it is deactivated.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Interlock, onDatabase } from '../support/command-line.ts';
import { openConsole, password, type TestConsole } from '../support/console.ts';

let desk: TestConsole;
let interlock: Interlock;
beforeAll(async () => {
  desk = await openConsole();
  interlock = onDatabase(desk.service.connectionString);
  await desk.account('admin');
});
afterAll(async () => desk[Symbol.asyncDispose]());

async function json(...argv: string[]) {
  const ran = await interlock('account', ...argv, '--json');
  return { ...ran, body: JSON.parse(ran.stdout) };
}
const pathOf = (url: string): string => new URL(url).pathname;
const choose = (url: string) => desk.browser().post(pathOf(url), { password, again: password });
const signIn = (email: string) => desk.browser().post('/sign-in', { email, password });

describe('an account', () => {
  test('is added, its link shown once, and signs in with its roles', async () => {
    const ran = await interlock(
      'account',
      'add',
      'Ada Byron',
      '--email',
      'ada@example.com',
      '--roles',
      'operator,auditor',
    );
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    const [url = '', id = ''] = [
      /http:\S+\/password\/[\w-]{43}/.exec(ran.stdout)?.[0],
      /acc_\w+/.exec(ran.stdout)?.[0],
    ];
    const list = await interlock('account', 'list');
    expect(list.stdout).toContain('no password yet');
    expect(list.stdout).not.toContain(pathOf(url));
    expect((await choose(url)).status).toBe(303);
    expect((await choose(url)).status).toBe(410);
    expect((await signIn('ada@example.com')).status).toBe(303);
    expect((await json('list')).body.items.find((one: { id: string }) => one.id === id)).toMatchObject({
      name: 'Ada Byron',
      email: 'ada@example.com',
      roles: ['auditor', 'operator'],
      ready: true,
    });
  });

  test('is changed, gets a new link, and is deactivated for good', async () => {
    const { id, passwordUrl } = (await json('add', 'Bo', '--email', 'bo@example.com', '--roles', 'viewer')).body;
    await choose(passwordUrl);
    expect((await json('change', id, '--roles', 'operator')).body).toEqual({ id });
    const reset = await json('reset', id);
    expect((await choose(reset.body.passwordUrl)).status).toBe(303);
    expect(await interlock('account', 'deactivate', id)).toMatchObject({ exitCode: 2 });
    expect((await json('deactivate', id, '--yes')).exitCode).toBe(0);
    expect((await signIn('bo@example.com')).status).toBe(401);
    expect((await json('reset', id)).body.error.code).toBe('deactivated');
  });

  test('is granted a right beside its roles, and it is taken away', async () => {
    const { id } = (await json('add', 'Cleo', '--email', 'cleo@example.com', '--roles', 'operator')).body;
    expect((await json('change', id, '--rights', 'export')).body).toEqual({ id });
    const granted = async () =>
      (await json('list')).body.items.find((one: { id: string }) => one.id === id) as {
        roles: string[];
        rights: string[];
      };
    expect(await granted()).toMatchObject({ roles: ['operator'], rights: ['export'] });
    expect((await json('change', id, '--rights', 'none')).exitCode).toBe(0);
    expect(await granted()).toMatchObject({ roles: ['operator'], rights: [] });
  });

  test.each([
    ['without a role', ['add', 'Cy', '--email', 'cy@example.com'], 2, 'usage'],
    ['with a role there is not', ['add', 'Cy', '--email', 'cy@example.com', '--roles', 'king'], 1, 'invalid_account'],
    ['with no address', ['add', 'Cy', '--email', 'cy', '--roles', 'viewer'], 1, 'invalid_account'],
    [
      'with an address that is taken',
      ['add', 'Cy', '--email', 'PERSON-1@example.com', '--roles', 'viewer'],
      1,
      'email_taken',
    ],
    ['of which nothing changes', ['change', 'acc_nobody'], 2, 'usage'],
    ['with a right there is not', ['change', 'acc_nobody', '--rights', 'fly'], 1, 'invalid_rights'],
    ['that is not there', ['deactivate', 'acc_nobody', '--yes'], 1, 'unknown_account'],
  ])('%s is refused with a reason', async (_, argv, exitCode, code) => {
    const ran = await json(...argv);
    expect(ran.exitCode).toBe(exitCode);
    expect(ran.body.error.code).toBe(code);
  });

  test('of the last admin stays', async () => {
    const { items } = (await json('list')).body;
    const admin = items.find((one: { roles: string[] }) => one.roles.includes('admin'));
    expect((await json('deactivate', admin.id, '--yes')).body.error.code).toBe('last_admin');
    expect((await json('change', admin.id, '--roles', 'viewer')).body.error.code).toBe('last_admin');
  });
});
