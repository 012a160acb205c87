// POST /v1/events/replay: several quarantined webhooks once more, by their ids or by what they have in common, each with its own result.
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { limits } from '../../core/limits.ts';
import type { Context } from '../../services/context.ts';
import { type Replayed, replayEvents, replayMatching } from '../../services/intake/replay-events.ts';
import {
  askedBy,
  behind,
  connectionIdSchema,
  documentedApp,
  idSchema,
  json,
  jsonBody,
  momentSchema,
} from '../documented.ts';
import type { Access, AuthEnv } from '../door/auth.ts';
import { problemResponses } from '../problems/problems.ts';
import { recordedSchema, viewOfRecorded } from './replay-routes.ts';

const max = limits.bulkReplayMax;
const wish = z.union([
  z.strictObject({ events: z.array(idSchema('evt')).min(1).max(max).describe('In this order') }),
  z.strictObject({
    matching: z
      .strictObject({
        connection: connectionIdSchema.optional(),
        code: z.string().max(100).optional().describe('Why they were quarantined, such as unknown_stage'),
        stage: z.string().max(255).optional().describe('The stage that stood for nothing'),
        from: momentSchema.optional(),
        to: momentSchema.optional(),
      })
      .describe(`The ${max} oldest that were never replayed; all of them when nothing is named`),
  }),
]);

const bulkSchema = z
  .object({
    results: z.array(
      z.object({
        event: z.string(),
        replayed: z.boolean(),
        code: z.string().nullable().describe('Why not: as the code of the problem that replaying it alone answers'),
        recorded: z.array(recordedSchema),
        ignored: z.array(z.string()),
      }),
    ),
    more: z.boolean().describe('Others match too: ask again'),
  })
  .openapi('BulkReplay');

/** Before this nothing was recorded anywhere. */
const always = '1970-01-01T00:00:00.000Z';

export function bulkReplayRoutes(context: Context, access: Access): OpenAPIHono<AuthEnv> {
  const app = documentedApp();
  app.openapi(
    createRoute({
      method: 'post',
      ...behind(access, 'events', 'incidents:manage'),
      path: '/v1/events/replay',
      operationId: 'replayEvents',
      description: `At most ${max}, one after the other. What cannot be replayed yet stays quarantined, and keeps nobody else from it.`,
      request: { body: jsonBody(wish, 'Which ones') },
      responses: { 200: json(bulkSchema, 'What became of each'), ...problemResponses },
    }),
    async (request) => {
      const said = request.req.valid('json');
      const by = askedBy(request);
      if ('events' in said) {
        const results = await replayEvents(context, said.events, by);
        return request.json({ results: results.map(view), more: false }, 200);
      }
      const { from = always, to, ...filter } = said.matching;
      const window = { from, to: to ?? new Date(context.now() + limits.vendorClockToleranceMs).toISOString() };
      const { results, more } = await replayMatching(context, { ...filter, window }, by);
      return request.json({ results: results.map(view), more }, 200);
    },
  );
  return app;
}

function view({ event, result }: Replayed): z.infer<typeof bulkSchema>['results'][number] {
  if (result.kind !== 'replayed')
    return {
      event,
      replayed: false,
      code: result.kind === 'unknown_event' ? 'no_such_event' : result.kind,
      recorded: [],
      ignored: [],
    };
  return { event, replayed: true, code: null, recorded: result.recorded.map(viewOfRecorded), ignored: result.ignored };
}
