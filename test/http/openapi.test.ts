// The OpenAPI document: valid, complete, and true: what it shows as an example is what the service takes.
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scopeNames } from '../../src/core/scopes.ts';
import { type Api, type ApiClient, type Json, openApi } from '../support/api.ts';

let api: Api;
let client: ApiClient;
let document: Json;
beforeAll(async () => {
  api = await openApi();
  client = await api.client('screening', ...scopeNames);
  document = (await api.request('/openapi.json')).body;
});
afterAll(async () => api[Symbol.asyncDispose]());

interface Operation {
  method: string;
  path: string;
  operation: Json;
}
const operations = (): Operation[] =>
  Object.entries<Json>(document.paths).flatMap(([path, item]) =>
    Object.entries<Json>(item).map(([method, operation]) => ({ method, path, operation })),
  );

test('is a valid OpenAPI 3.1 document', async () => {
  const validator = new Validator();
  const verdict = await validator.validate(structuredClone(document));
  expect(verdict).toEqual({ valid: true });
  expect(validator.version).toBe('3.1');
});

test('has every route of the API, and no other', () => {
  const documented = operations().map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  const served = api.app.routes
    .filter((route) => route.path.startsWith('/v1/') && route.method !== 'ALL' && !route.path.includes('*'))
    .map((route) => `${route.method} ${route.path.replace(/:([a-zA-Z]+)(\{[^}]*\})?/g, '{$1}')}`);
  expect([...new Set(served)].sort()).toEqual(documented.sort());
});

test('everything outside /v1 is known and meant to be outside', () => {
  const others = api.app.routes
    .filter((route) => !route.path.startsWith('/v1/') && route.method !== 'ALL')
    .map((route) => `${route.method} ${route.path}`);
  expect([...new Set(others)].sort()).toEqual([
    'GET /.well-known/oauth-authorization-server',
    'GET /healthz',
    'GET /metrics',
    'GET /oauth2/jwks',
    'GET /openapi.json',
    'GET /problems',
    'GET /problems/:code',
    'GET /readyz',
    'GET /reference',
    'GET /reference/:version/:file',
    'GET /reference/start.js',
    'POST /hooks/:connection',
    'POST /oauth2/revoke',
    'POST /oauth2/token',
  ]);
});

test('names each operation once, with a tag, its scopes and its problems', () => {
  const names = operations().map(({ operation }) => operation.operationId);
  expect(names.filter((name) => typeof name !== 'string' || !/^[a-z][A-Za-z]+$/.test(name))).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
  for (const { path, operation } of operations()) {
    expect([path, operation.tags?.length]).toEqual([path, 1]);
    for (const status of ['401', '403', '429', '503'])
      expect([path, status, Object.keys(operation.responses[status]?.content ?? {})]).toEqual([
        path,
        status,
        ['application/problem+json'],
      ]);
    for (const { oauth2 = [] } of operation.security ?? [])
      for (const scope of oauth2) expect(scopeNames).toContain(scope);
  }
});

test('without a token every operation is refused, with the way to one', async () => {
  for (const { method, path } of operations()) {
    const answer = await api.request(path.replace(/\{[^}]+\}/g, 'x'), { method: method.toUpperCase() });
    expect([path, answer.status, answer.body?.code]).toEqual([path, 401, 'missing_token']);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
  }
});

describe('an example in it', () => {
  const examples = (): { name: string; contentType: string; value: Json }[] =>
    operations().flatMap(({ operation }) =>
      Object.entries<Json>(operation.requestBody?.content ?? {}).flatMap(([contentType, media]) => {
        const many = Object.entries<Json>(media.examples ?? {}).map(([name, one]) => ({ name, value: one.value }));
        const one = media.example === undefined ? [] : [{ name: 'example', value: media.example }];
        return [...one, ...many].map(({ name, value }) => ({
          name: `${operation.operationId} ${name}`,
          contentType,
          value,
        }));
      }),
    );

  test('of an event is taken as it stands', async () => {
    const events = examples().filter(({ name }) => name.startsWith('recordEvent') || name.startsWith('postEvent'));
    expect(events.length).toBeGreaterThan(0);
    for (const { name, contentType, value } of events) {
      const past = JSON.parse(
        JSON.stringify(value).replaceAll(/"(occurredAt|time)":"[^"]*"/g, `"$1":"${new Date().toISOString()}"`),
      );
      const answer = await client.events(past, { 'content-type': contentType });
      const statuses = answer.body.results ? answer.body.results.map((one: Json) => one.status) : [answer.status];
      for (const status of statuses) expect([name, [200, 201, 202].includes(status)]).toEqual([name, true]);
    }
  });
});

describe('what no database keeps', () => {
  test.each(['%00', '%ED%A0%80', '%F0%9F%92%A9', `${'9'.repeat(400)}`])(
    'as %s in every place of an address is a caller’s fault',
    async (hostile) => {
      for (const { method, path, operation } of operations()) {
        const query = (operation.parameters ?? [])
          .filter((one: Json) => one.in === 'query')
          .map((one: Json) => `${one.name}=${hostile}`);
        const address = [
          path.replace(/\{[^}]+\}/g, hostile),
          ...query.map((one: string) => `${path.replace(/\{[^}]+\}/g, 'x')}?${one}`),
        ];
        for (const one of address) {
          const answer = await client.send(method.toUpperCase(), one, method === 'get' ? undefined : {});
          expect([method, one, answer.status < 500, answer.body?.code]).toEqual([method, one, true, answer.body?.code]);
        }
      }
    },
  );
});
