// What every answer tells a browser to refrain from.
import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';

export const secured = secureHeaders({ crossOriginResourcePolicy: 'same-origin' });

/** The same headers, for an answer that the app does not make. */
export async function securedHeaders(): Promise<Record<string, string>> {
  const app = new Hono().use(secured).all('*', (request) => request.body(null));
  return Object.fromEntries((await app.request('/')).headers);
}
