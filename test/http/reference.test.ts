// The API reference: complete without a foreign address or inline script, and only the files it needs.
import { expect, test } from 'vitest';
import { referenceRoutes } from '../../src/http/reference.ts';

const app = referenceRoutes();

test('every address in the page is ours and answers with its type', async () => {
  const page = await app.request('/reference');
  const html = await page.text();
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(page.headers.get('content-security-policy')).not.toContain('unsafe');
  const addresses = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
  expect(addresses.length).toBe(4);
  for (const address of addresses) {
    const file = await app.request(new URL(address, 'http://localhost/reference').pathname);
    expect(file.status).toBe(200);
    expect(file.headers.get('content-type')).toMatch(/^(text\/css|text\/javascript|image\/png)/);
    expect(file.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await file.arrayBuffer()).byteLength).toBeGreaterThan(100);
  }
  expect(html).not.toMatch(/<script(?![^>]*src=)/);
  expect(html).not.toMatch(/https?:\/\/|\sstyle=|\son\w+=/);
});

test('files under a version may be kept for ever; the starter may not', async () => {
  const html = await (await app.request('/reference')).text();
  const bundle = /src="(reference\/[\d.]+\/swagger-ui-bundle\.js)"/.exec(html)?.[1];
  expect((await app.request(`/${bundle}`)).headers.get('cache-control')).toContain('immutable');
  const start = await app.request('/reference/start.js');
  expect(start.headers.get('cache-control')).toBe('no-cache');
  expect(await start.text()).toContain("url: 'openapi.json'");
});

test.each([
  'package.json',
  'index.html',
  'swagger-initializer.js',
  'swagger-ui.js.map',
  '..%2Fpackage.json',
  '%2e%2e%2f%2e%2e%2fhono%2fpackage.json',
  'constructor',
])('%s is not served', async (file) => {
  const html = await (await app.request('/reference')).text();
  const version = /reference\/([\d.]+)\//.exec(html)?.[1];
  expect((await app.request(`/reference/${version}/${file}`)).status).toBe(404);
  expect((await app.request(`/reference/0.0.0/swagger-ui.css`)).status).toBe(404);
});
