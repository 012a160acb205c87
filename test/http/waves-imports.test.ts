// /v1/waves and /v1/imports: the same rules as the command line, with problems that name what is missing.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, type ApiClient, openApi } from '../support/api.ts';

let api: Api;
let client: ApiClient;
let reader: ApiClient;
beforeAll(async () => {
  api = await openApi();
  client = await api.client('operator', 'connections:read', 'connections:manage');
  reader = await api.client('operator', 'connections:read');
  const added = await client.send('POST', '/v1/connections', {
    id: 'ats',
    adapter: 'signed-webhook',
    settings: { url: 'https://ats.invalid/hook', states: ['active'], confirm: { mode: 'receipt' } },
    secrets: { signingSecret: `whsec_${Buffer.alloc(32, 1).toString('base64')}` },
  });
  expect(added).toMatchObject({ status: 201 });
});
afterAll(async () => api[Symbol.asyncDispose]());

test('a wave moves on only through its gates, and who may only read changes nothing', async () => {
  const phase = (body: unknown, who = client) => who.send('POST', '/v1/waves/ats/phase', body);
  expect((await client.get('/v1/waves')).body.items).toMatchObject([{ connection: 'ats', phase: 'live', since: null }]);
  expect(await phase({ to: 'shadow' }, reader)).toMatchObject({ status: 403 });
  expect(await phase({ to: 'shadow' })).toMatchObject({ status: 200, body: { phase: 'shadow', next: 'pilot' } });
  expect(await phase({ to: 'pilot', pilot: { regions: ['de'] } })).toMatchObject({
    status: 409,
    body: { code: 'gate_not_passed', gates: [{ name: 'days', demanded: 7 }, { name: 'volume' }, { name: 'matches' }] },
  });
  expect(await phase({ to: 'pilot', gates: { minWeeks: 1 } })).toMatchObject({ status: 422 });
  expect(await phase({ to: 'pilot', override: {} })).toMatchObject({ status: 422 });
  const override = { reason: 'The vendor’s sandbox was enough' };
  expect(await phase({ to: 'pilot', pilot: { regions: ['de'] }, override })).toMatchObject({
    status: 200,
    body: { phase: 'pilot', pilot: { regions: ['de'] } },
  });
  const hold = await client.send('POST', '/v1/waves/ats/hold', { reason: 'Wrong stages' });
  expect(hold).toMatchObject({ status: 200, body: { phase: 'paused', within: 'pilot', held: { gate: 'person' } } });
  const resume = () => client.send('POST', '/v1/waves/ats/resume', { reason: 'Mended' });
  expect(await resume()).toMatchObject({ status: 200, body: { phase: 'pilot', held: null } });
  expect(await resume()).toMatchObject({ status: 409, body: { code: 'no_wave' } });
  expect(await client.send('POST', '/v1/waves/nobody/phase', { to: 'live' })).toMatchObject({ status: 404 });
});

test('an import comes in parts, goes on where it stopped, and says what came of each line', async () => {
  const terms = { connection: 'ats', source: 'applications.ndjson', fingerprint: 'a'.repeat(64) };
  expect(await reader.send('POST', '/v1/imports', terms)).toMatchObject({ status: 403 });
  const begun = await client.send('POST', '/v1/imports', terms);
  expect(begun).toMatchObject({ status: 200, body: { status: 'running', rowsDone: 0 } });
  const { id } = begun.body;
  const send = (from: number, lines: unknown[]) => client.send('POST', `/v1/imports/${id}/lines`, { from, lines });
  const line = (ref: string) => ({ id: ref, state: 'active.triage', since: '2026-01-15' });
  expect(await send(1, [line('1'), line('1'), { id: '2' }])).toMatchObject({
    status: 200,
    body: {
      created: 1,
      duplicates: 1,
      errors: [
        { line: 3, rule: 'missing_state' },
        { line: 3, rule: 'missing_since' },
      ],
    },
  });
  expect(await send(1, [line('9')])).toMatchObject({ status: 409, body: { code: 'import_out_of_order', next: 4 } });
  expect(await send(4, [{ ...line('3'), nickname: 'x' }])).toMatchObject({
    status: 422,
    body: { code: 'unknown_columns' },
  });
  // Whoever lost her place asks again, and is told.
  expect((await client.send('POST', '/v1/imports', terms)).body).toMatchObject({ id, rowsDone: 3 });
  expect((await client.send('POST', '/v1/imports', { ...terms, writeBack: true })).body.id).not.toBe(id);
  const end = (lines: number) => client.send('POST', `/v1/imports/${id}/end`, { lines });
  expect(await end(4)).toMatchObject({ status: 409 });
  expect(await end(3)).toMatchObject({ status: 200, body: { status: 'done', created: 1, duplicates: 1, errors: 1 } });
  expect((await reader.get(`/v1/imports/${id}`)).body).toMatchObject({ status: 'done', rowsDone: 3 });
  expect(await send(4, [line('4')])).toMatchObject({ status: 409 });
  expect(await client.get(`/v1/imports/imp_${'0'.repeat(26)}`)).toMatchObject({ status: 404 });
});
