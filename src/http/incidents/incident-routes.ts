// /v1/incidents: what a person must settle.
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { type IncidentKind, incidentKinds } from '../../core/incident-kinds.ts';
import { limits } from '../../core/limits.ts';
import type { Context } from '../../services/context.ts';
import { settleIncident } from '../../services/settling/settle-incidents.ts';
import { findIncident, type IncidentReport, listIncidents } from '../../store/reports/incidents.ts';
import {
  askedBy,
  behind,
  connectionIdSchema,
  cursorSchema,
  documentedApp,
  idSchema,
  json,
  jsonBody,
  momentSchema,
  nextSchema,
  pageLimit,
  pageOf,
  plainText,
  positionOf,
  reasonSchema,
} from '../documented.ts';
import type { Access, AuthEnv } from '../door/auth.ts';
import { registerDuplicateRoutes } from '../persons/duplicate-routes.ts';
import { type Answering, problem, problemResponses } from '../problems/problems.ts';
import { registerConflictRoutes } from './conflict-routes.ts';
import { registerCareRoutes } from './incident-care-routes.ts';

export const incidentSchema = z
  .object({
    id: z.string(),
    kind: z.enum(incidentKinds),
    status: z.enum(['open', 'settled']),
    subject: z.string().nullable(),
    machine: z.string().nullable(),
    state: z.string().nullable().describe('Where the subject stands now'),
    connection: z.string().nullable(),
    writeback: z.string().nullable(),
    event: z.string().nullable(),
    owner: z.string().describe('Whose turn it is'),
    assignedTo: z.string().nullable().describe('The account of who takes care of it'),
    assignedAt: z.string().nullable(),
    element: z.string().nullable().describe('Of a field conflict: what the systems disagree about'),
    times: z.number().int().describe('How often it was found to be so'),
    detail: z.record(z.string(), z.unknown()),
    openedAt: z.string(),
    settledAt: z.string().nullable(),
    settledBy: z.string().nullable(),
    resolution: z.string().nullable(),
  })
  .openapi('Incident');

const query = z
  .object({
    kind: z.enum(incidentKinds).optional(),
    status: z.enum(['open', 'settled', 'all']).default('open'),
    connection: connectionIdSchema.optional(),
    subject: idSchema('sub').optional(),
    element: plainText(limits.identifierCharsMax).optional(),
    owner: plainText(limits.identifierCharsMax).optional(),
    assigned: z
      .union([idSchema('acc'), z.literal('nobody')])
      .optional()
      .describe('An account, or `nobody`'),
    openedBefore: momentSchema.optional(),
    after: cursorSchema,
    limit: pageLimit,
  })
  .strict();
const params = z.object({ id: idSchema('inc') });
const settleRequest = z.object({ resolution: reasonSchema }).strict().openapi('SettleIncident');

export function incidentRoutes(context: Context, access: Access): OpenAPIHono<AuthEnv> {
  const app = documentedApp();
  const reading = { method: 'get' as const, ...behind(access, 'incidents', 'incidents:read') };
  app.openapi(
    createRoute({
      ...reading,
      path: '/v1/incidents',
      operationId: 'listIncidents',
      request: { query },
      responses: {
        200: json(
          z.object({ items: z.array(incidentSchema), next: nextSchema }).openapi('IncidentPage'),
          'Open ones oldest first, others newest first',
        ),
        ...problemResponses,
      },
    }),
    async (request) => {
      const { status, assigned, after, limit, ...rest } = request.req.valid('query');
      const rows = await listIncidents(context.database.reports, {
        ...given(rest),
        ...(assigned === undefined ? {} : { assigned: assigned === 'nobody' ? null : assigned }),
        status,
        after: positionOf(after),
        rowsMax: limit + 1,
      });
      const { page, next } = pageOf(rows, limit, (row) => ({ at: row.opened_at, id: row.id }));
      return request.json({ items: page.map(incidentView), next }, 200);
    },
  );
  app.openapi(
    createRoute({
      ...reading,
      path: '/v1/incidents/{id}',
      operationId: 'getIncident',
      request: { params },
      responses: { 200: json(incidentSchema, 'The incident'), ...problemResponses },
    }),
    async (request) => {
      const { id } = request.req.valid('param');
      const row = await findIncident(context.database.reports, id);
      return row ? request.json(incidentView(row), 200) : (unknown(request, id) as never);
    },
  );
  registerSettling(app, context, access);
  registerCareRoutes(app, context, access);
  registerConflictRoutes(app, context, access);
  registerDuplicateRoutes(app, context, access);
  return app;
}

function registerSettling(app: OpenAPIHono<AuthEnv>, context: Context, access: Access): void {
  const managing = { method: 'post' as const, ...behind(access, 'incidents', 'incidents:manage') };
  app.openapi(
    createRoute({
      ...managing,
      path: '/v1/incidents/{id}/settle',
      operationId: 'settleIncident',
      request: { params, body: jsonBody(settleRequest, 'How it was settled') },
      responses: { 200: json(incidentSchema, 'Settled'), ...problemResponses },
    }),
    async (request) => {
      const { id } = request.req.valid('param');
      const decided = await settleIncident(context, id, { ...request.req.valid('json'), ...askedBy(request) });
      switch (decided.kind) {
        case 'unknown':
          return unknown(request, id) as never;
        case 'already_settled':
          return problem(request, 409, { code: 'already_settled', detail: 'The incident is settled already' }) as never;
        case 'must_choose': {
          const verb = decided.about === 'field_conflict' ? 'choose' : 'link';
          const detail = `POST /v1/incidents/${id}/${verb} settles it`;
          return problem(request, 409, { code: 'must_choose', detail, about: decided.about }) as never;
        }
        case 'writeback_dead':
          return problem(request, 409, {
            code: 'writeback_dead',
            detail: `Redrive or waive ${decided.writeback}: that settles the incident`,
            writeback: decided.writeback,
          }) as never;
        case 'done':
          return request.json(incidentView((await findIncident(context.database.reports, id)) as IncidentReport), 200);
      }
    },
  );
}

/** Without what was not asked for. */
const given = <T extends Record<string, string | undefined>>(query: T): { [K in keyof T]?: string } =>
  Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: string };

const unknown = (request: Answering, id: string): Response =>
  problem(request, 404, { code: 'no_such_incident', detail: `There is no incident ${id}` });

export const incidentView = (row: IncidentReport): z.infer<typeof incidentSchema> => ({
  id: row.id,
  kind: row.kind as IncidentKind,
  status: row.settled_at === null ? 'open' : 'settled',
  subject: row.subject_id,
  machine: row.machine,
  state: row.state,
  connection: row.connection_id,
  writeback: row.writeback_id,
  event: row.event_id,
  owner: row.owner,
  assignedTo: row.assigned_to,
  assignedAt: row.assigned_at,
  element: row.element,
  times: row.times,
  detail: row.detail,
  openedAt: row.opened_at,
  settledAt: row.settled_at,
  settledBy: row.settled_by,
  resolution: row.resolution,
});
