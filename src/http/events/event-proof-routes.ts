// GET /v1/events/:id: the sender's proof of what became of its event and whether every system shows it.
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { dispositions } from '../../core/deciding/intake.ts';
import type { Context } from '../../services/context.ts';
import { readEventProof } from '../../services/intake/read-event-proof.ts';
import { documentedApp, idSchema, json } from '../documented.ts';
import { type Access, type AuthEnv, requireScope } from '../door/auth.ts';
import { problem, problemResponses } from '../problems/problems.ts';
import { attemptSchema } from '../writebacks/writeback-schemas.ts';

const proofSchema = z
  .object({
    event: z.string(),
    source: z.string(),
    externalId: z.string(),
    machine: z.string(),
    claim: z.string().nullable(),
    subject: z.string().nullable(),
    disposition: z.enum(dispositions),
    code: z.string().nullable(),
    detail: z.record(z.string(), z.unknown()),
    occurredAt: z.string(),
    receivedAt: z.string(),
    settledAt: z.string().nullable(),
    parked: z.object({ for: z.string(), until: z.string() }).nullable(),
    transition: z
      .object({
        version: z.number().int(),
        type: z.string(),
        from: z.string(),
        to: z.string(),
        recordedAt: z.string(),
        hash: z.string(),
      })
      .nullable(),
    writebacks: z.array(
      z.object({
        id: z.string(),
        connection: z.string(),
        status: z.string(),
        shown: z.boolean().describe('The target was seen to show it'),
        confirmedAt: z.string().nullable(),
        settledBy: z.string().nullable(),
        reason: z.string().nullable(),
        attempts: z.array(attemptSchema),
      }),
    ),
    complete: z.boolean().describe('Nothing is under way any more'),
    shownEverywhere: z.boolean().describe('Every system that should show it was seen to show it'),
  })
  .openapi('EventProof');

export function eventProofRoutes(context: Context, access: Access): OpenAPIHono<AuthEnv> {
  const app = documentedApp();
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/events/{id}',
      operationId: 'getEventProof',
      tags: ['events'],
      description: 'With events:read any event; with events:write those that the client sent itself.',
      security: [{ oauth2: ['events:read'] }, { oauth2: ['events:write'] }],
      middleware: [requireScope(access)] as const,
      request: { params: z.object({ id: idSchema('evt') }) },
      responses: { 200: json(proofSchema, 'What became of the event'), ...problemResponses },
    }),
    async (request) => {
      const { id } = request.req.valid('param');
      const client = request.get('client');
      const readsAll = client.scopes.includes('events:read');
      if (!readsAll && !client.scopes.includes('events:write')) {
        return problem(request, 403, {
          code: 'insufficient_scope',
          detail: 'The token lacks events:read.',
          scope: 'events:read',
        }) as never;
      }
      const proof = await readEventProof(context, id);
      // What belongs to somebody else is not there, for one who may only see its own.
      if (!proof || (!readsAll && proof.source !== `client:${client.id}`))
        return problem(request, 404, { code: 'no_such_event', detail: `There is no event ${id}` }) as never;
      return request.json({ ...proof, disposition: proof.disposition as (typeof dispositions)[number] }, 200);
    },
  );
  return app;
}
