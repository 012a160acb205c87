// /v1/incidents/{id}/values and …/choose: both values of a field conflict, and which of them counts.
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from '../../services/context.ts';
import { readConflictValues } from '../../services/reports/read-conflicts.ts';
import { type Choice, type ConflictDecided, settleConflict } from '../../services/settling/settle-conflicts.ts';
import { askedBy, behind, idSchema, json, jsonBody, reasonSchema } from '../documented.ts';
import type { Access, AuthEnv } from '../door/auth.ts';
import { type Answering, problem, problemResponses } from '../problems/problems.ts';

const params = z.object({ id: idSchema('inc') });

const valuesSchema = z
  .object({
    element: z.string(),
    ours: z.unknown().describe('What held when the other was written'),
    theirs: z.unknown().describe('What was written against the rule of the element'),
    now: z.unknown().describe('What holds at this moment'),
  })
  .openapi('ConflictValues');

const chooseRequest = z
  .object({
    choice: z
      .enum(['ours', 'theirs', 'other'])
      .describe('What holds now, what was written against the rule, or `value`'),
    value: z.unknown().optional().describe('With `other`, and only with it: a third value'),
    reason: reasonSchema,
  })
  .strict()
  .refine((wish) => (wish.choice === 'other') === (wish.value !== undefined), {
    path: ['value'],
    message: 'is sent with the choice "other", and only with it',
  })
  .openapi('ChooseValue');

const chosenSchema = z
  .object({
    element: z.string(),
    subject: z.string(),
    writebacks: z
      .array(
        z.object({ id: z.string(), connection: z.string(), status: z.string(), confirmedAt: z.string().nullable() }),
      )
      .describe('To every system that shows the element'),
  })
  .openapi('ChosenValue');

export function registerConflictRoutes(app: OpenAPIHono<AuthEnv>, context: Context, access: Access): void {
  app.openapi(
    createRoute({
      method: 'get',
      ...behind(access, 'incidents', 'subjects:read-personal'),
      path: '/v1/incidents/{id}/values',
      operationId: 'readConflictValues',
      request: { params },
      responses: { 200: json(valuesSchema, 'Both values; the reading is audited'), ...problemResponses },
    }),
    async (request) => {
      const { id } = request.req.valid('param');
      const values = await readConflictValues(context, id, askedBy(request));
      if (!values)
        return problem(request, 404, {
          code: 'no_such_incident',
          detail: `There is no field conflict ${id} of which anything is left`,
        }) as never;
      // Personal values have no place in caches on the way.
      request.header('cache-control', 'no-store');
      return request.json(values, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      ...behind(access, 'incidents', 'incidents:manage'),
      path: '/v1/incidents/{id}/choose',
      operationId: 'chooseValue',
      request: { params, body: jsonBody(chooseRequest, 'Which value counts') },
      responses: { 200: json(chosenSchema, 'It holds, and is on its way'), ...problemResponses },
    }),
    async (request) => {
      const { id } = request.req.valid('param');
      const { choice, value, reason } = request.req.valid('json');
      const chosen: Choice = choice === 'other' ? { choice, value } : { choice };
      const decided = await settleConflict(context, id, { ...chosen, reason, ...askedBy(request) });
      if (decided.kind !== 'done') return refusal(request, id, decided) as never;
      const { element, subject, writebacks } = decided;
      return request.json({ element, subject, writebacks }, 200);
    },
  );
}

function refusal(request: Answering, id: string, decided: Exclude<ConflictDecided, { kind: 'done' }>): Response {
  switch (decided.kind) {
    case 'unknown':
      return problem(request, 404, { code: 'no_such_incident', detail: `There is no incident ${id}` });
    case 'not_a_conflict':
      return problem(request, 409, { code: 'not_a_conflict', detail: 'There is no value to choose here' });
    case 'already_settled':
      return problem(request, 409, { code: 'already_settled', detail: 'The incident is settled already' });
    case 'erased':
      return problem(request, 409, { code: 'person_erased', detail: 'The person was erased; both values are gone' });
    case 'invalid_value': {
      const errors = decided.problems.map(({ code, detail }) => ({ pointer: '/value', code, detail }));
      return problem(request, 422, { code: 'invalid', detail: errors[0]?.detail ?? 'The value is not valid', errors });
    }
  }
}
