// Counts every request by its route (never by its path: that can hold ids), method and status.
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { Context } from '../services/context.ts';

export function countRequests(context: Pick<Context, 'metrics'>): MiddlewareHandler {
  return async (request, next) => {
    const startedAt = performance.now();
    await next();
    context.metrics.request(
      routePath(request, -1),
      request.req.method,
      request.res.status,
      (performance.now() - startedAt) / 1000,
    );
  };
}
