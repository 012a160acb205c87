// OAuth 2.0 for machines: tokens for client credentials (RFC 6749 §4.4), revocation (RFC 7009), metadata (RFC 8414) and keys.
import { getConnInfo } from '@hono/node-server/conninfo';
import { Hono, type Context as Request } from 'hono';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { isScope, type Scope, scopeNames, splitScopes } from '../../core/access/scopes.ts';
import { isId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { KnownClient } from '../../services/clients/known-clients.ts';
import type { Context } from '../../services/context.ts';
import type { Access } from '../door/auth.ts';
import { boundedBody, consume } from '../door/limits.ts';
import { problem, type RequestEnv } from '../problems/problems.ts';
import { readClientForm } from './oauth-forms.ts';

export interface OauthOptions {
  /** Proxies of ours in front, each of which appends to X-Forwarded-For; 0: the socket's address counts. */
  proxies?: number;
}

type FormRequest = Request<RequestEnv>;

export function oauthRoutes(
  context: Pick<Context, 'log' | 'metrics'>,
  access: Access,
  options: OauthOptions = {},
): Hono<RequestEnv> {
  const app = new Hono<RequestEnv>();
  const authenticated = clientAuthentication(context, access, options.proxies ?? 0);
  app.use('/oauth2/token', boundedBody(formBytesMax));
  app.use('/oauth2/revoke', boundedBody(formBytesMax));
  app.post('/oauth2/token', (request) =>
    authenticated(request, (client, parameters) => issue(request, access, client, parameters)),
  );
  app.post('/oauth2/revoke', (request) =>
    authenticated(request, (client, parameters) => revoke(request, access, client, parameters)),
  );
  app.get('/oauth2/jwks', (request) => request.json({ keys: [access.tokens.jwk] }, 200, publicFor5Minutes));
  app.get('/.well-known/oauth-authorization-server', (request) =>
    request.json(metadataOf(access.tokens.issuer), 200, publicFor5Minutes),
  );
  return app;
}

const formBytesMax = 16 * 1024;
const publicFor5Minutes = { 'cache-control': 'public, max-age=300' };

type Answer = (client: KnownClient, parameters: Readonly<Record<string, string>>) => Promise<Response>;

/** Rates are limited before a secret is looked at, and for client and address together: nobody can lock a client out from elsewhere. */
function clientAuthentication(
  context: Pick<Context, 'log' | 'metrics'>,
  access: Access,
  proxies: number,
): (request: FormRequest, answer: Answer) => Promise<Response> {
  const perClient = new RateLimiterMemory({ points: limits.tokenRequestsPerMinuteMax, duration: 60 });
  const perAddress = new RateLimiterMemory({
    points: limits.tokenRequestsPerMinuteMax * limits.tokenAddressFactor,
    duration: 60,
  });
  return async (request, answer) => {
    request.header('cache-control', 'no-store');
    request.header('pragma', 'no-cache');
    const address = addressOf(request, proxies);
    const byAddress = await consume(perAddress, address);
    if (byAddress.consumedPoints > perAddress.points) return tooMany(request, byAddress.msBeforeNext);
    const form = readClientForm(
      request.req.header('content-type'),
      request.req.header('authorization'),
      await request.req.text(),
    );
    if (form.kind === 'refused') return refuse(request, form.error, form.description);
    const byClient = await consume(perClient, `${address} ${form.id}`);
    if (byClient.consumedPoints > perClient.points) return tooMany(request, byClient.msBeforeNext);
    const client = await access.clients.authenticate(form.id, form.secret);
    if (client) return answer(client, form.parameters);
    const claimed = isId('cli', form.id) ? form.id : 'malformed';
    context.log.warn({ requestId: request.get('requestId'), claimed }, 'a client could not prove who it is');
    return refuse(request, 'invalid_client', 'The client is not known, was revoked, or its secret is another.');
  };
}

async function issue(
  request: FormRequest,
  access: Access,
  client: KnownClient,
  parameters: Readonly<Record<string, string>>,
): Promise<Response> {
  if (parameters.grant_type === undefined)
    return refuse(request, 'invalid_request', 'The parameter grant_type is missing.');
  if (parameters.grant_type !== 'client_credentials')
    return refuse(request, 'unsupported_grant_type', 'Only client_credentials is supported.');
  const scopes = parameters.scope === undefined ? client.scopes : splitScopes(parameters.scope);
  const granted = scopes.filter((scope): scope is Scope => isScope(scope) && client.scopes.includes(scope));
  if (granted.length === 0 || granted.length < scopes.length)
    return refuse(request, 'invalid_scope', `This client may ask for: ${client.scopes.join(' ')}`);
  const { token, expiresInSeconds } = await access.tokens.issue(client, granted);
  return request.json(
    { access_token: token, token_type: 'Bearer', expires_in: expiresInSeconds, scope: granted.join(' ') },
    200,
  );
}

/** Answers 200 for a token that is worth nothing already (RFC 7009 §2.2); one of another client is refused. */
async function revoke(
  request: FormRequest,
  access: Access,
  client: KnownClient,
  parameters: Readonly<Record<string, string>>,
): Promise<Response> {
  if (parameters.token === undefined) return refuse(request, 'invalid_request', 'The parameter token is missing.');
  const verified = await access.tokens.verify(parameters.token);
  if (verified.kind === 'valid') {
    if (verified.client.id !== client.id)
      return refuse(request, 'unauthorized_client', 'The token was issued to another client.');
    const by = { actor: { kind: 'client' as const, id: client.id }, requestId: request.get('requestId') };
    await access.clients.revokeToken(client.id, verified.jti, verified.expiresAtMs, by);
  }
  return request.body('', 200);
}

type OauthError =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_scope'
  | 'unsupported_grant_type'
  | 'unauthorized_client';

/** RFC 6749 §5.2, which fixes a form of its own. */
function refuse(request: FormRequest, error: OauthError, description: string): Response {
  request.get('metrics')?.rejected(error);
  if (error === 'invalid_client') request.header('www-authenticate', 'Basic realm="interlock"');
  return request.json({ error, error_description: description }, error === 'invalid_client' ? 401 : 400);
}

function tooMany(request: FormRequest, waitMs: number): Response {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  request.header('retry-after', String(seconds));
  return problem(request, 429, {
    code: 'rate_limited',
    detail: `Too many requests for tokens. A token is good for ${limits.tokenTtlSeconds} s: keep it. Go on in ${seconds} s.`,
  });
}

/** The caller's address, behind so many proxies of ours. Counted from the right: what stands further left was written by the caller. */
export function addressOf(request: Request, proxies: number): string {
  const forwarded = proxies > 0 ? request.req.header('x-forwarded-for')?.split(',').at(-proxies)?.trim() : undefined;
  if (forwarded) return forwarded;
  // Called in memory there is no socket.
  return (request.env as { incoming?: unknown } | undefined)?.incoming
    ? (getConnInfo(request).remote.address ?? 'unknown')
    : 'memory';
}

const metadataOf = (issuer: string): Record<string, unknown> => ({
  issuer,
  token_endpoint: `${issuer}/oauth2/token`,
  revocation_endpoint: `${issuer}/oauth2/revoke`,
  jwks_uri: `${issuer}/oauth2/jwks`,
  service_documentation: `${issuer}/reference`,
  response_types_supported: [],
  grant_types_supported: ['client_credentials'],
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  revocation_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  scopes_supported: scopeNames,
});
