// Whether a form came from a page of ours: browsers say so themselves, and no page elsewhere can make them say otherwise.
import type { Visit } from './route.ts';

/**
 * `Sec-Fetch-Site` decides where it is sent. Else `Origin` must be ours: with neither, or with an opaque one (`null`),
 * the request is refused.
 */
export function isFromOurPages({ request, desk }: Visit): boolean {
  const site = request.req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  const origin = request.req.header('origin');
  if (origin === undefined || !URL.canParse(origin)) return false;
  const host = request.req.header('host') ?? new URL(request.req.url).host;
  return [host, new URL(desk.publicUrl).host].includes(new URL(origin).host);
}
