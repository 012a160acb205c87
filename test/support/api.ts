// The whole HTTP surface over a real database, called in memory: clients with tokens, and what was counted.
import { diagramsOf } from '../../src/console/diagram/kept-diagrams.ts';
import type { Scope } from '../../src/core/access/scopes.ts';
import type { SystemKind } from '../../src/core/machine/definition.ts';
import { createApp } from '../../src/http/app.ts';
import { type Clients, manageClients } from '../../src/services/clients/manage-clients.ts';
import { createTestContext, type TestContext, type TestContextOptions } from './context.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
export type Json = any;

export interface Answered {
  status: number;
  headers: Headers;
  type: string;
  text: string;
  /** Null for a body that is not JSON. */
  body: Json;
}

export interface ApiClient {
  id: string;
  token: string;
  get(path: string, headers?: Record<string, string>): Promise<Answered>;
  /** Sends a value as JSON, or a text as it is. */
  send(method: string, path: string, body: unknown, headers?: Record<string, string | undefined>): Promise<Answered>;
  /** Posts to /v1/events. */
  events(body: unknown, headers?: Record<string, string | undefined>): Promise<Answered>;
}

export interface Api extends AsyncDisposable {
  service: TestContext;
  app: ReturnType<typeof createApp>;
  clients: Clients;
  publicUrl: string;
  /** Without a token. Repeats what was turned away because the machine is busy, as a caller should. */
  request(path: string, init?: RequestInit): Promise<Answered>;
  client(kind?: SystemKind, ...scopes: Scope[]): Promise<ApiClient>;
  /** What interlock_requests_rejected_total says of a code at this moment. */
  rejected(code: string): Promise<number>;
}

export const by = { actor: { kind: 'cli' as const, id: 'tester' } };

export async function openApi(
  options: TestContextOptions & { stopping?: () => boolean; notices?: () => readonly string[] } = {},
): Promise<Api> {
  const service = await createTestContext(options);
  const { context } = service;
  const publicUrl = 'http://interlock.test';
  const app = createApp(context, {
    publicUrl,
    api: true,
    stopping: options.stopping ?? (() => false),
    ...(options.notices ? { notices: options.notices } : {}),
    trustedProxies: 0,
    requestsPerMinute: 1_000_000,
    metricsHere: true,
    draw: diagramsOf(context),
  });
  const clients = manageClients(context, context.database.engine);
  const request: Api['request'] = async (path, init) => {
    for (let round = 0; ; round += 1) {
      const answered = await read(await app.request(path, init));
      if (answered.body?.code !== 'overloaded' || round > 20) return answered;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  };
  return {
    service,
    app,
    clients,
    publicUrl,
    request,
    async client(kind = 'ats', ...scopes) {
      const { id, secret } = await clients.create(
        { name: 'Test', kind, scopes: scopes.length > 0 ? scopes : ['events:write', 'events:read'] },
        by,
      );
      const granted = await request('/oauth2/token', {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: 'grant_type=client_credentials',
      });
      if (granted.status !== 200) throw new Error(granted.text);
      return asking(request, id, granted.body.access_token as string);
    },
    async rejected(code) {
      const metric = await context.metrics.registry.getSingleMetric('interlock_requests_rejected_total')?.get();
      return metric?.values.find((one) => one.labels.code === code)?.value ?? 0;
    },
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}

function asking(request: Api['request'], id: string, token: string): ApiClient {
  const send: ApiClient['send'] = (method, path, body, headers = {}) => {
    const all = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers };
    const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return request(path, {
      method,
      headers: given,
      body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
    });
  };
  return {
    id,
    token,
    send,
    get: (path, headers = {}) => request(path, { headers: { authorization: `Bearer ${token}`, ...headers } }),
    events: (body, headers) => send('POST', '/v1/events', body, headers),
  };
}

async function read(response: Response): Promise<Answered> {
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  return {
    status: response.status,
    headers: response.headers,
    type,
    text,
    body: /json/.test(type) ? (JSON.parse(text) as Json) : null,
  };
}
