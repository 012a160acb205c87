// The whole HTTP surface, put together: limits first, then who is asking, then the routes.
import { OpenAPIHono } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { asyncApiDocument } from '../bus/asyncapi.ts';
import { limits } from '../core/limits.ts';
import type { Context } from '../services/context.ts';
import { assessmentRoutes } from './assessment/assessment-routes.ts';
import { oauthRoutes } from './clients/oauth-routes.ts';
import { connectionRoutes } from './connections/connection-routes.ts';
import { importRoutes } from './connections/import-routes.ts';
import { waveRoutes } from './connections/wave-routes.ts';
import { type AuthEnv, createAccess } from './door/auth.ts';
import { boundedTime } from './door/limits.ts';
import { secured } from './door/security-headers.ts';
import type { Shedding } from './door/shed-load.ts';
import { shedLoad, watchPressure } from './door/shed-load.ts';
import { bulkReplayRoutes } from './events/bulk-replay-routes.ts';
import { eventProofRoutes } from './events/event-proof-routes.ts';
import { eventRoutes } from './events/event-routes.ts';
import { hookRoutes } from './events/hook-routes.ts';
import { replayRoutes } from './events/replay-routes.ts';
import { unknownFieldRoutes } from './events/unknown-field-routes.ts';
import { healthRoutes, metricsRoutes } from './health-routes.ts';
import { alertRoutes } from './incidents/alert-routes.ts';
import { incidentRoutes } from './incidents/incident-routes.ts';
import { type DrawDiagram, machineRoutes } from './machines/machine-routes.ts';
import { versionRoutes } from './machines/version-routes.ts';
import { countRequests } from './measure.ts';
import { openApiDocument } from './openapi.ts';
import { personRoutes } from './persons/person-routes.ts';
import { problemRoutes } from './problems/problem-routes.ts';
import { identifyRequests, notFound, type RequestEnv } from './problems/problems.ts';
import { toProblem } from './problems/to-problem.ts';
import { referenceRoutes } from './reference.ts';
import { checkpointRoutes } from './reports/checkpoint-routes.ts';
import { reportRoutes } from './reports/report-routes.ts';
import { subjectRoutes } from './reports/subject-routes.ts';
import { workRoutes } from './writebacks/work-routes.ts';
import { writebackRoutes } from './writebacks/writeback-routes.ts';

export interface AppOptions {
  /** The address of this service as others call it, without a slash at the end: issuer of tokens, part of webhook addresses. */
  publicUrl: string;
  /** False: no API, for processes without the `api` role; then only health, metrics and (if there are any) pages. */
  api: boolean;
  stopping(): boolean;
  /** What people should know although all works: that the database went back to an older state. */
  notices?(): readonly string[];
  trustedProxies: number;
  requestsPerMinute: number;
  /** Metrics on this listener rather than on one of their own. */
  metricsHere: boolean;
  draw: DrawDiagram;
  /** Where the listener turns away at its door; else the app does so by itself. */
  shedding?: Shedding;
  /** Pages for people, in processes with the `console` role; handed in, because they belong to the console above. */
  pages?: Pages | undefined;
}

export interface Pages {
  app: Hono<RequestEnv>;
  notFound(request: { req: { raw: Request }; var: object }): Response | Promise<Response>;
}

export function createApp(context: Context, options: AppOptions): Hono<RequestEnv> {
  const app = new Hono<RequestEnv>();
  app.use(identifyRequests(context), countRequests(context), secured);
  app.onError((error, request) => toProblem(error, request));
  app.notFound((request) =>
    options.pages && request.req.method === 'GET' && request.req.header('accept')?.includes('text/html')
      ? options.pages.notFound(request)
      : notFound(request),
  );
  app.route('/', healthRoutes(context, { stopping: options.stopping, notices: options.notices ?? (() => []) }));
  if (options.metricsHere) app.route('/', metricsRoutes(context));
  if (!options.api && !options.pages) return app;

  // Before load is shed: people must see what is going on most of all then, and they are few and each bounded.
  if (options.pages) app.route('/', options.pages.app);
  if (!options.api) return app;

  const shedding = options.shedding ?? shedLoad(watchPressure(context), context);
  app.use(shedding.middleware, boundedTime(limits.answerMs));
  const access = createAccess(context, options.publicUrl, options.requestsPerMinute);
  app.route('/', hookRoutes(context, options.publicUrl));
  app.route('/', oauthRoutes(context, access, { proxies: options.trustedProxies }));
  app.route('/', problemRoutes());
  app.route('/', referenceRoutes());
  // Without pages, the reference is the best answer to somebody who just looks.
  if (!options.pages) app.get('/', (request) => request.redirect('/reference'));
  app.route('/', apiRoutes(context, options, access));
  return app;
}

/** The documented part: every route here is in the OpenAPI document. */
function apiRoutes(
  context: Context,
  options: AppOptions,
  access: ReturnType<typeof createAccess>,
): OpenAPIHono<AuthEnv> {
  const api = new OpenAPIHono<AuthEnv>();
  const parts = [
    eventRoutes(context, access),
    eventProofRoutes(context, access),
    replayRoutes(context, access),
    bulkReplayRoutes(context, access),
    subjectRoutes(context, access),
    writebackRoutes(context, access),
    incidentRoutes(context, access),
    personRoutes(context, access),
    reportRoutes(context, access),
    alertRoutes(context, access, options.publicUrl),
    connectionRoutes(context, access, options.publicUrl),
    waveRoutes(context, access),
    importRoutes(context, access),
    unknownFieldRoutes(context, access),
    versionRoutes(context, access),
    machineRoutes(context, access, options.draw),
    checkpointRoutes(context, access),
    workRoutes(context, access),
  ];
  for (const part of parts) api.route('/', part);
  api.route('/', assessmentRoutes(context, options.trustedProxies));
  api.get('/openapi.json', (request) => request.json(openApiDocument(api, options.publicUrl), 200));
  api.get('/asyncapi.json', (request) => request.json(asyncApiDocument(), 200));
  return api;
}

/** Only metrics, for a listener of their own. */
export function createMetricsApp(context: Context): Hono {
  const app = new Hono();
  app.route('/', metricsRoutes(context));
  return app;
}
