// What a page is to the console: an address, who may see it, and the function that answers.
import type { Context as Request } from 'hono';
import { type Role, roleNames } from '../core/access/roles.ts';
import type { RequestEnv } from '../http/problems/problems.ts';
import type { SignedIn } from '../services/accounts/keep-sessions.ts';
import type { Desk } from './desk.ts';

export interface ConsoleEnv {
  Variables: RequestEnv['Variables'] & { who: SignedIn | null };
}

/** One request: of somebody signed in, or (on public pages) of anybody. */
export interface Visit {
  desk: Desk;
  request: Request<ConsoleEnv>;
  who: SignedIn | null;
}
export type OwnVisit = Visit & { who: SignedIn };

export type Answer = Response | Promise<Response>;

interface Place {
  method: 'GET' | 'POST';
  /** As hono has it: `/machines/:machine`. */
  path: string;
}

/** A page for some roles. */
export interface OwnRoute extends Place {
  roles: readonly Role[];
  answer: (visit: OwnVisit) => Answer;
  /** Under this name in the navigation. */
  nav?: string;
  /** For pages that show personal data: the audit log's action, written before the page is made; its object is the address's first parameter. */
  audited?: { action: string; objectKind: string };
}

/** A page for anybody: it shows nothing of anybody. */
export interface PublicRoute extends Place {
  roles: 'public';
  answer: (visit: Visit) => Answer;
}

export type Route = OwnRoute | PublicRoute;

export const everyone: readonly Role[] = roleNames;
/** Who may look at single subjects; the committee sees figures. */
export const readers: readonly Role[] = ['admin', 'operator', 'auditor', 'viewer'];
/** Who may decide what becomes of writebacks, lanes, connections and what is stuck. */
export const operators: readonly Role[] = ['admin', 'operator'];
/** Who may look at the personal values of a subject; each look is on record. */
export const personalReaders: readonly Role[] = ['admin', 'operator', 'auditor'];

export const isOperator = (who: Pick<SignedIn, 'roles'>): boolean => operators.some((role) => who.roles.includes(role));

export const get = (
  path: string,
  roles: readonly Role[],
  answer: OwnRoute['answer'],
  more: Pick<OwnRoute, 'nav' | 'audited'> = {},
): Route => ({ method: 'GET', path, roles, answer, ...more });

export const post = (path: string, roles: readonly Role[], answer: OwnRoute['answer']): Route => ({
  method: 'POST',
  path,
  roles,
  answer,
});

export const forAnybody = (method: Place['method'], path: string, answer: PublicRoute['answer']): Route => ({
  method,
  path,
  roles: 'public',
  answer,
});
