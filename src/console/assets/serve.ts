// /assets: stylesheet, scripts and icon, without a session; a file never changes under its address.
import { Hono } from 'hono';
import { notFound } from '../../http/problems/problems.ts';
import { assets } from './paths.ts';

export function assetRoutes(): Hono {
  const app = new Hono();
  app.get('/assets/:hash/:name', (request) => {
    const found = assets.find((one) => one.path === request.req.path);
    if (!found) return notFound(request);
    return request.body(found.content, 200, {
      'content-type': found.type,
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'",
    });
  });
  return app;
}
