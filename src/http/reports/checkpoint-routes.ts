// /v1/checkpoints: the sealed roots of the log, for anybody who keeps them outside, and the keys they are signed with.
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { checkpointSchema, publicKeyPem } from '../../core/log/checkpoint.ts';
import type { Context } from '../../services/context.ts';
import { ownKeys } from '../../services/log/checkpoint-keys.ts';
import { listCheckpoints } from '../../store/log/checkpoints.ts';
import { behind, documentedApp, json, pageLimit } from '../documented.ts';
import type { Access, AuthEnv } from '../door/auth.ts';
import { problemResponses } from '../problems/problems.ts';

const checkpointQuery = z.object({
  after: z.coerce.number().int().min(0).default(0).describe('Only checkpoints after this number'),
  limit: pageLimit,
});

const checkpointPage = z
  .object({
    items: z.array(checkpointSchema).describe('By number. One a line, as they are, they make a file of anchors'),
    next: z.number().nullable().describe('Send as `after` for the next page; null at the end'),
    keys: z.array(z.object({ id: z.string(), publicKey: z.string().describe('Ed25519, PEM') })),
  })
  .openapi('CheckpointPage');

export function checkpointRoutes(context: Context, access: Access): OpenAPIHono<AuthEnv> {
  const app = documentedApp();
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/checkpoints',
      operationId: 'listCheckpoints',
      ...behind(access, 'audit', 'audit:read'),
      request: { query: checkpointQuery },
      responses: { 200: json(checkpointPage, 'Checkpoints of the log, oldest first'), ...problemResponses },
    }),
    async (request) => {
      const { after, limit } = request.req.valid('query');
      const db = context.database.reports;
      const items = await listCheckpoints(db, after, limit);
      const next = items.length === limit ? (items.at(-1)?.n ?? null) : null;
      const keys = [...(await ownKeys(db, context.vault))].map(([id, key]) => ({ id, publicKey: publicKeyPem(key) }));
      return request.json({ items, next, keys }, 200);
    },
  );
  return app;
}
