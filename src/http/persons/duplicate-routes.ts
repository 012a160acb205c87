// /v1/incidents/{id}/link: whether two persons are one human.
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from '../../services/context.ts';
import { type DuplicateDecided, settleDuplicate } from '../../services/settling/settle-duplicates.ts';
import { askedBy, behind, idSchema, json, jsonBody, reasonSchema } from '../documented.ts';
import type { Access, AuthEnv } from '../door/auth.ts';
import { type Answering, problem, problemResponses } from '../problems/problems.ts';

const linkRequest = z
  .object({
    same: z.boolean().describe('True: one human, found, exported and erased together from then on'),
    reason: reasonSchema,
  })
  .strict()
  .openapi('LinkPersons');

const linkedSchema = z
  .object({ persons: z.array(z.string()).describe('All that are one human now; the two, where they are not') })
  .openapi('LinkedPersons');

export function registerDuplicateRoutes(app: OpenAPIHono<AuthEnv>, context: Context, access: Access): void {
  app.openapi(
    createRoute({
      method: 'post',
      ...behind(access, 'incidents', 'incidents:manage'),
      path: '/v1/incidents/{id}/link',
      operationId: 'linkPersons',
      request: { params: z.object({ id: idSchema('inc') }), body: jsonBody(linkRequest, 'Whether they are one human') },
      responses: { 200: json(linkedSchema, 'Settled; never proposed again'), ...problemResponses },
    }),
    async (request) => {
      const { id } = request.req.valid('param');
      const decided = await settleDuplicate(context, id, { ...request.req.valid('json'), ...askedBy(request) });
      if (decided.kind !== 'done') return refusal(request, id, decided) as never;
      return request.json({ persons: decided.persons }, 200);
    },
  );
}

function refusal(request: Answering, id: string, decided: Exclude<DuplicateDecided, { kind: 'done' }>): Response {
  switch (decided.kind) {
    case 'unknown':
      return problem(request, 404, { code: 'no_such_incident', detail: `There is no incident ${id}` });
    case 'not_a_proposal':
      return problem(request, 409, { code: 'not_a_proposal', detail: 'It does not propose that two persons are one' });
    case 'already_settled':
      return problem(request, 409, { code: 'already_settled', detail: 'The incident is settled already' });
    case 'erased':
      return problem(request, 409, { code: 'person_erased', detail: 'One of the two was erased' });
  }
}
