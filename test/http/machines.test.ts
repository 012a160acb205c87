// /v1/machines: the published versions, as frozen, and their pictures.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { machineNames } from '../../src/core/machine-definition.ts';
import { projectFolder } from '../../src/project-folder.ts';
import { type Api, type ApiClient, type Json, openApi } from '../support/api.ts';

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
