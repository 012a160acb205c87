// /v1/checkpoints: whoever may read the audit collects them, page by page, with the key they are signed with.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isSignedBy, readPublicKeys } from '../../src/core/log/checkpoint.ts';
import { sealNow } from '../../src/services/log/seal-log.ts';
import { type Api, openApi } from '../support/api.ts';
import { until } from '../support/hiring-office.ts';
import { intake } from '../support/intakes.ts';

let api: Api;
let notices: string[] = [];
beforeAll(async () => {
  api = await openApi({ notices: () => notices });
});
afterAll(async () => api[Symbol.asyncDispose]());

test('are answered by number, signed by the key that comes with them', async () => {
  const { context } = api.service;
  const auditor = await api.client('ats', 'audit:read');
  expect((await auditor.get('/v1/checkpoints')).body).toEqual({ items: [], next: null, keys: [] });
  for (const ref of ['K1', 'K2', 'K3']) {
    await context.recorder().record(intake(ref, 'application.received'));
    await until(async () => (await sealNow(context)) !== null);
  }
  const first = (await auditor.get('/v1/checkpoints?limit=2')).body;
  expect(first.items.map((one: { n: number }) => one.n)).toEqual([1, 2]);
  const second = (await auditor.get(`/v1/checkpoints?limit=2&after=${first.next}`)).body;
  expect(second.items.map((one: { n: number }) => one.n)).toEqual([3]);
  expect(second.next).toBeNull();
  const key = readPublicKeys(first.keys[0].publicKey).get(first.items[0].key);
  for (const one of [...first.items, ...second.items]) expect(isSignedBy(one, key as never)).toBe(true);
});

test('are not for everybody', async () => {
  const stranger = await api.client('ats', 'reports:read');
  expect((await stranger.get('/v1/checkpoints')).status).toBe(403);
  expect((await api.request('/v1/checkpoints')).status).toBe(401);
});

test('a database that went back is told of, and events can still be taken', async () => {
  expect((await api.request('/readyz')).body.notices).toBeUndefined();
  notices = ['The database went back'];
  expect(await api.request('/readyz')).toMatchObject({ status: 200, body: { status: 'ready', notices } });
});
