// /v1/machines: the published versions, as frozen, and their pictures.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { machineNames } from '../../src/core/machine/definition.ts';
import { projectFolder } from '../../src/project-folder.ts';
import { type Api, type ApiClient, type Json, openApi } from '../support/api.ts';
import { intake } from '../support/intakes.ts';

const released = JSON.parse(readFileSync(join(projectFolder, 'machines', 'released.json'), 'utf8')) as Record<
  string,
  { hash: string }
>;
let api: Api;
let client: ApiClient;
beforeAll(async () => {
  api = await openApi();
  client = await api.client('operator', 'machines:read');
});
afterAll(async () => api[Symbol.asyncDispose]());

test('the list is what was released, with its hashes', async () => {
  const { body } = await client.get('/v1/machines');
  const listed = Object.fromEntries(body.items.map((one: Json) => [`${one.machine}.v${one.version}`, one.hash]));
  expect(listed).toEqual(Object.fromEntries(Object.entries(released).map(([name, { hash }]) => [name, hash])));
  for (const name of machineNames)
    expect(body.items.filter((one: Json) => one.machine === name && one.latest)).toHaveLength(1);
});

test.each(Object.keys(released))('%s has states with owners, and transitions with authorities', async (name) => {
  const [machine = '', version = ''] = name.split('.v');
  const { status, body } = await client.get(`/v1/machines/${machine}/${version}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ machine, version: Number(version), hash: released[name]?.hash });
  const states = new Set(body.states.map((one: Json) => one.state));
  for (const state of body.states) {
    expect(state.owner.length).toBeGreaterThan(0);
    expect(['revert', 'hold']).toContain(state.onDivergence);
    for (const transition of state.transitions) {
      expect(transition.causedBy.length).toBeGreaterThan(0);
      if (transition.to !== null) expect(states).toContain(transition.to);
    }
  }
});

test.each(Object.keys(released))('%s has a picture that shows every state', async (name) => {
  const [machine = '', version = ''] = name.split('.v');
  const { body } = await client.get(`/v1/machines/${machine}/${version}`);
  const picture = await client.get(body.diagram);
  expect(picture).toMatchObject({ status: 200, type: 'image/svg+xml; charset=utf-8' });
  expect(picture.headers.get('etag')).toBe(`"${body.hash}"`);
  expect(picture.text).toMatch(/^<svg[\s\S]*<\/svg>\s*$/);
  expect(picture.text).not.toMatch(/<script|NaN|undefined/);
  // Drawn from what was kept, it is the same.
  expect((await client.get(body.diagram)).text).toBe(picture.text);
});

test.each([
  ['/v1/machines/application/99', 404, 'unknown_machine_version', /released versions of application: 1/],
  ['/v1/machines/payroll/1', 404, 'unknown_machine_version', /machines: application/],
  ['/v1/machines/application/latest', 422, 'invalid', /version/],
  ['/v1/machines/application/1.png', 422, 'invalid', /version/],
  ['/v1/machines/application/99.svg', 404, 'unknown_machine_version', /99/],
])('%s is a problem that says what there is', async (path, status, code, names) => {
  const answer = await client.get(path);
  expect(answer).toMatchObject({ status, type: 'application/problem+json', body: { code } });
  expect(answer.body.detail).toMatch(names);
});

test('takes machines:read', async () => {
  const other = await api.client('operator', 'events:read');
  expect(await other.get('/v1/machines')).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } });
});

describe('versions before the committee', () => {
  /** The next version of applications, with another wording of its own. */
  const proposal = async (description: string) => {
    const { body } = await client.get('/v1/machines');
    const latest = body.items.find((one: Json) => one.machine === 'application' && one.latest);
    const { definition } = (await client.get(latest.href)).body;
    return { latest, definition: { ...definition, version: String(latest.version + 1), description } };
  };
  const propose = (by: ApiClient, definition: unknown, note = 'Clearer words', machine = 'application') =>
    by.send('POST', `/v1/machines/${machine}/versions`, { definition, note });

  test('one is proposed, listed, told from another proposal of its number, and waits for its signatures', async () => {
    const proposer = await api.client('operator', 'machines:read', 'machines:propose');
    const { latest, definition } = await proposal('First words.');
    expect(await propose(client, definition)).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } });
    const first = await propose(proposer, definition);
    expect(first).toMatchObject({ status: 201, body: { version: latest.version + 1, replaces: null } });
    expect(await propose(proposer, definition)).toMatchObject({ status: 200, body: { hash: first.body.hash } });
    const second = await propose(proposer, { ...definition, description: 'Second words.' });
    expect(second).toMatchObject({ status: 201, body: { replaces: first.body.hash } });
    const { body } = await client.get('/v1/machines/application/versions');
    expect(body.items.map((one: Json) => [one.version, one.status, one.hash]).slice(0, 3)).toEqual([
      [latest.version + 1, 'proposed', second.body.hash],
      [latest.version + 1, 'replaced', first.body.hash],
      [latest.version, 'in_force', latest.hash],
    ]);
    expect(body.items[0]).toMatchObject({
      releasedAt: null,
      proposal: { note: 'Clearer words', by: `client:${proposer.id}` },
      standing: { state: 'incomplete', approved: [], missing: body.items[0].required },
    });
    expect(body.items[0].required.length).toBeGreaterThan(1);
    const signatures = await client.get(second.body.signatures);
    expect(signatures.body).toMatchObject({ hash: second.body.hash, decisions: [] });
    const file = await client.get(signatures.body.file);
    expect(file.body).toMatchObject({ format: 'interlock-approvals-1', of: { hash: second.body.hash }, approvals: [] });
    expect(file.body.content.description).toBe('Second words.');
    // No API signs: that takes a person's password.
    expect((await proposer.send('POST', second.body.signatures, {})).status).toBe(404);
    const row = await api.service.context.database.reports
      .selectFrom('audit')
      .select(['actor_kind', 'actor_id'])
      .where('action', '=', 'version.proposed')
      .execute();
    expect(row).toEqual([0, 1].map(() => ({ actor_kind: 'client', actor_id: proposer.id })));
  });

  test.each<[string, (definition: Json) => unknown, number, string]>([
    ['a number that is taken', (one) => ({ ...one, version: '1' }), 409, 'already_released'],
    ['another machine than the address', (one) => ({ ...one, id: 'requisition' }), 422, 'invalid'],
    ['what is no machine', ({ id, version }) => ({ id, version }), 422, 'not_sound'],
    ['a state that leads nowhere', (one) => ({ ...one, initial: 'nowhere' }), 422, 'not_sound'],
    ['no definition', () => 'x', 422, 'invalid'],
  ])('%s is refused', async (_, change, status, code) => {
    const proposer = await api.client('operator', 'machines:propose');
    const { definition } = await proposal('Other words.');
    const answer = await propose(proposer, change(definition));
    expect(answer).toMatchObject({ status, body: { code } });
    if (code === 'not_sound') expect(answer.body.errors[0]).toMatchObject({ pointer: '/definition' });
  });

  test('two are compared, and history is replayed against one', async () => {
    const { body } = await client.get('/v1/machines/application/2/diff/1');
    expect(body).toMatchObject({ before: { version: 1 }, after: { version: 2 } });
    expect(body.states.length + body.transitions.length + body.machine.length).toBeGreaterThan(0);
    expect((await client.get('/v1/machines/application/2/diff/2')).body).toMatchObject({ states: [], transitions: [] });
    const received = intake('R1', 'application.received', {});
    const { subject } = await api.service.context.recorder().record(received);
    const replayed = await client.get('/v1/machines/application/2/replay');
    expect(replayed.body).toEqual({
      subjects: 1,
      counts: { same: 1, elsewhere: 0, refused: 0, held: 0 },
      next: null,
    });
    // Against the machine of requisitions nobody of these has a history.
    expect((await client.get('/v1/machines/requisition/1/replay')).body).toMatchObject({ subjects: 0 });
    const reader = await api.client('operator', 'machines:read', 'subjects:read');
    expect((await reader.get('/v1/machines/application/1/replay')).body).toMatchObject({ different: [] });
    expect((await reader.get(`/v1/machines/application/2/replay?after=${subject}`)).body.subjects).toBe(0);
  });

  test.each([
    ['/v1/machines/payroll/versions', 404],
    ['/v1/machines/application/99/signatures', 404],
    ['/v1/machines/application/99/signatures.json', 404],
    ['/v1/machines/application/2/diff/99', 404],
    ['/v1/machines/application/99/replay', 404],
    ['/v1/machines/application/2/replay?after=x', 422],
    ['/v1/machines/application/x/signatures', 422],
  ])('%s answers %d', async (path, status) => expect((await client.get(path)).status).toBe(status));
});
