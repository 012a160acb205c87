// POST /v1/machines/{machine}/versions: proposes a version, which runs once all parties have signed it.
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from '../../services/context.ts';
import { type Proposed, proposeVersion } from '../../services/versions/propose-version.ts';
import { askedBy, behind, json, jsonBody } from '../documented.ts';
import type { Access, AuthEnv } from '../door/auth.ts';
import { type Answering, problem, problemResponses } from '../problems/problems.ts';
import { proposalBody, proposedSchema } from './version-schemas.ts';

export function addProposing(app: OpenAPIHono<AuthEnv>, context: Context, access: Access): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/machines/{machine}/versions',
      operationId: 'proposeVersion',
      description: 'Checked by every rule of machines, kept as it is, and open to be signed from then on by people.',
      ...behind(access, 'machines', 'machines:propose'),
      request: { params: z.object({ machine: z.string().max(60) }), body: jsonBody(proposalBody, 'The version') },
      responses: {
        200: json(proposedSchema, 'The very same was proposed before: its signatures stand'),
        201: json(proposedSchema, 'Proposed'),
        ...problemResponses,
      },
    }),
    async (request) => {
      const { machine } = request.req.valid('param');
      const { definition, note } = request.req.valid('json');
      if (definition.id !== machine)
        return problem(request, 422, {
          code: 'invalid',
          detail: `/definition/id: is "${definition.id.slice(0, 60)}", and the address says "${machine}"`,
        }) as never;
      const { actor, requestId } = askedBy(request);
      const by = { actor, ...(requestId === undefined ? {} : { requestId }) };
      const proposed = await proposeVersion(context, definition, note, by);
      if (proposed.kind !== 'proposed' && proposed.kind !== 'unchanged') return refusal(request, proposed) as never;
      const { kind, version, hash } = proposed;
      const replaces = kind === 'proposed' ? proposed.replaces : null;
      const signatures = `/v1/machines/${machine}/${version}/signatures`;
      return request.json({ machine, version, hash, replaces, signatures }, kind === 'proposed' ? 201 : 200);
    },
  );
}

function refusal(request: Answering, proposed: Exclude<Proposed, { kind: 'proposed' | 'unchanged' }>): Response {
  switch (proposed.kind) {
    case 'already_released':
      return problem(request, 409, {
        code: 'already_released',
        detail: `Versions up to ${proposed.latest} are on record; the next one is free`,
        latest: proposed.latest,
      });
    case 'too_large':
      return problem(request, 413, { code: 'too_large', detail: 'The definition is longer than any machine' });
    case 'not_sound':
      return problem(request, 422, {
        code: 'not_sound',
        detail: `${proposed.findings.length} rules are broken, the first: ${proposed.findings[0]?.message}`,
        errors: proposed.findings.map(({ rule, path, message }) => ({
          pointer: '/definition',
          code: rule,
          detail: path === '' ? message : `${path}: ${message}`,
        })),
      });
  }
}
