// What an administrator enters for a worker outside: the connection, its client, the accounts of nats-server, the document of the messages.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, openApi } from '../support/api.ts';
import { type Interlock, onDatabase } from '../support/command-line.ts';
import { describeNats } from '../support/nats.ts';

let api: Api;
let interlock: Interlock;
beforeAll(async () => {
  api = await openApi();
  interlock = onDatabase(api.service.connectionString);
});
afterAll(async () => api[Symbol.asyncDispose]());

const settings = JSON.stringify({
  stages: { 'active.received': 'Application Review' },
  rejectionReasonId: 14,
  allowCandidateEmails: true,
});

test('a connection that is left to a worker outside needs no credentials that could write', async () => {
  const added = await interlock(
    ...['connection', 'add', 'greenhouse-eu', '--adapter', 'greenhouse', '--settings', settings],
    ...['--worker', 'outside', '--secret', 'webhookSecret=hush', '--json'],
  );
  expect(added).toMatchObject({ exitCode: 0, stderr: '' });
  expect(JSON.parse(added.stdout)).toMatchObject({ worker: 'outside', secrets: ['webhookSecret'] });
  const refused = await interlock('connection', 'change', 'greenhouse-eu', '--worker', 'interlock', '--json');
  expect([refused.exitCode, JSON.parse(refused.stdout).error.code]).toEqual([1, 'invalid_secrets']);
  const misspelt = await interlock('connection', 'change', 'greenhouse-eu', '--worker', 'nobody');
  expect(misspelt.exitCode).toBe(2);
});

test('its client works for it alone', async () => {
  const add = (...more: string[]) =>
    interlock('client', 'add', 'Worker', '--kind', 'ats', '--scopes', 'writebacks:work', ...more, '--json');
  const added = await add('--connection', 'greenhouse-eu');
  expect(added.exitCode).toBe(0);
  const { id, secret, connection } = JSON.parse(added.stdout);
  expect(connection).toBe('greenhouse-eu');
  const granted = await api.request('/oauth2/token', {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const authorization = `Bearer ${granted.body.access_token}`;
  expect((await api.request('/v1/commands/greenhouse-eu', { headers: { authorization } })).status).toBe(200);
  expect((await api.request('/v1/commands/workday', { headers: { authorization } })).status).toBe(403);
  for (const more of [[], ['--connection', 'nowhere']])
    expect((await add(...more)).exitCode, `refused with ${more.join(' ')}`).toBe(1);
});

test('the messages are told in one document', async () => {
  const ran = await interlock('schema', 'asyncapi', '--json');
  expect(JSON.parse(ran.stdout)).toEqual((await api.request('/asyncapi.json')).body);
});

describeNats('the accounts for nats-server', () => {
  test('are what nats-server understands', async () => {
    const { exitCode, stdout } = await interlock('connection', 'permissions', 'greenhouse-eu', 'workday', '--feed');
    expect(exitCode).toBe(0);
    const folder = mkdtempSync(join(tmpdir(), 'interlock-accounts-'));
    const file = join(folder, 'nats.conf');
    writeFileSync(file, `jetstream { store_dir: "${folder}", max_file_store: 2GB }\n${stdout}`);
    const env = { INTERLOCK_PASSWORD: 'pa', GREENHOUSE_EU_PASSWORD: 'pb', WORKDAY_PASSWORD: 'pc' };
    const check = (given: Record<string, string>) =>
      spawnSync('nats-server', ['-t', '-c', file], { env: { PATH: process.env.PATH, ...given } }).status;
    expect(check(env)).toBe(0);
    const { WORKDAY_PASSWORD: _, ...lacking } = env;
    expect(check(lacking)).not.toBe(0);
    rmSync(folder, { recursive: true, force: true });
  });

  test('are refused for what cannot be the name of a connection', async () => {
    expect((await interlock('connection', 'permissions', 'a.>')).exitCode).toBe(1);
  });
});
