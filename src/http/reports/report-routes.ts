// /v1/kpis, /v1/stuck and /v1/agreement: how it goes, what waits for whom, and where systems show something else.
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { encodeCursor } from '../../core/cursor.ts';
import { limits } from '../../core/limits.ts';
import type { Context } from '../../services/context.ts';
import { readAgreement } from '../../services/reports/read-agreement.ts';
import { readKpis, reportWindow } from '../../services/reports/read-kpis.ts';
import { readStuck } from '../../services/reports/read-stuck.ts';
import { behind, documentedApp, json, positionOf } from '../documented.ts';
import type { Access, AuthEnv } from '../door/auth.ts';
import { problem, problemResponses } from '../problems/problems.ts';
import {
  agreementPage,
  agreementQuery,
  groupsOf,
  kpiQuery,
  kpiReport,
  stuckPage,
  stuckQuery,
} from './report-schemas.ts';

export function reportRoutes(context: Context, access: Access): OpenAPIHono<AuthEnv> {
  const app = documentedApp();
  const shared = { method: 'get' as const, ...behind(access, 'reports', 'reports:read') };

  app.openapi(
    createRoute({
      ...shared,
      path: '/v1/kpis',
      operationId: 'getKpis',
      request: { query: kpiQuery },
      responses: { 200: json(kpiReport, 'Figures of a window, each with its definition'), ...problemResponses },
    }),
    async (request) => {
      const { from, to, group } = request.req.valid('query');
      const window = reportWindow(from, to, context.now());
      if (!window) {
        const detail = `"from" must lie before "to", and at most ${limits.reportDaysMax} days before it`;
        return problem(request, 422, {
          code: 'invalid',
          detail,
          errors: [{ pointer: '/from', code: 'invalid_window', detail }],
        }) as never;
      }
      const report = await readKpis(context, window, groupsOf(group));
      return request.json({ ...report, group: [...report.group] }, 200);
    },
  );
  app.openapi(
    createRoute({
      ...shared,
      path: '/v1/stuck',
      operationId: 'listStuck',
      request: { query: stuckQuery },
      responses: { 200: json(stuckPage, 'Everything that is stuck, oldest first'), ...problemResponses },
    }),
    async (request) => {
      const { after, limit, ageMinutes, ...filter } = request.req.valid('query');
      const { items, next, totals, owners } = await readStuck(context, {
        ...filter,
        ...(ageMinutes === undefined ? {} : { ageMinMs: ageMinutes * 60_000 }),
        after: positionOf(after),
        rowsMax: limit,
      });
      return request.json({ items, next: next ? encodeCursor(next) : null, totals, owners }, 200);
    },
  );
  app.openapi(
    createRoute({
      ...shared,
      path: '/v1/agreement',
      operationId: 'listDisagreements',
      request: { query: agreementQuery },
      responses: {
        200: json(
          agreementPage,
          'Where a system does not show the canonical state, oldest first, and how far each agrees',
        ),
        ...problemResponses,
      },
    }),
    async (request) => {
      const { after, limit, ageMinutes, ...filter } = request.req.valid('query');
      const { items, next, totals } = await readAgreement(context, {
        ...filter,
        ...(ageMinutes === undefined ? {} : { ageMinMs: ageMinutes * 60_000 }),
        after: positionOf(after),
        rowsMax: limit,
      });
      return request.json({ items, next: next ? encodeCursor(next) : null, totals }, 200);
    },
  );
  return app;
}
