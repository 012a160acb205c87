// The whole HTTP surface, put together: limits first, then who is asking, then the routes.
import { OpenAPIHono } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { drawMachine } from '../console/diagram/index.ts';
import type { Role } from '../config.ts';
import type { Context } from '../services/context.ts';
import { type AuthEnv, createAccess } from './auth.ts';
import { connectionRoutes } from './connection-routes.ts';
import { eventProofRoutes } from './event-proof-routes.ts';
import { eventRoutes } from './event-routes.ts';
import { healthRoutes, metricsRoutes } from './health-routes.ts';
import { hookRoutes } from './hook-routes.ts';
import { incidentRoutes } from './incident-routes.ts';
import { machineRoutes } from './machine-routes.ts';
import { oauthRoutes } from './oauth-routes.ts';
import { referenceRoutes } from './reference.ts';
import { reportRoutes } from './report-routes.ts';
import { subjectRoutes } from './subject-routes.ts';
import { workRoutes } from './work-routes.ts';
import { writebackRoutes } from './writeback-routes.ts';

export interface AppOptions {
  publicUrl: string;
  roles: readonly Role[];
  stopping(): boolean;
  requestsPerMinute: number;
  /** Metrics on this listener rather than on one of their own. */
  metricsHere: boolean;
}
