// The OpenAPI document: valid, complete, and true: what it shows as an example is what the service takes.
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scopeNames } from '../../src/core/access/scopes.ts';
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
    .filter((route) => /^\/(v1|assessment)\//.test(route.path) && route.method !== 'ALL' && !route.path.includes('*'))
    .map((route) => `${route.method} ${route.path.replace(/:([a-zA-Z]+)(\{[^}]*\})?/g, '{$1}')}`);
  expect([...new Set(served)].sort()).toEqual(documented.sort());
});

test('everything outside /v1 is known and meant to be outside', () => {
  const others = api.app.routes
    .filter((route) => !route.path.startsWith('/v1/') && route.method !== 'ALL')
    .map((route) => `${route.method} ${route.path}`);
  expect([...new Set(others)].sort()).toEqual([
    'GET /',
    'GET /.well-known/oauth-authorization-server',
    'GET /assessment/:connection/list_tests',
    'GET /assessment/:connection/test_status',
    'GET /asyncapi.json',
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
    'POST /assessment/:connection/response_error',
    'POST /assessment/:connection/send_test',
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
  for (const { method, path, operation } of operations()) {
    const answer = await api.request(path.replace(/\{[^}]+\}/g, 'x'), { method: method.toUpperCase() });
    // An ATS that orders tests has the key of its connection, and no token.
    const byKey = path.startsWith('/assessment/');
    expect([path, answer.status, answer.body?.code]).toEqual([path, 401, byKey ? 'invalid_key' : 'missing_token']);
    expect(answer.headers.get('www-authenticate')).toMatch(byKey ? /^Basic/ : /^Bearer/);
    expect([path, Object.keys(operation.security[0])]).toEqual([path, [byKey ? 'assessmentKey' : 'oauth2']]);
  }
});

describe('an example in it', () => {
  /** How the things that have an example are sent. */
  const doors: Record<string, (value: Json) => ReturnType<ApiClient['send']>> = {
    Event: (value) => client.events(value),
  };

  test('is taken as it stands, but for its date', async () => {
    const examples = Object.entries<Json>(document.components.schemas).filter(([, schema]) => schema.example);
    expect(examples.map(([name]) => name).sort()).toEqual(Object.keys(doors).sort());
    for (const [name, { example }] of examples) {
      const now = { ...example, occurredAt: new Date().toISOString() };
      const answer = await doors[name]?.(now);
      expect([name, [200, 201, 202].includes(answer?.status ?? 0), answer?.body?.detail]).toEqual([
        name,
        true,
        answer?.body?.detail,
      ]);
      expect(Number.isNaN(Date.parse(example.occurredAt))).toBe(false);
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
