// The pages as one app: headers first, then who is asking, then for each page of the table whether she may.
import { Hono, type MiddlewareHandler } from 'hono';
import { limits } from '../core/limits.ts';
import { boundedBody, boundedTime } from '../http/door/limits.ts';
import type { RequestEnv } from '../http/problems/problems.ts';
import type { Context } from '../services/context.ts';
import { createThrottle } from '../services/throttle.ts';
import { assetRoutes } from './assets/serve.ts';
import { readSessionCookie } from './cookies.ts';
import { createDesk, type DeskOptions } from './desk.ts';
import { guard } from './guard.ts';
import { notFoundPage, problemPage, troublePage } from './pages/problem.tsx';
import type { ConsoleEnv, Route } from './route.ts';
import { routes as allRoutes } from './routes.ts';
import { secure } from './security-headers.ts';

export interface Console {
  app: Hono<RequestEnv>;
  /** Lays out the diagrams of all versions, which takes seconds the first time, so that no page has to wait for it. */
  prepare(): Promise<void>;
  /** Ends what open pages listen to, so that a stop need not wait for them. */
  close(): void;
  /** For addresses that nobody answers, where a browser asks for a page. */
  notFound(request: { req: { raw: Request }; var: object }): Response | Promise<Response>;
}

/** `routes` is the table of pages; a test hands in one with more. */
export function createConsole(context: Context, options: DeskOptions, routes: readonly Route[] = allRoutes): Console {
  const desk = createDesk(context, options, routes);
  const app = new Hono<ConsoleEnv>();
  app.onError((error, request) => troublePage({ desk, request, who: request.get('who') ?? null }, error));
  app.route('/', assetRoutes());
  const known = findWho(desk);
  const bounded = boundedBody(formBytesMax);
  const timed = boundedTime(limits.answerMs);
  const paced = onePace();
  for (const route of routes) {
    const chain = [secure, inWords, timed, bounded, known, paced] as const;
    app.on(route.method, route.path, ...chain, (request) => guard(route, { desk, request, who: request.get('who') }));
  }
  // Asked only when no route matched, so it has neither headers nor a session yet.
  const lost = new Hono<ConsoleEnv>()
    .use(
      (request, next) => {
        const outer = request.env as RequestEnv['Variables'];
        for (const name of ['requestId', 'metrics', 'log'] as const) request.set(name, outer[name]);
        request.header('x-request-id', outer.requestId);
        return next();
      },
      secure,
      known,
    )
    .all('*', (request) => notFoundPage({ desk, request, who: request.get('who') }));
  return {
    app: app as unknown as Hono<RequestEnv>,
    async prepare() {
      for (const machine of context.machines.all()) await desk.layoutOf(machine);
    },
    close: () => desk.live[Symbol.dispose](),
    notFound: ({ req, var: outer }) => lost.fetch(new Request(req.raw.url, { headers: req.raw.headers }), outer),
  };
}

const formBytesMax = 64 * 1024;

/** The bounds on time and size answer for machines; people who look at a page get one, with the id to quote. */
const inWords: MiddlewareHandler<ConsoleEnv> = async (request, next) => {
  await next();
  const { headers, status } = request.res;
  if (headers.get('content-type') !== 'application/problem+json') return;
  if (!request.req.header('accept')?.includes('text/html')) return;
  request.res = undefined;
  request.res =
    status === 503
      ? await problemPage(
          { request },
          503,
          'This takes too long',
          'The service is busy. Load the page again in a moment.',
        )
      : await problemPage(
          { request },
          400,
          'The form is too large',
          'Go back, shorten what you wrote, and send it again.',
        );
};

/** Finds whose session the cookie is. What a page fetches by itself does not count as somebody being there. */
function findWho(desk: ReturnType<typeof createDesk>): MiddlewareHandler<ConsoleEnv> {
  return async (request, next) => {
    const token = readSessionCookie(request);
    const who = token === undefined ? null : await desk.sessions.find(token);
    request.set('who', who);
    if (who && request.req.header('sec-fetch-dest') !== 'empty' && request.req.header('hx-request') === undefined)
      await desk.sessions.touch(who);
    await next();
  };
}

/** So many pages a minute for each session; those without one share theirs by nothing, since public pages cost little. */
function onePace(): MiddlewareHandler<ConsoleEnv> {
  const pace = createThrottle(limits.pagesPerMinuteMax, 60_000, limits.signInKeysMax, () => performance.now());
  return async (request, next) => {
    const who = request.get('who');
    const waitMs = who ? pace.take(who.session) : 0;
    if (waitMs === 0) return next();
    request.header('retry-after', String(Math.ceil(waitMs / 1000)));
    return problemPage({ request }, 429, 'Too many pages at once', 'Wait a moment, then load the page again.');
  };
}
