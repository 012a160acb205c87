// What every documented route shares: an app that answers faults as problems, and the schemas of ids, pages and reasons.
import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import type { Scope } from '../core/access/scopes.ts';
import { decodeCursor, encodeCursor, type Position } from '../core/cursor.ts';
import { type IdPrefix, isId } from '../core/ids.ts';
import { limits } from '../core/limits.ts';
import { type Access, type AuthEnv, requireScope } from './door/auth.ts';
import { boundedBody } from './door/limits.ts';
import { invalid } from './problems/to-problem.ts';

/** An app whose routes answer 422 with a pointer per fault. */
export const documentedApp = (): OpenAPIHono<AuthEnv> =>
  new OpenAPIHono<AuthEnv>({
    defaultHook: (result, request) => (result.success ? undefined : invalid(request, result.error)),
  });

/** What stands in front of a route: who may call it, how much it may send, and how that is documented. */
export const behind = (access: Access, tag: string, scope: Scope) => ({
  tags: [tag],
  security: [{ oauth2: [scope] }],
  middleware: [requireScope(access, scope), boundedBody(limits.bodyBytesMax)] as [
    MiddlewareHandler<AuthEnv>,
    MiddlewareHandler,
  ],
});

/** A JSON body, of a request or a response. */
export const json = <T extends z.ZodType>(schema: T, description: string) => ({
  content: { 'application/json': { schema } },
  description,
});

/** A JSON body that must be there. */
export const jsonBody = <T extends z.ZodType>(schema: T, description: string) => ({
  ...json(schema, description),
  required: true,
});

/** One of our ids with this prefix. */
export const idSchema = (prefix: IdPrefix) =>
  z
    .string()
    .refine((text) => isId(prefix, text), `is not one of our ids, which look like ${prefix}_01…`)
    .openapi({ example: `${prefix}_01j9zc8m3vf2xr7w5q0t4k6hbe` });

export const connectionIdSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'is not the name of a connection')
  .openapi({ example: 'greenhouse-eu' });

/** A text that can be stored and printed: no control characters. */
export const plainText = (charsMax: number) =>
  z
    .string()
    .min(1)
    .max(charsMax)
    .regex(/^[^\p{Cc}\p{Cs}]+$/u, 'must be one line without control characters');

export const reasonSchema = plainText(500)
  .refine((text) => !text.includes('@'), 'holds an address: it is kept for ever, so write nothing personal')
  .describe('Kept for ever in the audit log: write nothing personal');

/** ISO 8601 with a zone. */
export const momentSchema = z.iso.datetime({ offset: true });

export const pageLimit = z.coerce.number().int().min(1).max(limits.pageRowsMax).default(limits.pageRowsDefault);

/** `next` of the page before. */
export const cursorSchema = z
  .string()
  .max(200)
  .refine((text) => decodeCursor(text) !== null, 'is not a cursor: send `next` of the page before, unchanged')
  .optional()
  .describe('`next` of the page before');

export const positionOf = (cursor: string | undefined): Position | null =>
  cursor === undefined ? null : decodeCursor(cursor);

export const nextSchema = z.string().nullable().describe('Send as `after` for the next page; null at the end');

/** Cuts a list that was read one row too far: the page, and where the next begins. */
export function pageOf<Row>(
  rows: readonly Row[],
  rowsMax: number,
  position: (row: Row) => Position,
): { page: Row[]; next: string | null } {
  const page = rows.slice(0, rowsMax);
  const last = page.at(-1);
  return { page, next: rows.length > rowsMax && last !== undefined ? encodeCursor(position(last)) : null };
}

/** Who asks, as the audit log names it, and the id of the request. */
export const askedBy = (request: {
  get(name: 'client'): { id: string };
  var: object;
}): { actor: { kind: 'client'; id: string }; requestId: string | undefined } => ({
  actor: { kind: 'client', id: request.get('client').id },
  requestId: (request.var as { requestId?: string }).requestId,
});
