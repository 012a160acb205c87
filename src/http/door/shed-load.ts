// Keeps all callers together from taking the service down: beyond what it can take it says so at once, and who was let in is answered as fast as ever.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { MiddlewareHandler } from 'hono';
import { limits } from '../../core/limits.ts';
import type { Context } from '../../services/context.ts';
import { problemDocument, requestIdFor, retryAfter, unavailable } from '../problems/problems.ts';
import { securedHeaders } from './security-headers.ts';

/** Why another request is shed while so many that were let in are not answered yet, or null. */
export type Pressure = (inFlight: number) => string | null;

/** Signs in the order in which they show: more are let in than are answered soon, requests queue for the database, accepting takes long, the event loop is late. */
export function watchPressure(context: Pick<Context, 'database' | 'metrics'>, signal?: AbortSignal): Pressure {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  let slow: string | null = null;
  let before: string | null = null;
  const timer = setInterval(() => {
    const now = judge(delay, context.metrics.acceptP95Ms());
    // One slow second is a hiccup, such as a start or a collection of garbage; two are pressure, and so is a long stall.
    slow = now === before || delay.max / 1e6 > limits.shedEventLoopStallMs ? now : null;
    before = now;
    delay.reset();
  }, 1_000);
  timer.unref();
  signal?.addEventListener('abort', () => {
    clearInterval(timer);
    delay.disable();
  });
  return (inFlight) => {
    if (inFlight >= inFlightMax(context.metrics.acceptMsPerEvent())) return 'more requests wait than are answered soon';
    return context.database.ingestWaiting() > limits.shedIngestWaitingMax ? 'requests queue for the database' : slow;
  };
}

/** As many as are answered within the time that an accepted request may wait; NaN while nothing is known. */
const inFlightMax = (msPerEvent: number): number =>
  Math.max(limits.shedInFlightMin, Math.floor(limits.shedWaitMs / msPerEvent) || 0);

function judge(delay: IntervalHistogram, acceptP95Ms: number): string | null {
  if (delay.percentile(99) / 1e6 > limits.shedEventLoopP99Ms) return 'the process is too busy';
  return acceptP95Ms > limits.shedAcceptP95Ms ? 'recording events takes too long' : null;
}

/** Never turned away: who asks whether we live, and workers, whose results are what ends the pressure. */
const spared = ['/healthz', '/readyz', '/metrics', '/v1/commands'];

const detailOf = (reason: string): string =>
  `Nothing was recorded: ${reason}. Send the same request again a little later.`;

export interface Shedding {
  /** For the app: answers 503 with a jittered Retry-After before anything was read, as long as there is pressure. */
  middleware: MiddlewareHandler;
  /**
   * For the listener: the same answer to events and webhooks, which come in floods, at half the price, since no request of the app's kind
   * is made for them. False: not answered.
   */
  atTheDoor(request: IncomingMessage, response: ServerResponse): boolean;
}

export function shedLoad(pressure: Pressure, context: Pick<Context, 'metrics'>): Shedding {
  let inFlight = 0;
  const { metrics } = context;
  let headers: Record<string, string> | null = null;
  void securedHeaders().then((found) => {
    headers = found;
  });
  /** Whoever sends slowly waits for nobody but herself: she counts from when all of hers is here. Returns what ends it. */
  const entering = (env: unknown): (() => void) => {
    const incoming = (env as { incoming?: IncomingMessage } | undefined)?.incoming;
    let isHere = false;
    const arrive = (): void => {
      isHere = true;
      inFlight += 1;
    };
    if (incoming) incoming.once('end', arrive);
    else arrive();
    return () => {
      incoming?.off('end', arrive);
      if (isHere) inFlight -= 1;
    };
  };
  return {
    middleware: async (request, next) => {
      if (spared.some((path) => request.req.path === path || request.req.path.startsWith(`${path}/`))) return next();
      const reason = pressure(inFlight);
      if (reason !== null) {
        metrics.shed();
        return unavailable(request, 'overloaded', detailOf(reason));
      }
      const leaves = entering(request.env);
      try {
        await next();
      } finally {
        leaves();
      }
    },
    atTheDoor(request, response) {
      const route = headers === null ? null : floodedRoute(request);
      const reason = route === null ? null : pressure(inFlight);
      if (route === null || reason === null) return false;
      const requestId = requestIdFor(request.headers['x-request-id']);
      const document = problemDocument({ var: { requestId } }, 503, { code: 'overloaded', detail: detailOf(reason) });
      const body = JSON.stringify(document);
      metrics.shed();
      metrics.rejected('overloaded');
      metrics.request(route, 'POST', 503, 0);
      response
        .writeHead(503, {
          ...headers,
          'x-request-id': requestId,
          'retry-after': retryAfter(),
          'content-type': 'application/problem+json',
          'content-length': Buffer.byteLength(body),
        })
        .end(body);
      return true;
    },
  };
}

/** Where floods come in, or null. Anybody may call a path that only looks like one of these: under pressure it is not worth finding out. */
function floodedRoute({ method, url = '' }: IncomingMessage): string | null {
  if (method !== 'POST') return null;
  if (url === '/v1/events' || url.startsWith('/v1/events?')) return '/v1/events';
  return url.startsWith('/hooks/') ? '/hooks/:connection' : null;
}
