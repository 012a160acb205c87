// The session's cookie: for this host alone, over encrypted connections (or to this machine) alone, out of reach of scripts.
import type { Context as Request } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { limits } from '../core/limits.ts';
import type { ConsoleEnv } from './route.ts';

const name = 'interlock';

/** `Lax`, not `Strict`: a link in a mail should find its reader signed in. Forms are guarded by more than this. */
const attributes = { path: '/', secure: true, httpOnly: true, sameSite: 'Lax', prefix: 'host' } as const;

export const readSessionCookie = (request: Request<ConsoleEnv>): string | undefined => getCookie(request, name, 'host');

export const giveSessionCookie = (request: Request<ConsoleEnv>, token: string): void =>
  setCookie(request, name, token, { ...attributes, maxAge: limits.sessionAbsoluteMs / 1000 });

export const takeSessionCookie = (request: Request<ConsoleEnv>): void => {
  deleteCookie(request, name, attributes);
};
