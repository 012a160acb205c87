// GET /v1/connections/{id}/unknown-fields: what vendors send and the mapping keeps out, by a webhook through the real door.
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addConnection } from '../../src/services/connections/manage-connections.ts';
import { keepUnknownFields } from '../../src/services/intake/unknown-fields.ts';
import { type Api, type ApiClient, by, openApi } from '../support/api.ts';
import { secrets } from '../support/hiring-office.ts';

let api: Api;
let client: ApiClient;
beforeAll(async () => {
  api = await openApi();
  client = await api.client('ats', 'connections:read');
  const settings = {
    stages: { 'active.screening': 'Assessment' },
    rejectionReasonId: 14,
    allowCandidateEmails: true,
  };
  const added = await addConnection(api.service.context, by.actor, {
    id: 'greenhouse',
    adapter: 'greenhouse',
    settings,
    scope: {},
    secrets,
  });
  expect(added).toEqual({ ok: true });
});
afterAll(() => api[Symbol.asyncDispose]());

test('a field that nobody mapped is kept out, counted and shown; so is one that cannot be read', async () => {
  const application = {
    id: 5,
    applied_at: 'yesterday',
    candidate: { first_name: 'Ada', last_name: 'Lovelace', shoe_size: 38 },
    jobs: [{ id: 3 }],
  };
  const body = JSON.stringify({ action: 'new_candidate_application', payload: { application } });
  const signature = `sha256 ${createHmac('sha256', secrets.webhookSecret).update(body).digest('hex')}`;
  const answered = await api.request('/hooks/greenhouse', {
    method: 'POST',
    headers: { 'content-type': 'application/json', signature, 'greenhouse-event-id': 'e-1' },
    body,
  });
  expect(answered.status, answered.text).toBe(200);
  await keepUnknownFields(api.service.context);

  const listed = await client.get('/v1/connections/greenhouse/unknown-fields');
  expect(listed.status).toBe(200);
  expect(listed.body.items).toEqual([
    expect.objectContaining({ pointer: '/application/applied_at', kind: 'unreadable', code: 'wrong_format', seen: 1 }),
    expect.objectContaining({ pointer: '/application/candidate/shoe_size', kind: 'unmapped', code: null, seen: 1 }),
  ]);
  expect(listed.text).not.toContain('yesterday');
  const metrics = (await api.request('/metrics')).text;
  expect(metrics).toContain('interlock_unknown_fields_total{connection="greenhouse",kind="unmapped"} 1');
  // The event counts all the same, without what could not be read.
  const [stored] = await api.service.context.database.reports
    .selectFrom('element_value')
    .select((select) => select.fn.countAll().as('count'))
    .execute();
  expect(Number(stored?.count)).toBe(2);
});

test('of a connection that there never was there is nothing', async () => {
  expect((await client.get('/v1/connections/nobody/unknown-fields')).body).toMatchObject({
    code: 'unknown_connection',
  });
});
