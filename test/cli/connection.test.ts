// `interlock connection …` from adding to removing: what it does, what it writes into the audit log, and what it refuses.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GreenhouseSandbox, startGreenhouse } from '../../src/sandbox/greenhouse.ts';
import { type Interlock, onDatabase } from '../support/command-line.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const secrets = { clientId: 'client', clientSecret: 'hush-client', webhookSecret: 'hush-webhook' };
const givenSecrets = Object.entries(secrets).flatMap(([name, value]) => ['--secret', `${name}=${value}`]);

let database: TestDatabase;
let greenhouse: GreenhouseSandbox;
let interlock: Interlock;
let folder: string;
beforeAll(async () => {
  database = await createTestDatabase();
  greenhouse = await startGreenhouse(secrets);
  interlock = onDatabase(database.connectionString);
  folder = mkdtempSync(join(tmpdir(), 'interlock-cli-'));
});
afterAll(async () => {
  await greenhouse?.close();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

const settings = (more: object = {}): string =>
  JSON.stringify({
    baseUrl: greenhouse.url,
    authUrl: greenhouse.url,
    stages: { 'active.screening': 'Assessment' },
    rejectionReasonId: 14,
    allowCandidateEmails: true,
    ...more,
  });
const add = (name: string, ...more: string[]) =>
  interlock('connection', 'add', name, '--adapter', 'greenhouse', '--settings', settings(), ...givenSecrets, ...more);

/** Checks that standard output is one JSON document and nothing else. */
async function json(...argv: string[]) {
  const ran = await interlock(...argv, '--json');
  return { ...ran, body: JSON.parse(ran.stdout) };
}

const show = async (name: string) => (await json('connection', 'show', name)).body;
const audited = async (
  name: string,
): Promise<{ action: string; actor_kind: string; actor_id: string; detail: unknown }[]> =>
  (await json('audit', 'list', '--object', name)).body.items.reverse();

describe('a connection', () => {
  test('is added with its webhook address and the guide of its adapter, and shows no secret', async () => {
    const ran = await add('eu', '--machines', 'application', '--regions', 'EMEA,APAC');
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ran.stdout).toContain('http://127.0.0.1:8080/hooks/eu');
    expect(ran.stdout).toContain('# Connecting Greenhouse');
    expect(await show('eu')).toMatchObject({
      id: 'eu',
      adapter: 'greenhouse',
      kind: 'ats',
      status: 'active',
      scope: { machines: ['application'], regions: ['EMEA', 'APAC'] },
      secrets: ['clientId', 'clientSecret', 'webhookSecret'],
      rotating: false,
      webhookUrl: 'http://127.0.0.1:8080/hooks/eu',
    });
    for (const argv of [['show', 'eu'], ['list'], ['show', 'eu', '--json'], ['list', '--json']])
      expect((await interlock('connection', ...argv)).stdout).not.toContain('hush');
  });

  test('has its address filled into a guide that asks for it', async () => {
    const ran = await interlock(
      'connection',
      'add',
      'tool',
      '--adapter',
      'screening',
      '--settings',
      '{"applicationSystem":"eu"}',
      '--secret',
      `signingSecret=whsec_${'a'.repeat(32)}`,
    );
    expect(ran.stdout).toContain('**Webhook address:** http://127.0.0.1:8080/hooks/tool');
    expect(ran.stdout).not.toContain('{webhookUrl}');
  });

  test('takes settings and secrets from files', async () => {
    writeFileSync(join(folder, 'settings.json'), settings());
    writeFileSync(join(folder, 'secret.txt'), 'hush-client\n');
    const ran = await interlock(
      'connection',
      'add',
      'files',
      '--adapter',
      'greenhouse',
      '--settings-file',
      join(folder, 'settings.json'),
      '--secret',
      'clientId=client',
      '--secret-file',
      `clientSecret=${join(folder, 'secret.txt')}`,
      '--secret',
      'webhookSecret=a=b',
    );
    expect(ran.exitCode).toBe(0);
    expect((await json('connection', 'check', 'files')).body.read.kind).toBe('answered');
  });

  test('changes scope and settings, pauses, resumes and is removed for good; each change is in the audit log', async () => {
    await add('life', '--regions', 'EMEA');
    await interlock('connection', 'change', 'life', '--regions', 'all', '--business-units', 'Retail');
    expect((await show('life')).scope).toEqual({ businessUnits: ['Retail'] });
    await interlock('connection', 'change', 'life', '--settings', settings({ rejectionReasonId: 15 }));
    expect(await show('life')).toMatchObject({
      settings: { rejectionReasonId: 15 },
      scope: { businessUnits: ['Retail'] },
    });
    expect((await json('connection', 'pause', 'life')).body.status).toBe('paused');
    expect((await json('connection', 'resume', 'life')).body.status).toBe('active');
    expect((await json('connection', 'remove', 'life', '--yes')).body.status).toBe('removed');
    expect((await json('connection', 'list')).body.items.map((one: { id: string }) => one.id)).not.toContain('life');
    const rows = await audited('life');
    expect(rows.map((one) => one.action)).toEqual(
      ['added', 'changed', 'changed', 'paused', 'active', 'removed'].map((verb) => `connection.${verb}`),
    );
    expect(new Set(rows.map((one) => `${one.actor_kind}:${one.actor_id}`))).toEqual(
      new Set([`cli:${userInfo().username}`]),
    );
    expect(JSON.stringify(rows)).not.toContain('hush');
    expect(await json('connection', 'pause', 'life')).toMatchObject({
      exitCode: 1,
      body: { error: { code: 'unknown_connection' } },
    });
  });

  test('has a pace of its own until that is taken back', async () => {
    await add('paced', '--concurrency', '3', '--rate', '7/1500');
    const own = await show('paced');
    expect(own).toMatchObject({ concurrency: 3, rate: { requests: 7, perMs: 1_500 } });
    await interlock('connection', 'change', 'paced', '--rate', 'default');
    const { concurrency, rate } = await show('paced');
    expect(concurrency).toBe(3);
    expect(rate).not.toEqual(own.rate);
    expect((await interlock('connection', 'change', 'paced', '--concurrency', '0')).exitCode).toBe(2);
    expect((await interlock('connection', 'change', 'paced', '--rate', 'fast')).exitCode).toBe(2);
  });

  test('is not removed by a script that does not say --yes', async () => {
    await add('kept');
    const ran = await interlock('connection', 'remove', 'kept');
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain('--yes');
    expect((await show('kept')).status).toBe('active');
  });

  test('changes its secrets in two steps', async () => {
    await add('rotating');
    const next = await json('connection', 'rotate-secret', 'rotating', 'next', '--secret', 'webhookSecret=hush-new');
    expect(next.body.rotating).toBe(true);
    expect((await json('connection', 'rotate-secret', 'rotating', 'promote')).body.rotating).toBe(false);
    expect((await interlock('connection', 'rotate-secret', 'rotating', 'promote')).exitCode).toBe(1);
    await interlock('connection', 'rotate-secret', 'rotating', 'next', '--secret', 'clientId=other');
    expect((await json('connection', 'rotate-secret', 'rotating', 'drop')).body.rotating).toBe(false);
    expect((await audited('rotating')).map((one) => one.action)).toEqual(
      ['added', 'secrets_next', 'secrets_promote', 'secrets_next', 'secrets_drop'].map((verb) => `connection.${verb}`),
    );
    const none = await interlock('connection', 'rotate-secret', 'rotating', 'next');
    expect(none).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--secret-file') });
  });

  test('is checked against its vendor: address and credentials right, or refused', async () => {
    await add('checked');
    const right = await json('connection', 'check', 'checked');
    expect(right).toMatchObject({ exitCode: 0, body: { fine: true, problems: [], read: { kind: 'answered' } } });
    expect(right.body.shows.application.states).toContain('active.screening.invited');
    await interlock('connection', 'rotate-secret', 'checked', 'next', '--secret', 'clientSecret=wrong');
    await interlock('connection', 'rotate-secret', 'checked', 'promote');
    const wrong = await json('connection', 'check', 'checked');
    expect(wrong).toMatchObject({
      exitCode: 1,
      body: { fine: false, read: { kind: 'failed', detail: expect.stringContaining('credentials') } },
    });
    expect(greenhouse.log.entries()).toHaveLength(0);
  });
});

describe('refused with pointer and detail', () => {
  const refused = async (...argv: string[]) => (await json('connection', ...argv)).body.error;

  test('settings that the adapter does not understand', async () => {
    const ran = await interlock(
      'connection',
      'add',
      'bad',
      '--adapter',
      'greenhouse',
      '--settings',
      '{"stages":{}}',
      ...givenSecrets,
    );
    expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ran.stderr).toMatch(/^ {2}\/settings\/stages: Map at least one state\.$/m);
    expect(ran.stderr).toMatch(/^ {2}\/settings\/rejectionReasonId: /m);
    expect(await refused('show', 'bad')).toMatchObject({ code: 'unknown_connection' });
  });

  test('a missing and an unknown secret, an unknown adapter, a name that is taken or cannot be one, an unknown machine', async () => {
    const greenhouseWith = (...more: string[]) =>
      refused('add', 'new', '--adapter', 'greenhouse', '--settings', settings(), ...more);
    expect(await greenhouseWith('--secret', 'clientId=a')).toMatchObject({
      code: 'invalid_secrets',
      problems: [{ pointer: '/secrets/clientSecret' }],
    });
    expect(await greenhouseWith(...givenSecrets, '--secret', 'pin=1')).toMatchObject({
      problems: [{ pointer: '/secrets/pin' }],
    });
    expect(await greenhouseWith(...givenSecrets, '--machines', 'lathe')).toMatchObject({
      code: 'invalid_scope',
      problems: [{ pointer: '/scope/machines/0' }],
    });
    expect(await refused('add', 'new', '--adapter', 'fax')).toMatchObject({
      code: 'unknown_adapter',
      problems: [{ pointer: '/adapter' }],
    });
    expect(await refused('add', 'Not A Name', '--adapter', 'greenhouse')).toMatchObject({
      code: 'invalid_name',
      problems: [{ pointer: '/id' }],
    });
    await add('taken');
    expect(JSON.parse((await add('taken', '--machines', 'requisition', '--json')).stdout).error).toMatchObject({
      code: 'name_taken',
    });
  });

  test('a command line that cannot be meant ends with 2 and repeats no secret', async () => {
    const wrong = [
      ['add', 'new', '--adapter', 'greenhouse', '--settings', '{oops'],
      ['add', 'new', '--adapter', 'greenhouse', '--settings', '[]'],
      ['add', 'new', '--adapter', 'greenhouse', '--settings-file', join(folder, 'nowhere.json')],
      ['add', 'new', '--adapter', 'greenhouse', '--secret', 'hush'],
      ['add', 'new', '--adapter', 'greenhouse', '--secret-file', `clientId=${join(folder, 'nowhere.txt')}`],
      ['add', 'new'],
      ['change', 'eu'],
      ['rotate-secret', 'eu', 'sideways'],
    ];
    for (const argv of wrong) {
      const ran = await interlock('connection', ...argv);
      expect([argv, ran.exitCode, ran.stdout]).toEqual([argv, 2, '']);
      expect(ran.stderr).not.toContain('hush');
      expect(ran.stderr.length).toBeGreaterThan(10);
    }
  });
});
