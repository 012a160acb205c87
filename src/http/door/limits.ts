// What keeps one caller from taking the service down: sizes, times and rates.
import type { IncomingMessage } from 'node:http';
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { type Answering, problem, unavailable } from '../problems/problems.ts';
import type { AuthEnv } from './auth.ts';

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
