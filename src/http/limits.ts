// What keeps one caller, or all of them together, from taking the service down: sizes, times, rates, and shedding load in time.
import type { IncomingMessage } from 'node:http';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { limits } from '../core/limits.ts';
import type { Context } from '../services/context.ts';
import type { AuthEnv } from './auth.ts';
import { type Answering, problem, unavailable } from './problems.ts';

/** Refuses a longer body with 413: at once when its length is announced, else while it streams in. */
export function boundedBody(bytesMax: number): MiddlewareHandler {
  const tooLarge = (request: Answering): Response =>
    problem(request, 413, {
      code: 'too_large',
      detail: `The body is longer than ${bytesMax} bytes, the most that is taken here.`,
      bytesMax,
    });
  const whileItStreams = bodyLimit({ maxSize: bytesMax, onError: tooLarge });
  return async (request, next) => {
    const announced = request.req.header('content-length');
    // Node reads no more than was announced. Whoever touches the body here has a stream made of it, which costs more than the rest.
    if (announced === undefined || !/^\d+$/.test(announced) || request.req.header('transfer-encoding') !== undefined)
      return whileItStreams(request, next);
    return Number(announced) > bytesMax ? tooLarge(request) : next();
  };
}

/** Answers 503 when nothing else was answered so long after the request was here: nobody waits for what may never come. */
export function boundedTime(ms: number): MiddlewareHandler {
  return async (request, next) => {
    const incoming = (request.env as { incoming?: IncomingMessage } | undefined)?.incoming;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      // Who sends slowly has a time of her own: the listener's.
      const look = (): void => {
        if (incoming && !incoming.complete) timer = setTimeout(look, ms);
        else resolve('late');
      };
      timer = setTimeout(look, ms);
    });
    const first = await Promise.race([next(), late]).finally(() => clearTimeout(timer));
    if (first !== 'late') return;
    return unavailable(
      request,
      'unavailable',
      `There was no answer within ${ms / 1_000} s. It is not known whether the request took effect. Send it again, with the same id.`,
    );
  };
}

/** So many requests a minute for each client, behind `requireScope`; every answer says what is left (RateLimit headers, IETF draft 10). */
export function limitRate(requestsPerMinute: number): MiddlewareHandler<AuthEnv> {
  const limiter = new RateLimiterMemory({ points: requestsPerMinute, duration: 60 });
  const policy = `"default";q=${requestsPerMinute};w=60`;
  return async (request, next) => {
    const used = await consume(limiter, request.get('client').id);
    const seconds = Math.ceil(used.msBeforeNext / 1000);
    request.header('ratelimit-policy', policy);
    request.header('ratelimit', `"default";r=${used.remainingPoints};t=${seconds}`);
    if (used.consumedPoints <= requestsPerMinute) return next();
    request.header('retry-after', String(Math.max(1, seconds)));
    return problem(request, 429, {
      code: 'rate_limited',
      detail: `More than ${requestsPerMinute} requests within a minute. Go on in ${seconds} s.`,
    });
  };
}

/** What is left after this request; more `consumedPoints` than allowed means refused. The limiter throws what it refuses. */
export async function consume(limiter: RateLimiterMemory, key: string): Promise<RateLimiterRes> {
  try {
    return await limiter.consume(key);
  } catch (refused) {
    if (refused instanceof RateLimiterRes) return refused;
    throw refused;
  }
}

/** Why load is shed at this moment, or null. */
export type Pressure = () => string | null;

/** Signs in the order in which they show: requests queue for the database, accepting takes long, the event loop is late. */
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
  return () =>
    context.database.ingestWaiting() > limits.shedIngestWaitingMax ? 'requests queue for the database' : slow;
}

function judge(delay: IntervalHistogram, acceptP95Ms: number): string | null {
  if (delay.percentile(99) / 1e6 > limits.shedEventLoopP99Ms) return 'the process is too busy';
  return acceptP95Ms > limits.shedAcceptP95Ms ? 'recording events takes too long' : null;
}

/** Never turned away: who asks whether we live, and workers, whose results are what ends the pressure. */
const spared = ['/healthz', '/readyz', '/metrics', '/v1/commands'];

/** Answers 503 with a jittered Retry-After before anything was read, as long as there is pressure. */
export function shedLoad(pressure: Pressure, context: Pick<Context, 'metrics'>): MiddlewareHandler {
  return async (request, next) => {
    const reason = pressure();
    if (reason === null || spared.some((path) => request.req.path === path || request.req.path.startsWith(`${path}/`)))
      return next();
    context.metrics.shed();
    return unavailable(
      request,
      'overloaded',
      `Nothing was recorded: ${reason}. Send the same request again a little later.`,
    );
  };
}
