// POST /v1/events as its callers see it: every form it is taken in, every disposition, and everything that is turned away.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idMaker } from '../../src/core/ids.ts';
import { limits } from '../../src/core/limits.ts';
import { addConnection } from '../../src/services/connections/manage-connections.ts';
import { type Answered, type Api, type ApiClient, by, type Json, openApi } from '../support/api.ts';

let api: Api;
let client: ApiClient;
beforeAll(async () => {
  api = await openApi();
  client = await api.client('ats');
  const added = await addConnection(api.service.context, by.actor, {
    id: 'screening',
    adapter: 'screening',
    settings: { applicationSystem: 'ats' },
    scope: {},
    secrets: { signingSecret: `whsec_${Buffer.alloc(24, 5).toString('base64')}` },
  });
  expect(added).toEqual({ ok: true });
});
afterAll(async () => api[Symbol.asyncDispose]());

let serial = 0;
const newRef = (): string => `ref-${++serial}`;

/** What a caller posts; `type` unless it is the first event of the application. */
function posted(ref: string, type = 'application.received', change: Record<string, unknown> = {}): Json {
  return {
    id: `evt-${++serial}`,
    type,
    subject: { system: 'ats', ref },
    occurredAt: new Date().toISOString(),
    data: {},
    ...change,
  };
}

const eventsOf = (externalId: string) =>
  api.service.context.database.reports
    .selectFrom('event')
    .select(['id', 'disposition', 'code'])
    .where('external_id', '=', externalId)
    .execute();

const transitionsOf = (event: string) =>
  api.service.context.database.reports
    .selectFrom('transition')
    .select(['version', 'to_state'])
    .where('event_id', '=', event)
    .execute();

async function counted(): Promise<{ events: number; received: number; ends: number; duplicates: number }> {
  const db = api.service.context.database.reports;
  const rows = await db.selectFrom('kpi_hour').select(['measure', 'count']).execute();
  const sum = (wanted: (measure: string) => boolean): number =>
    rows.filter((row) => wanted(row.measure)).reduce((total, row) => total + Number(row.count), 0);
  const { count } = await db
    .selectFrom('event')
    .select((expression) => expression.fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow();
  return {
    events: Number(count),
    received: sum((measure) => measure === 'event.received'),
    ends: sum((measure) => measure.startsWith('event.') && measure !== 'event.received'),
    duplicates: sum((measure) => measure === 'event.duplicate'),
  };
}

describe('one event', () => {
  test('that moves a subject is answered 201 with its writebacks and a proof to ask for', async () => {
    const event = posted(newRef());
    const answer = await client.events(event);
    expect(answer).toMatchObject({
      status: 201,
      body: { disposition: 'applied', version: 1, writebacks: [], detail: { from: 'none', to: 'active.received' } },
    });
    expect(await transitionsOf(answer.body.event)).toEqual([{ version: 1, to_state: 'active.received' }]);
    const proof = await client.get(answer.body.proof);
    expect(proof).toMatchObject({
      status: 200,
      body: { event: answer.body.event, externalId: event.id, disposition: 'applied', complete: true },
    });
  });

  test('may name its subject by our id', async () => {
    const first = await client.events(posted(newRef()));
    const next = await client.events(posted('', 'triage.started', { subject: { id: first.body.subject } }));
    expect(next).toMatchObject({ status: 201, body: { subject: first.body.subject, version: 2 } });
  });

  test('sent again is answered 200 with what became of the first, and changes nothing', async () => {
    const event = posted(newRef());
    const first = await client.events(event);
    const again = await client.events(event);
    expect(again).toMatchObject({
      status: 200,
      body: {
        event: first.body.event,
        disposition: 'duplicate',
        original: 'applied',
        version: 1,
        subject: first.body.subject,
      },
    });
    expect(await eventsOf(event.id)).toHaveLength(1);
    expect(await transitionsOf(first.body.event)).toHaveLength(1);
  });

  test('that differs under the same id is answered 422 and changes nothing', async () => {
    const event = posted(newRef());
    const first = await client.events(event);
    const other = await client.events({ ...event, type: 'triage.started' });
    expect(other).toMatchObject({ status: 422, body: { code: 'same_id_other_body', event: first.body.event } });
    expect(other.body.detail).toContain('new id');
    expect(await eventsOf(event.id)).toEqual([{ id: first.body.event, disposition: 'applied', code: null }]);
  });

  test('with the same id from another client is another event', async () => {
    const event = posted(newRef());
    await client.events(event);
    const other = await api.client('operator');
    expect((await other.events({ ...event, subject: { system: 'ats', ref: newRef() } })).status).toBe(201);
    expect(await eventsOf(event.id)).toHaveLength(2);
  });

  test('that is early is answered 202 and applied when its turn comes', async () => {
    const ref = newRef();
    const early = posted(ref, 'triage.started');
    expect(await client.events(early)).toMatchObject({ status: 202, body: { disposition: 'parked', subject: null } });
    await client.events(posted(ref));
    expect(await eventsOf(early.id)).toMatchObject([{ disposition: 'applied' }]);
  });

  test('that is not possible is a problem that names state and way out, and is on record', async () => {
    const ref = newRef();
    await client.events(posted(ref));
    await client.events(posted(ref, 'application.rejected', { data: { 'rejection.reason': 'Position closed' } }));
    const event = posted(ref, 'triage.started');
    const answer = await client.events(event);
    expect(answer).toMatchObject({
      status: 409,
      type: 'application/problem+json',
      body: { status: 409, code: 'closed', state: 'rejected', allowed: ['application.reopened'] },
    });
    expect(typeof answer.body.detail).toBe('string');
    expect(await eventsOf(event.id)).toMatchObject([{ disposition: 'refused', code: 'closed' }]);
    // The same again is not refused a second time: it is answered with the first refusal.
    expect(await client.events(event)).toMatchObject({ status: 200, body: { original: 'refused' } });
  });
});

describe('many events', () => {
  test('as an array are answered one by one, in the order they came', async () => {
    const ref = newRef();
    const answer = await client.events([
      posted(ref),
      posted(ref, 'triage.started'),
      posted(ref, 'no.such.event'),
      { nonsense: true },
    ]);
    expect(answer.status).toBe(200);
    expect(answer.body.results.map((one: Json) => one.status)).toEqual([201, 201, 409, 422]);
    expect(answer.body.results[3].body).toMatchObject({ code: 'invalid_event', status: 422 });
  });

  test('as {"events": […]} are the same', async () => {
    const answer = await client.events({ events: [posted(newRef()), posted(newRef())] });
    expect(answer.body.results.map((one: Json) => one.status)).toEqual([201, 201]);
  });

  test('none at all is no error', async () => {
    expect(await client.events([])).toMatchObject({ status: 200, body: { results: [] } });
  });

  test(`${limits.eventsPerRequestMax} in one request are all recorded`, async () => {
    const before = await counted();
    const events = Array.from({ length: limits.eventsPerRequestMax }, () => posted(newRef()));
    const answer = await client.events(events);
    expect(answer.body.results).toHaveLength(limits.eventsPerRequestMax);
    expect(answer.body.results.every((one: Json) => one.status === 201)).toBe(true);
    expect((await counted()).events - before.events).toBe(limits.eventsPerRequestMax);
  });
});

describe('CloudEvents', () => {
  const cloudEvent = (ref: string, type: string, change: Record<string, unknown> = {}): Json => ({
    specversion: '1.0',
    id: `ce-${++serial}`,
    source: '/ats',
    type,
    subject: `ats/${ref}`,
    time: new Date().toISOString(),
    ...change,
  });

  test('structured, with our prefix and version in the type', async () => {
    const event = cloudEvent(newRef(), 'interlock.application.received.v1', {
      datacontenttype: 'application/json',
      data: { 'application.source': 'Referral' },
    });
    const answer = await client.events(event, { 'content-type': 'application/cloudevents+json; charset=utf-8' });
    expect(answer).toMatchObject({ status: 201, body: { disposition: 'applied' } });
  });

  test('a batch', async () => {
    const ref = newRef();
    const batch = [cloudEvent(ref, 'application.received'), cloudEvent(ref, 'triage.started')];
    const answer = await client.events(batch, { 'content-type': 'application/cloudevents-batch+json' });
    expect(answer.body.results.map((one: Json) => one.status)).toEqual([201, 201]);
  });

  test('binary, with attributes in percent-encoded headers', async () => {
    const ref = newRef();
    const id = `ce-${++serial} ü`;
    const answer = await client.events(
      { 'application.source': 'Job board' },
      {
        'ce-specversion': '1.0',
        'ce-id': encodeURIComponent(id),
        'ce-source': '/ats',
        'ce-type': 'application.received',
        'ce-subject': `ats/${ref}`,
        'ce-time': new Date().toISOString(),
      },
    );
    expect(answer).toMatchObject({ status: 201 });
    expect(await eventsOf(id)).toHaveLength(1);
  });

  test('whose subject is our id', async () => {
    const first = await client.events(posted(newRef()));
    const event = cloudEvent('', 'triage.started', { subject: first.body.subject });
    expect(await client.events(event, { 'content-type': 'application/cloudevents+json' })).toMatchObject({
      status: 201,
      body: { subject: first.body.subject },
    });
  });

  test('a batch that is none is refused', async () => {
    const answer = await client.events(cloudEvent(newRef(), 'application.received'), {
      'content-type': 'application/cloudevents-batch+json',
    });
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid_event' } });
  });
});

interface BadInput {
  name: string;
  send: () => Promise<Answered>;
  status: number;
  code: string;
  /** What a person needs to find the fault by: parts of detail and pointers. */
  names: RegExp;
  pointer?: string;
  /** Events that are on record afterwards; none unless said otherwise. */
  recorded?: number;
}

const unknownSubject = idMaker(Date.now, (count) => crypto.getRandomValues(new Uint8Array(count)))('sub');
const screeningHook = (headers: Record<string, string>) =>
  api.request('/hooks/screening', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: '{}',
  });

/** As the tool signs: see the simulator. */
async function signedAt(ms: number): Promise<Record<string, string>> {
  const { createHmac } = await import('node:crypto');
  const [id, seconds] = [`msg_${randomUUID()}`, String(Math.floor(ms / 1000))];
  const signature = createHmac('sha256', Buffer.alloc(24, 5)).update(`${id}.${seconds}.{}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': `v1,${signature}` };
}

const badInputs: BadInput[] = [
  {
    name: 'a webhook for an unknown connection',
    send: () => api.request('/hooks/nowhere', { method: 'POST', body: '{}' }),
    status: 404,
    code: 'unknown_connection',
    names: /no such connection/,
  },
  {
    name: 'a webhook for a connection that no name can be',
    send: () => api.request('/hooks/a%00b', { method: 'POST', body: '{}' }),
    status: 404,
    code: 'unknown_connection',
    names: /no such connection/,
  },
  {
    name: 'a webhook without a signature',
    send: () => screeningHook({}),
    status: 401,
    code: 'missing_signature',
    names: /webhook-id/,
  },
  {
    name: 'a webhook with a bad signature',
    send: async () => screeningHook({ ...(await signedAt(Date.now())), 'webhook-signature': 'v1,AAAA' }),
    status: 401,
    code: 'bad_signature',
    names: /signingSecret/,
  },
  {
    name: 'a webhook with a stale timestamp',
    send: async () => screeningHook(await signedAt(Date.now() - 6 * 60_000)),
    status: 401,
    code: 'stale_timestamp',
    names: /webhook-timestamp/,
  },
  {
    name: 'a body that is too long',
    send: () => client.events(`"${'x'.repeat(limits.bulkBodyBytesMax)}"`),
    status: 413,
    code: 'too_large',
    names: new RegExp(String(limits.bulkBodyBytesMax)),
  },
  {
    name: 'a webhook that is too long',
    send: () => api.request('/hooks/screening', { method: 'POST', body: 'x'.repeat(limits.bodyBytesMax * 4 + 1) }),
    status: 413,
    code: 'too_large',
    names: new RegExp(String(limits.bodyBytesMax * 4)),
  },
  {
    name: 'too many events',
    send: () => client.events(Array.from({ length: limits.eventsPerRequestMax + 1 }, () => ({}))),
    status: 413,
    code: 'too_many_events',
    names: new RegExp(`${limits.eventsPerRequestMax + 1} events.*${limits.eventsPerRequestMax}`),
  },
  {
    name: 'deep nesting',
    send: () => client.events(`${'{"data":'.repeat(40)}1${'}'.repeat(40)}`),
    status: 422,
    code: 'too_deep',
    names: new RegExp(`40 deep; ${limits.jsonDepthMax}`),
  },
  {
    name: 'a forbidden key',
    send: () => client.events('{"id":"1","__proto__":{"type":"x"}}'),
    status: 422,
    code: 'forbidden_key',
    names: /__proto__/,
  },
  {
    name: 'a character that no database keeps',
    send: () => client.events('{"id":"a\\u0000b"}'),
    status: 400,
    code: 'forbidden_character',
    names: /\/id/,
  },
  {
    name: 'not JSON',
    send: () => client.events('{"id": oops}'),
    status: 400,
    code: 'not_json',
    names: /character 7/,
  },
  {
    name: 'not UTF-8',
    send: () => client.events(new Uint8Array([0x22, 0xc3, 0x28, 0x22])),
    status: 400,
    code: 'not_utf8',
    names: /UTF-8/,
  },
  {
    name: 'a wrong content type',
    send: () => client.events('<event/>', { 'content-type': 'application/xml' }),
    status: 415,
    code: 'unsupported_media_type',
    names: /application\/json/,
  },
  {
    name: 'no object',
    send: () => client.events('7'),
    status: 422,
    code: 'invalid_event',
    names: /object/,
    pointer: '',
  },
  {
    name: 'a missing field',
    send: () => client.events({ ...posted(newRef()), occurredAt: undefined }),
    status: 422,
    code: 'invalid_event',
    names: /occurredAt/,
    pointer: '/occurredAt',
  },
  {
    name: 'a field nobody knows',
    send: () => client.events({ ...posted(newRef()), 'a/b': 1 }),
    status: 422,
    code: 'invalid_event',
    names: /not a known field/,
    pointer: '/a~1b',
  },
  {
    name: 'a subject of the wrong type, deep in a union',
    send: () => client.events({ ...posted(newRef()), subject: { system: 'ats', ref: 7 } }),
    status: 422,
    code: 'invalid_event',
    names: /string/,
    pointer: '/subject/ref',
  },
  {
    name: 'an id that is too long',
    send: () => client.events({ ...posted(newRef()), id: 'x'.repeat(limits.identifierCharsMax + 1) }),
    status: 422,
    code: 'invalid_event',
    names: /200/,
    pointer: '/id',
  },
  {
    name: 'a value of the wrong type',
    send: () => client.events(posted(newRef(), 'screening.completed', { data: { 'screening.score': 'high' } })),
    status: 422,
    code: 'wrong_type',
    names: /screening\.score is a number/,
    pointer: '/data/screening.score',
  },
  {
    name: 'an unknown element',
    send: () => client.events(posted(newRef(), 'screening.completed', { data: { 'screening.mood': 1 } })),
    status: 422,
    code: 'unknown_element',
    names: /screening\.mood/,
    pointer: '/data/screening.mood',
  },
  {
    name: 'an element of another event',
    send: () => client.events(posted(newRef(), 'triage.started', { data: { 'screening.score': 82 } })),
    status: 422,
    code: 'not_in_event',
    names: /"triage\.started" does not carry screening\.score/,
    pointer: '/data/screening.score',
  },
  {
    name: 'a time in the future',
    send: () => client.events({ ...posted(newRef()), occurredAt: new Date(Date.now() + 6 * 60_000).toISOString() }),
    status: 422,
    code: 'future_occurred_at',
    names: /5 minutes/,
    pointer: '/occurredAt',
  },
  {
    name: 'a time that no calendar of ours has',
    send: () => client.events({ ...posted(newRef()), occurredAt: '0000-01-01T00:00:00Z' }),
    status: 422,
    code: 'invalid_event',
    names: /occurredAt/,
    pointer: '/occurredAt',
  },
  {
    name: 'an unknown machine version',
    send: () => client.events({ ...posted(newRef()), machineVersion: 99 }),
    status: 422,
    code: 'unknown_machine_version',
    names: /no released version 99; released: 1/,
    pointer: '/machineVersion',
  },
  {
    name: 'a CloudEvent whose header holds what no database keeps',
    send: () =>
      client.events('{}', {
        'ce-specversion': '1.0',
        'ce-id': 'a%00b',
        'ce-source': '/ats',
        'ce-type': 'application.received',
        'ce-subject': `ats/${newRef()}`,
        'ce-time': new Date().toISOString(),
      }),
    status: 422,
    code: 'invalid_event',
    names: /\/id/,
    pointer: '/id',
  },
  {
    name: 'an unknown event',
    send: () => client.events(posted(newRef(), 'candidate.teleported')),
    status: 409,
    code: 'unknown_event',
    names: /candidate\.teleported/,
    recorded: 1,
  },
  {
    name: 'an unknown subject',
    send: () => client.events({ ...posted('', 'triage.started'), subject: { id: unknownSubject } }),
    status: 409,
    code: 'unknown_subject',
    names: /no subject/,
    recorded: 1,
  },
  {
    name: 'no token',
    send: () => client.events(posted(newRef()), { authorization: undefined }),
    status: 401,
    code: 'missing_token',
    names: /oauth2\/token/,
  },
  {
    name: 'a changed token',
    send: () => client.events(posted(newRef()), { authorization: `Bearer ${client.token.slice(0, -4)}AAAA` }),
    status: 401,
    code: 'invalid_token',
    names: /token/,
  },
  {
    name: 'a missing scope',
    send: async () => (await api.client('ats', 'events:read')).events(posted(newRef())),
    status: 403,
    code: 'insufficient_scope',
    names: /events:write/,
  },
  {
    name: 'a revoked client',
    send: async () => {
      const revoked = await api.client('ats');
      await api.clients.revoke(revoked.id, by);
      return revoked.events(posted(newRef()));
    },
    status: 401,
    code: 'invalid_token',
    names: /revoked/,
  },
  {
    name: 'an address that is not there',
    send: () => client.send('POST', '/v1/event', posted(newRef())),
    status: 404,
    code: 'not_found',
    names: /\/reference/,
  },
];

describe('bad input', () => {
  test.each(badInputs)('$name', async ({ send, status, code, names, pointer, recorded = 0 }) => {
    const before = await counted();
    const rejected = await api.rejected(code);
    const answer = await send();
    expect(answer).toMatchObject({
      status,
      type: 'application/problem+json',
      body: { status, code, type: `/problems/${code}` },
    });
    expect(`${answer.body.detail} ${JSON.stringify(answer.body.errors ?? [])}`).toMatch(names);
    if (pointer !== undefined) expect(answer.body.errors.map((one: Json) => one.pointer)).toContain(pointer);
    expect(answer.body.instance).toBe(answer.headers.get('x-request-id'));
    // Every code leads to its explanation, and every refusal is counted under it.
    expect((await api.request(answer.body.type)).status).toBe(200);
    expect(await api.rejected(code)).toBe(rejected + 1);
    const after = await counted();
    expect(after.events - before.events).toBe(recorded);
    expect(after.received - before.received).toBe(recorded);
  });

  test('is in the metrics as they are scraped', async () => {
    const { text } = await api.request('/metrics');
    expect(text).toMatch(/^interlock_requests_rejected_total\{code="unknown_element"\} [1-9]/m);
  });

  test('leaves counts that add up', async () => {
    const { events, received, ends, duplicates } = await counted();
    expect(ends).toBe(received);
    expect(events).toBe(received - duplicates);
    expect(duplicates).toBeGreaterThan(0);
  });
});
