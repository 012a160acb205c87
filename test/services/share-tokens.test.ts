// Two worker processes with one credential of a vendor that knows one access token of it at a time.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { AccessToken } from '../../src/adapters/access-tokens.ts';
import { greenhouseSettings } from '../../src/adapters/greenhouse/settings.ts';
import { createVendorHttp, type OwnedVendorHttp, type VendorHttp } from '../../src/adapters/http.ts';
import type { Reading } from '../../src/adapters/port.ts';
import { type GreenhouseSandbox, startGreenhouse } from '../../src/sandbox/greenhouse.ts';
import { shareTokens } from '../../src/services/delivery/share-tokens.ts';
import { insertConnection } from '../../src/store/connections/connections.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { greenhouseStages } from '../support/hiring-office.ts';
import { mappingOf } from '../support/mappings.ts';

const secrets = { clientId: 'one', clientSecret: 'two', webhookSecret: 'three' };
let service: TestContext;
let http: OwnedVendorHttp;
let sandbox: GreenhouseSandbox;

beforeAll(async () => {
  service = await createTestContext();
  await insertConnection(service.context.database.engine, {
    id: 'greenhouse',
    adapter: 'greenhouse',
    kind: 'ats',
    settings: {},
    scope: {},
    pace: {},
    worker: 'interlock',
    secrets_current: null,
  });
  http = createVendorHttp({ allowPrivateAddresses: true, timeoutMs: 5_000, bodyBytesMax: 1_000_000 });
}, 60_000);
afterAll(async () => {
  await http.close();
  await service[Symbol.asyncDispose]();
});
beforeEach(async () => {
  sandbox = await startGreenhouse(secrets);
});
afterEach(() => sandbox.close());

interface Process {
  read(ref: string): Promise<Reading | null>;
  tokensAsked(): number;
}

/** A program of its own: nothing kept in memory is common to two of them. */
async function startProcess(shares = true): Promise<Process> {
  vi.resetModules();
  const { greenhouse } = await import('../../src/adapters/greenhouse/index.ts');
  let asked = 0;
  const counting: VendorHttp = {
    request(request, signal) {
      if (request.url.endsWith('/token')) asked += 1;
      return http.request(request, signal);
    },
  };
  const settings = greenhouseSettings.parse({
    baseUrl: sandbox.url,
    authUrl: sandbox.url,
    stages: greenhouseStages,
    rejectionReasonId: 14,
    allowCandidateEmails: true,
  });
  return {
    tokensAsked: () => asked,
    read: (ref) =>
      greenhouse.read(ref, {
        connection: 'greenhouse',
        settings,
        mapping: mappingOf('greenhouse'),
        secrets,
        http: counting,
        signal: new AbortController().signal,
        ...(shares ? { sharedTokens: shareTokens(service.context, 'greenhouse') } : {}),
      }),
  };
}

const many = (process: Process, ref: string): Promise<unknown[]> =>
  Promise.all(Array.from({ length: 10 }, () => process.read(ref)));

test('use one token, and when it is refused, one of them asks for another', async () => {
  const ref = sandbox.createApplication();
  const [one, other] = [await startProcess(), await startProcess()];
  for (let round = 1; round <= 3; round += 1) {
    await Promise.all([many(one, ref), many(other, ref)]);
    expect(one.tokensAsked() + other.tokensAsked()).toBe(round);
    sandbox.revokeTokens();
  }
});

test('without a common token they take it from each other', async () => {
  const ref = sandbox.createApplication();
  const [one, other] = [await startProcess(false), await startProcess(false)];
  for (const process of [one, other, one, other]) await process.read(ref);
  expect(one.tokensAsked() + other.tokensAsked()).toBe(4);
});

test('a maker that died is waited for no longer than a token takes', async () => {
  const ref = sandbox.createApplication();
  await (await startProcess()).read(ref);
  sandbox.revokeTokens();
  await service.context.database.engine
    .updateTable('vendor_token')
    .set({ value_ct: null, good_until: null, making_until: new Date(Date.now() + 600) })
    .execute();
  const process = await startProcess();
  const from = performance.now();
  expect(await process.read(ref)).toMatchObject({ stage: 'Application Review' });
  expect(performance.now() - from).toBeGreaterThan(200);
});

test('a store that could not be asked once is asked again', async () => {
  vi.resetModules();
  const { takeToken } = await import('../../src/adapters/access-tokens.ts');
  const shared = shareTokens(service.context, 'greenhouse');
  const token: AccessToken = { value: 'made in the end', goodUntil: Date.now() + 60_000 };
  const { signal } = new AbortController();
  const wish = { key: 'asked again', make: async () => token, signal };
  const away = { ...shared, read: () => Promise.reject(new Error('the database is away')) };
  await expect(takeToken({ ...wish, shared: away })).rejects.toThrow('the database is away');
  expect(await takeToken({ ...wish, shared })).toEqual(token);
});

test('what was made between the look and the claim is used, and nobody is kept waiting for it', async () => {
  vi.resetModules();
  const { takeToken } = await import('../../src/adapters/access-tokens.ts');
  const shared = shareTokens(service.context, 'greenhouse');
  const key = 'made meanwhile';
  const token: AccessToken = { value: 'of the other worker', goodUntil: Date.now() + 60_000 };
  const overtaken = {
    ...shared,
    claim: async () => {
      expect(await shared.claim(key)).toBe(true);
      await shared.keep(key, token);
      return shared.claim(key);
    },
  };
  const make = () => Promise.reject(new Error('the vendor would revoke the other one'));
  const { signal } = new AbortController();
  expect(await takeToken({ key, shared: overtaken, make, signal })).toMatchObject({ value: 'of the other worker' });
  expect(await shared.claim(key)).toBe(true);
});

test('what is kept is encrypted, and is over when the vendor said so', async () => {
  const shared = shareTokens(service.context, 'greenhouse');
  const token: AccessToken = { value: 'a-very-secret-token', goodUntil: Date.now() + 60_000 };
  expect(await shared.claim('k')).toBe(true);
  expect(await shared.claim('k')).toBe(false);
  await shared.keep('k', token);
  expect((await shared.read('k'))?.value).toBe(token.value);
  const rows = await service.context.database.engine.selectFrom('vendor_token').selectAll().execute();
  expect(rows.map((row) => row.value_ct?.toString('latin1') ?? '').join()).not.toContain(token.value);
  expect(await shared.claim('k')).toBe(true);
  await shared.keep('k', { ...token, goodUntil: Date.now() - 1 });
  expect(await shared.read('k')).toBeNull();
});
