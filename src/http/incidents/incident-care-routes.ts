// /v1/incidents/{id}/assign and …/notes: who takes care of an incident, and what people found.
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { limits } from '../../core/limits.ts';
import type { Context } from '../../services/context.ts';
import { assignIncident, noteIncident } from '../../services/settling/care-for-incidents.ts';
import { findIncident } from '../../store/reports/incidents.ts';
import { notesOf } from '../../store/settling/incident-care.ts';
import { askedBy, behind, idSchema, json, jsonBody, plainText } from '../documented.ts';
import type { Access, AuthEnv } from '../door/auth.ts';
import { type Answering, problem, problemResponses } from '../problems/problems.ts';

const params = z.object({ id: idSchema('inc') });

const assignRequest = z
  .object({ account: idSchema('acc').nullable().describe('Who takes care of it; null: nobody any more') })
  .strict()
  .openapi('AssignIncident');

const assignedSchema = z
  .object({ id: z.string(), assignedTo: z.string().nullable(), assignedAt: z.string().nullable() })
  .openapi('AssignedIncident');

const noteRequest = z
  .object({
    note: plainText(limits.incidentNoteCharsMax).describe('Kept until the person it is about is erased; never changed'),
  })
  .strict()
  .openapi('NoteIncident');

const notesSchema = z
  .object({
    items: z.array(
      z.object({
        at: z.string(),
        author: z.string(),
        note: z.string().nullable().describe('Null once the person was erased'),
      }),
    ),
  })
  .openapi('IncidentNotes');

export function registerCareRoutes(app: OpenAPIHono<AuthEnv>, context: Context, access: Access): void {
  registerAssigning(app, context, access);
  registerNotes(app, context, access);
}

function registerAssigning(app: OpenAPIHono<AuthEnv>, context: Context, access: Access): void {
  app.openapi(
    createRoute({
      method: 'post',
      ...behind(access, 'incidents', 'incidents:manage'),
      path: '/v1/incidents/{id}/assign',
      operationId: 'assignIncident',
      request: { params, body: jsonBody(assignRequest, 'To whom') },
      responses: { 200: json(assignedSchema, 'Assigned'), ...problemResponses },
    }),
    async (request) => {
      const { id } = request.req.valid('param');
      const { account } = request.req.valid('json');
      const assigned = await assignIncident(context, id, { account, ...askedBy(request) });
      switch (assigned.kind) {
        case 'unknown':
          return unknown(request, id) as never;
        case 'already_settled':
          return problem(request, 409, { code: 'already_settled', detail: 'The incident is settled already' }) as never;
        case 'not_a_carer': {
          const detail = 'No active account with this id is an operator or an admin';
          const errors = [{ pointer: '/account', code: 'invalid', detail }];
          return problem(request, 422, { code: 'invalid', detail, errors }) as never;
        }
        case 'done': {
          const row = await findIncident(context.database.reports, id);
          return request.json({ id, assignedTo: row?.assigned_to ?? null, assignedAt: row?.assigned_at ?? null }, 200);
        }
      }
    },
  );
}

function registerNotes(app: OpenAPIHono<AuthEnv>, context: Context, access: Access): void {
  const notes = async (id: string) => ({
    items: (await notesOf(context.database.reports, id, limits.incidentNotesMax)).map(({ at, author, body }) => ({
      at,
      author,
      note: body,
    })),
  });
  app.openapi(
    createRoute({
      method: 'get',
      ...behind(access, 'incidents', 'incidents:read'),
      path: '/v1/incidents/{id}/notes',
      operationId: 'listIncidentNotes',
      request: { params },
      responses: { 200: json(notesSchema, 'The oldest first'), ...problemResponses },
    }),
    async (request) => {
      const { id } = request.req.valid('param');
      if (!(await findIncident(context.database.reports, id))) return unknown(request, id) as never;
      return request.json(await notes(id), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      ...behind(access, 'incidents', 'incidents:manage'),
      path: '/v1/incidents/{id}/notes',
      operationId: 'noteIncident',
      request: { params, body: jsonBody(noteRequest, 'What was found') },
      responses: { 200: json(notesSchema, 'All notes, the oldest first'), ...problemResponses },
    }),
    async (request) => {
      const { id } = request.req.valid('param');
      const noted = await noteIncident(context, id, { body: request.req.valid('json').note, ...askedBy(request) });
      switch (noted.kind) {
        case 'unknown':
          return unknown(request, id) as never;
        case 'full':
          return problem(request, 409, {
            code: 'too_many_notes',
            detail: `An incident takes ${limits.incidentNotesMax} notes`,
          }) as never;
        case 'done':
          return request.json(await notes(id), 200);
      }
    },
  );
}

const unknown = (request: Answering, id: string): Response =>
  problem(request, 404, { code: 'no_such_incident', detail: `There is no incident ${id}` });
