// Decides for one page and one visitor: shown, sent to sign in, or turned away; and notes who looked at personal data.
import { timingSafeEqual } from 'node:crypto';
import { actorOf } from '../services/accounts/keep-sessions.ts';
import { writeAudit } from '../services/write-audit.ts';
import { readForm } from './forms.ts';
import { problemPage } from './pages/problem.tsx';
import type { OwnRoute, OwnVisit, Route, Visit } from './route.ts';
import { isFromOurPages } from './same-origin.ts';

export async function guard(route: Route, visit: Visit): Promise<Response> {
  if (route.method === 'POST' && !isFromOurPages(visit))
    return refuse(
      visit,
      'This form came from another site',
      'Open the page here and send it again. Nothing was changed.',
    );
  if (route.roles === 'public') return route.answer(visit);
  if (!visit.who) return toSignIn(visit);
  const own: OwnVisit = { ...visit, who: visit.who };
  if (!route.roles.some((role) => own.who.roles.includes(role)))
    return refuse(
      visit,
      'This page is not for your role',
      `It is for: ${route.roles.join(', ')}. An admin can give you another role.`,
    );
  if (route.method === 'POST' && !(await hasToken(own)))
    return refuse(visit, 'This form is out of date', 'Load the page again and send it once more. Nothing was changed.');
  if (route.audited) await noteReading(route, route.audited, own);
  return route.answer(own);
}

async function hasToken({ request, who }: OwnVisit): Promise<boolean> {
  const given = Buffer.from((await readForm(request)).csrf ?? '');
  const wanted = Buffer.from(who.csrf);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

async function noteReading(
  route: OwnRoute,
  audited: NonNullable<OwnRoute['audited']>,
  { desk, request, who }: OwnVisit,
): Promise<void> {
  const first = /:(\w+)/.exec(route.path)?.[1];
  await writeAudit(desk.context.database.engine, {
    actor: actorOf(who),
    action: audited.action,
    objectKind: audited.objectKind,
    objectId: first === undefined ? 'all' : (request.req.param(first) ?? 'all'),
    requestId: request.get('requestId'),
  });
}

/** Reads come back to where they were; a form that met the end of its session begins at the home. */
function toSignIn({ request }: Visit): Response {
  const { pathname, search } = new URL(request.req.url);
  const back = request.req.method === 'GET' && pathname !== '/' ? `?next=${encodeURIComponent(pathname + search)}` : '';
  // What a page fetches by itself cannot show the sign-in page in its place: the whole page goes there.
  if (request.req.header('hx-request') !== undefined)
    return request.body('', 401, { 'hx-redirect': `/sign-in${back}` });
  return request.redirect(`/sign-in${back}`, 303);
}

function refuse(visit: Visit, title: string, detail: string): Response | Promise<Response> {
  visit.desk.context.metrics.rejected('forbidden_page');
  return problemPage(visit, 403, title, detail);
}
