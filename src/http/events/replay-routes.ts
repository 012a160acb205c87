// POST /v1/events/:id/replay: a quarantined webhook once more, after its connection's mapping was mended.
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { dispositions, type Recorded } from '../../core/deciding/intake.ts';
import type { Context } from '../../services/context.ts';
import { type Replay, replayEvent } from '../../services/intake/replay-event.ts';
import { askedBy, behind, documentedApp, idSchema, json } from '../documented.ts';
import type { Access, AuthEnv } from '../door/auth.ts';
import { type Answering, problem, problemResponses } from '../problems/problems.ts';

export const recordedSchema = z.object({
  event: z.string(),
  disposition: z.enum(dispositions).describe('`duplicate` when it was replayed before'),
  code: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
  subject: z.string().nullable(),
  version: z.number().int().nullable(),
  original: z.enum(dispositions).nullable().describe('Of a duplicate: what became of the first'),
  proof: z.string(),
});

const replaySchema = z
  .object({
    event: z.string().describe('The quarantined one; it stays as it is'),
    recorded: z.array(recordedSchema),
    ignored: z.array(z.string()).describe('Why parts of the payload are no news'),
  })
  .openapi('EventReplay');

export function replayRoutes(context: Context, access: Access): OpenAPIHono<AuthEnv> {
  const app = documentedApp();
  app.openapi(
    createRoute({
      method: 'post',
      ...behind(access, 'events', 'incidents:manage'),
      path: '/v1/events/{id}/replay',
      operationId: 'replayEvent',
      description:
        'Translates it with the settings the connection has now, records what it says, settles its incident.',
      request: { params: z.object({ id: idSchema('evt') }) },
      responses: { 200: json(replaySchema, 'What was recorded'), ...problemResponses },
    }),
    async (request) => {
      const { id } = request.req.valid('param');
      const replay = await replayEvent(context, id, askedBy(request));
      if (replay.kind !== 'replayed') return refusal(request, id, replay) as never;
      return request.json({ event: id, recorded: replay.recorded.map(viewOfRecorded), ignored: replay.ignored }, 200);
    },
  );
  return app;
}

function refusal(request: Answering, id: string, replay: Exclude<Replay, { kind: 'replayed' }>): Response {
  switch (replay.kind) {
    case 'unknown_event':
      return problem(request, 404, { code: 'no_such_event', detail: `There is no event ${id}` });
    case 'not_quarantined':
      return problem(request, 409, {
        code: 'not_quarantined',
        detail: `The event ${id} is ${replay.disposition}`,
        disposition: replay.disposition,
      });
    case 'still_quarantined':
      return problem(request, 409, { code: 'still_quarantined', detail: replay.detail, reason: replay.reason });
    case 'erased':
      return problem(request, 409, { code: 'erased', detail: `The payload of ${id} was erased` });
    case 'connection_removed':
      return problem(request, 409, {
        code: 'connection_removed',
        detail: `The connection "${replay.connection}" was removed`,
      });
  }
}

/** What was recorded, as every answer about a replay shows it. */
export const viewOfRecorded = (recorded: Recorded): z.infer<typeof recordedSchema> => ({
  event: recorded.event,
  disposition: recorded.disposition,
  code: recorded.code,
  detail: recorded.detail ?? {},
  subject: recorded.subject,
  version: recorded.version,
  original: recorded.original?.disposition ?? null,
  proof: `/v1/events/${recorded.event}`,
});
