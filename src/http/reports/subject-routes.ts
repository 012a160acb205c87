// /v1/subjects: one subject over all systems, and finding it by a system's own id for it. Every reading is audited.
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { MachineName } from '../../core/machine/definition.ts';
import { isWithin } from '../../core/machine/machine.ts';
import type { Context } from '../../services/context.ts';
import { auditListing, auditReading, readSubject, viewOf } from '../../services/reports/read-subject.ts';
import { findSubjectsByRef, listSubjects } from '../../store/reports/subjects.ts';
import { askedBy, behind, documentedApp, json } from '../documented.ts';
import type { Access, AuthEnv } from '../door/auth.ts';
import { problem, problemResponses } from '../problems/problems.ts';
import { subjectPage, subjectQuery, timelineParams, timelineQuery, timelineSchema } from './subject-schemas.ts';

export function subjectRoutes(context: Context, access: Access): OpenAPIHono<AuthEnv> {
  const app = documentedApp();
  const shared = { method: 'get' as const, ...behind(access, 'subjects', 'subjects:read') };

  app.openapi(
    createRoute({
      ...shared,
      path: '/v1/subjects',
      operationId: 'findSubjects',
      request: { query: subjectQuery },
      responses: {
        200: json(subjectPage, 'Subjects by a system’s id for them, or by state in the order of opening'),
        ...problemResponses,
      },
    }),
    async (request) => {
      const { system, ref, machine, state, after, limit } = request.req.valid('query');
      const db = context.database.reports;
      if (system !== undefined && ref !== undefined) {
        const found = await findSubjectsByRef(db, system, context.vault.impersonalId(system, ref), machine);
        for (const row of found) await auditReading(context, askedBy(request), row.id, { foundBy: system });
        return request.json({ items: found.map((row) => viewOf(context, row)), next: null }, 200);
      }
      const name = machine as MachineName;
      const states = state === undefined ? null : statesWithin(context, name, state);
      if (states?.length === 0)
        return problem(request, 422, {
          code: 'unknown_state',
          detail: `No version of ${name} has a state "${state}"`,
        }) as never;
      const rows = await listSubjects(db, name, states, after ?? null, limit + 1);
      const page = rows.slice(0, limit);
      await auditListing(context, askedBy(request), name, {
        ...(state === undefined ? {} : { state }),
        subjects: page.length,
      });
      return request.json(
        {
          items: page.map((row) => viewOf(context, row)),
          next: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
        },
        200,
      );
    },
  );
  app.openapi(
    createRoute({
      ...shared,
      path: '/v1/subjects/{id}',
      operationId: 'getSubject',
      request: { params: timelineParams, query: timelineQuery },
      responses: {
        200: json(timelineSchema, 'Where it stands, and all that happened to it in every system'),
        ...problemResponses,
      },
    }),
    async (request) => {
      const { id } = request.req.valid('param');
      const { include, before } = request.req.valid('query');
      const values = include === 'values';
      if (values && !request.get('client').scopes.includes('subjects:read-personal')) {
        return problem(request, 403, {
          code: 'insufficient_scope',
          detail: 'The token lacks subjects:read-personal.',
          scope: 'subjects:read subjects:read-personal',
        }) as never;
      }
      const timeline = await readSubject(context, id, { values, before, reader: askedBy(request) });
      if (!timeline)
        return problem(request, 404, { code: 'no_such_subject', detail: `There is no subject ${id}` }) as never;
      // Personal values have no place in caches on the way.
      request.header('cache-control', 'no-store');
      return request.json(timeline, 200);
    },
  );
  return app;
}

/** The leaves of a region, in whatever version has them. */
function statesWithin(context: Context, machine: MachineName, region: string): string[] {
  const versions = context.machines.versions(machine).map((version) => context.machines.get(machine, version));
  return [...new Set(versions.flatMap((one) => [...one.leaves.keys()].filter((state) => isWithin(state, region))))];
}
