// How POST /v1/events is described in the OpenAPI document: the same schema that checks, in each of the forms it is taken.
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { dispositions } from '../../core/deciding/intake.ts';
import { limits } from '../../core/limits.ts';
import { postedEventSchema } from '../../services/intake/read-events.ts';
import type { AuthEnv } from '../door/auth.ts';
import { problemResponses } from '../problems/problems.ts';

const recordedSchema = z
  .object({
    event: z.string().describe('Our id of the event'),
    disposition: z.enum(dispositions),
    code: z.string().optional(),
    detail: z.record(z.string(), z.unknown()),
    subject: z.string().nullable(),
    version: z.number().int().nullable().describe("The subject's version after the transition"),
    writebacks: z
      .array(
        z.object({ id: z.string(), connection: z.string(), status: z.string(), confirmedAt: z.string().nullable() }),
      )
      .describe('What the other systems must now show'),
    original: z.enum(dispositions).optional().describe('For a duplicate: what became of the first'),
    proof: z.string().describe('Where to ask later whether every system shows it'),
  })
  .openapi('RecordedEvent');

const cloudEvent = z
  .object({
    specversion: z.literal('1.0'),
    id: z.string(),
    source: z.string(),
    type: z.string(),
    subject: z.string().describe('`sub_…` or `<system>/<id>`'),
    time: z.string(),
    data: z.record(z.string(), z.unknown()).optional(),
  })
  .openapi('CloudEvent');

const example = {
  id: 'screening-4711-completed',
  type: 'screening.completed',
  subject: { system: 'greenhouse', ref: '265277' },
  occurredAt: '2026-11-21T09:30:00Z',
  data: { 'screening.score': 82 },
};

export function registerEventDocument(app: OpenAPIHono<AuthEnv>): void {
  const event = postedEventSchema.openapi('Event', { example });
  const ok = { content: { 'application/json': { schema: recordedSchema } } };
  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/v1/events',
    operationId: 'postEvents',
    tags: ['events'],
    security: [{ oauth2: ['events:write'] }],
    description: `One event or up to ${limits.eventsPerRequestMax}. The same id again is answered as a duplicate, for as long as the subject exists.`,
    request: {
      body: {
        required: true,
        content: {
          'application/json': {
            schema: z.union([
              event,
              z.object({ events: z.array(event).max(limits.eventsPerRequestMax) }),
              z.array(event).max(limits.eventsPerRequestMax),
            ]),
          },
          'application/cloudevents+json': { schema: cloudEvent },
          'application/cloudevents-batch+json': { schema: z.array(cloudEvent).max(limits.eventsPerRequestMax) },
        },
      },
    },
    responses: {
      200: {
        content: {
          'application/json': {
            schema: z.union([
              recordedSchema,
              z.object({
                results: z.array(z.object({ status: z.number().int(), body: z.record(z.string(), z.unknown()) })),
              }),
            ]),
          },
        },
        description: 'A duplicate, or one result for each of many events',
      },
      201: { ...ok, description: 'Recorded, and the subject moved' },
      202: { ...ok, description: 'Recorded and parked: its turn has not come' },
      ...problemResponses,
    },
  });
}
