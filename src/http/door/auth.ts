// Who is asking: bearer tokens on the API, and what each lets a request do.
import type { MiddlewareHandler } from 'hono';
import type { Scope } from '../../core/access/scopes.ts';
import { limits } from '../../core/limits.ts';
import { type ApiClient, createTokens, type Tokens } from '../../services/clients/issue-tokens.ts';
import { type Clients, manageClients } from '../../services/clients/manage-clients.ts';
import type { Context } from '../../services/context.ts';
import { problem, type RequestEnv } from '../problems/problems.ts';
import { limitRate } from './limits.ts';

/** Behind `requireScope`, `client` is who asks and what it may do. */
export interface AuthEnv {
  Variables: RequestEnv['Variables'] & { client: ApiClient };
}

export interface Access {
  clients: Clients;
  tokens: Tokens;
  /** Runs behind every `requireScope`, so that no route is without it. */
  limitRate: MiddlewareHandler<AuthEnv>;
}

/** `publicUrl` is the issuer of the tokens: the same for every process, without a slash at its end. `requestsPerMinute` is for each client. */
export function createAccess(
  context: Pick<Context, 'newId' | 'vault' | 'hashPrices' | 'now' | 'database'>,
  publicUrl: string,
  requestsPerMinute: number = limits.clientRequestsPerMinuteMax,
): Access {
  const clients = manageClients(context, context.database.engine);
  return { clients, tokens: createTokens(context, clients, publicUrl), limitRate: limitRate(requestsPerMinute) };
}

/** Lets a request through that has all of these scopes (RFC 6750); sets `client`. */
export function requireScope(access: Access, ...scopes: readonly Scope[]): MiddlewareHandler<AuthEnv> {
  const needed = scopes.join(' ');
  return async (request, next) => {
    const token = bearerOf(request.req.header('authorization'));
    if (token === null) {
      request.header('www-authenticate', 'Bearer realm="interlock"');
      return problem(request, 401, {
        code: 'missing_token',
        detail: 'Get a token from /oauth2/token and send it as "Authorization: Bearer …".',
      });
    }
    const verified = await access.tokens.verify(token);
    if (verified.kind === 'invalid') {
      const detail = reasons[verified.reason];
      request.header(
        'www-authenticate',
        `Bearer realm="interlock", error="invalid_token", error_description="${detail}"`,
      );
      return problem(request, 401, { code: 'invalid_token', detail });
    }
    const missing = scopes.filter((scope) => !verified.client.scopes.includes(scope));
    if (missing.length > 0) {
      request.header('www-authenticate', `Bearer realm="interlock", error="insufficient_scope", scope="${needed}"`);
      return problem(request, 403, {
        code: 'insufficient_scope',
        detail: `The token lacks ${missing.join(' and ')}.`,
        scope: needed,
      });
    }
    request.set('client', verified.client);
    return access.limitRate(request, next);
  };
}

const reasons = {
  malformed: 'The token was not issued here, or was changed.',
  expired: 'The token ran out. Get a new one.',
  revoked: 'The token or its client was revoked.',
} as const;

/** Only the header carries tokens: addresses and forms end up in logs. */
function bearerOf(header: string | undefined): string | null {
  return header !== undefined && header.length <= 4_096 ? (/^Bearer +([\w.~+/=-]+)$/i.exec(header)?.[1] ?? null) : null;
}
