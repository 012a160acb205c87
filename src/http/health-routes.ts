// Health and metrics: /healthz says the process lives, /readyz that it can take events, /metrics what it has counted.
import { Hono } from 'hono';
import type { Context } from '../services/context.ts';
import { databaseClock } from '../store/database/clock.ts';
import { schemaDifference } from '../store/database/migrate.ts';

export interface Readiness {
  /** True from the first sign of stopping. */
  stopping(): boolean;
  /** What people should know although events can be taken. */
  notices(): readonly string[];
}

const checkMs = 2_000;

export function healthRoutes(context: Context, readiness: Readiness): Hono {
  const app = new Hono();
  app.get('/healthz', (request) => request.json({ status: 'ok' }));
  app.get('/readyz', async (request) => {
    // The pool that takes events, since that is the question: slow reports must not take the process out of service.
    const [database, schema, bus] = await Promise.all([
      failureOf(databaseClock(context.database.ingest)),
      failureOf(checkSchema(context)),
      failureOf(context.bus.checkHealth()),
    ]);
    const checks = { stopping: readiness.stopping() ? 'the process is stopping' : null, database, schema, bus };
    const ready = Object.values(checks).every((check) => check === null);
    const body = {
      status: ready ? 'ready' : 'not_ready',
      bus: context.bus.kind,
      checks: Object.fromEntries(Object.entries(checks).map(([name, failure]) => [name, failure ?? 'ok'])),
      ...(readiness.notices().length > 0 ? { notices: readiness.notices() } : {}),
    };
    return request.json(body, ready ? 200 : 503, ready ? {} : { 'retry-after': '2' });
  });
  return app;
}

export function metricsRoutes(context: Context): Hono {
  const app = new Hono();
  app.get('/metrics', async (request) =>
    request.body(await context.metrics.registry.metrics(), 200, {
      'content-type': context.metrics.registry.contentType,
    }),
  );
  return app;
}

async function checkSchema(context: Context): Promise<void> {
  const { missing, newer } = await schemaDifference(context.database.ingest);
  if (missing.length + newer.length > 0) throw new Error('code and schema are of different versions');
}

/** Null when it works within two seconds; else what is wrong, without addresses or credentials. */
async function failureOf(check: Promise<unknown>): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('no answer within 2 s'), checkMs);
  });
  try {
    return await Promise.race([
      check.then(
        () => null,
        () => 'cannot be used now',
      ),
      late,
    ]);
  } finally {
    clearTimeout(timer);
  }
}
