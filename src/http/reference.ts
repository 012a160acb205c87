// /reference: the API reference, from files that came with the installation; nothing is fetched from elsewhere.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Hono } from 'hono';
import { notFound } from './problems/problems.ts';

const contentTypes: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

/** No inline script and no foreign address: the page works under the strictest policy that Swagger UI bears. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Expects the OpenAPI document at /openapi.json. Addresses are relative, so a path in front of all does no harm. */
export function referenceRoutes(): Hono {
  const require = createRequire(import.meta.url);
  const manifest = require.resolve('swagger-ui-dist/package.json');
  const { version } = require(manifest) as { version: string };
  const folder = dirname(manifest);
  const app = new Hono();
  app.get('/reference', (request) =>
    request.html(page(version), 200, {
      'content-security-policy': contentSecurityPolicy,
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
    }),
  );
  app.get('/reference/start.js', (request) =>
    request.body(initializer, 200, {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
    }),
  );
  // The version is in the address, so a file never changes under one.
  app.get('/reference/:version/:file', async (request) => {
    const file = request.req.param('file');
    const contentType = Object.hasOwn(contentTypes, file) ? contentTypes[file] : undefined;
    if (contentType === undefined || request.req.param('version') !== version) return notFound(request);
    return request.body(await readFile(join(folder, file)), 200, {
      'content-type': contentType,
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    });
  });
  return app;
}

const page = (version: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Interlock API reference</title>
<link rel="stylesheet" href="reference/${version}/swagger-ui.css">
<link rel="icon" type="image/png" href="reference/${version}/favicon-32x32.png">
</head>
<body>
<div id="reference"></div>
<noscript>The reference needs JavaScript. The same is in openapi.json.</noscript>
<script src="reference/${version}/swagger-ui-bundle.js"></script>
<script src="reference/start.js"></script>
</body>
</html>
`;

const initializer = `SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
  tryItOutEnabled: false,
});
`;
