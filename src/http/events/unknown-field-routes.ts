// GET /v1/connections/{id}/unknown-fields: what a vendor sends and the dictionary's mapping keeps out, with how often.
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { connectionNameSchema } from '../../services/connections/connection-terms.ts';
import type { Context } from '../../services/context.ts';
import { readUnknownFields } from '../../services/intake/unknown-fields.ts';
import { behind, documentedApp, json } from '../documented.ts';
import type { Access, AuthEnv } from '../door/auth.ts';
import { problem, problemResponses } from '../problems/problems.ts';

const field = z
  .object({
    pointer: z
      .string()
      .describe('RFC 6901, with * for every index of an array; empty for all beyond the number that is kept'),
    kind: z
      .enum(['unmapped', 'unreadable'])
      .describe('Nobody has mapped it, or what stood there was not in the form that the mapping says'),
    code: z.string().nullable().describe('Why it could not be read'),
    seen: z.number().int(),
    firstSeenAt: z.string(),
    lastSeenAt: z.string(),
  })
  .openapi('UnknownField');

export function unknownFieldRoutes(context: Context, access: Access): OpenAPIHono<AuthEnv> {
  const app = documentedApp();
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/connections/{id}/unknown-fields',
      operationId: 'listUnknownFields',
      ...behind(access, 'connections', 'connections:read'),
      request: { params: z.object({ id: connectionNameSchema }) },
      responses: { 200: json(z.object({ items: z.array(field) }), 'The most frequent first'), ...problemResponses },
    }),
    async (request) => {
      const { id } = request.req.valid('param');
      const items = await readUnknownFields(context, id);
      if (items) return request.json({ items }, 200);
      return problem(request, 404, { code: 'unknown_connection', detail: `There is no connection "${id}".` }) as never;
    },
  );
  return app;
}
