// The pages that the `type` of every problem points at.
import { Hono } from 'hono';
import { problemTypes } from './problem-types.ts';
import { notFound } from './problems.ts';

/** GET /problems and /problems/:code: what each code means, as text or, when asked for, JSON. */
export function problemRoutes(): Hono {
  const app = new Hono();
  const day = { 'cache-control': 'public, max-age=86400' };
  app.get('/problems', (request) => request.json(problemTypes, 200, day));
  app.get('/problems/:code', (request) => {
    const code = request.req.param('code');
    const type = Object.hasOwn(problemTypes, code) ? problemTypes[code] : undefined;
    if (!type) return notFound(request);
    if (request.req.header('accept')?.includes('json')) return request.json({ code, ...type }, 200, day);
    return request.text(`${type.title} (${code})\n\n${type.help}\n`, 200, day);
  });
  return app;
}
