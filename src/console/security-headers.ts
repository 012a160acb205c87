// Headers of every page: nothing runs or loads but what this service serves, nothing is kept by caches, nobody frames it.
import type { MiddlewareHandler } from 'hono';
import type { ConsoleEnv } from './route.ts';

export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** Pictures of their own carry their style inside; nothing else may be in them. */
export const pictureSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

export const secure: MiddlewareHandler<ConsoleEnv> = async (request, next) => {
  await next();
  const { headers } = request.res;
  if (!headers.has('content-security-policy')) headers.set('content-security-policy', contentSecurityPolicy);
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
  headers.set('x-content-type-options', 'nosniff');
  headers.set('referrer-policy', 'no-referrer');
  headers.set('x-frame-options', 'DENY');
  headers.set('permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=()');
};
