// /v1/commands: what a worker outside this process needs to carry out a command. Personal data leaves here, so each read is audited.
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from '../services/context.ts';
import { fetchWork } from '../services/fetch-work.ts';
import { writeAudit } from '../services/write-audit.ts';
import type { Access, AuthEnv } from './auth.ts';
import { behind, documentedApp } from './documented.ts';
import { problem, problemResponses } from './problems.ts';

const workSchema = z
  .object({
    writeback: z.string(),
    attempt: z.number().int(),
    machine: z.string(),
    ref: z.string().nullable(),
    eventType: z.string(),
    targetState: z.string(),
    previousState: z.string().nullable(),
    occurredAt: z.string(),
    overwrites: z.array(z.string()),
    elements: z.record(z.string(), z.unknown()),
    subject: z.string(),
    version: z.number().int(),
  })
  .openapi('Work');

export function workRoutes(context: Context, access: Access): OpenAPIHono<AuthEnv> {
  const app = documentedApp();
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/commands/{connection}/{writeback}/{attempt}',
      operationId: 'getWork',
      ...behind(access, 'workers', 'writebacks:work'),
      request: {
        params: z.object({
          connection: z.string(),
          writeback: z.string(),
          attempt: z.coerce.number().int().positive(),
        }),
      },
      responses: {
        200: {
          content: { 'application/json': { schema: workSchema } },
          description: 'Everything that the vendor call needs',
        },
        ...problemResponses,
      },
    }),
    async (request) => {
      const { connection: name, writeback, attempt } = request.req.valid('param');
      const connection = (await context.connections.load(context.database.engine)).find((one) => one.id === name);
      const work = connection ? await fetchWork(context, connection, writeback, attempt) : null;
      if (!work)
        return problem(request, 404, {
          code: 'no_such_work',
          detail: 'This attempt is over or was never made. Acknowledge the command and take the next.',
        }) as never;
      await writeAudit(context.database.engine, {
        actor: { kind: 'client', id: request.get('client').id },
        action: 'work.read',
        objectKind: 'writeback',
        objectId: writeback,
        detail: { attempt, elements: Object.keys(work.elements) },
      });
      return request.json({ ...work, elements: { ...work.elements } }, 200);
    },
  );
  return app;
}
