// Problem documents (RFC 9457): one shape for every refusal and failure, with an id to quote and no word of our insides.
import { randomUUID } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { FieldError } from '../../core/field-errors.ts';
import { limits } from '../../core/limits.ts';
import type { Context, Log } from '../../services/context.ts';
import type { Metrics } from '../../services/metrics.ts';
import { problemTypes } from './problem-types.ts';

/** What `identifyRequests` puts beside every request. */
export interface RequestEnv {
  Variables: { requestId: string; metrics: Metrics; log: Log };
}

/** As much of hono's context as an answer needs, whatever variables its app has. */
export interface Answering {
  readonly var: object;
  header(name: string, value: string): void;
  body(data: string, status: ContentfulStatusCode, headers: Record<string, string>): Response;
}

export interface ProblemFields {
  /** A key of `problemTypes`. */
  code: string;
  detail: string;
  title?: string;
  errors?: readonly FieldError[];
  /** Becomes an extension member. */
  [extension: string]: unknown;
}

/** The outermost middleware: gives each request an id (`X-Request-Id`), and counts problems. */
export function identifyRequests(context: Pick<Context, 'metrics' | 'log'>): MiddlewareHandler<RequestEnv> {
  return async (request, next) => {
    const requestId = requestIdFor(request.req.header('x-request-id'));
    request.set('requestId', requestId);
    request.set('metrics', context.metrics);
    request.set('log', context.log);
    request.header('x-request-id', requestId);
    await next();
  };
}

/** The caller's own id if it is decent, else a new one. */
export const requestIdFor = (given: string | string[] | undefined): string =>
  typeof given === 'string' && /^[\w-]{8,64}$/.test(given) ? given : randomUUID();

/** Answers with a problem document and counts it. */
export function problem(request: Answering, status: number, fields: ProblemFields): Response {
  (request.var as Partial<RequestEnv['Variables']>).metrics?.rejected(fields.code);
  return request.body(JSON.stringify(problemDocument(request, status, fields)), status as ContentfulStatusCode, {
    'content-type': 'application/problem+json',
  });
}

/** The document alone, for one of many answers in a response; count it yourself. */
export function problemDocument(
  request: Pick<Answering, 'var'>,
  status: number,
  fields: ProblemFields,
): Record<string, unknown> {
  const { code, detail, title, errors, ...extensions } = fields;
  const { requestId } = request.var as Partial<RequestEnv['Variables']>;
  return {
    type: `/problems/${code}`,
    title: title ?? problemTypes[code]?.title ?? 'Refused',
    detail,
    ...(requestId === undefined ? {} : { instance: requestId }),
    ...(errors && errors.length > 0 ? { errors: errors.slice(0, limits.problemErrorsMax) } : {}),
    ...extensions,
    status,
    code,
  };
}

/** 1 to 5 s, so that those who were sent away do not come back at once together. */
export const retryAfter = (): string => String(1 + Math.floor(Math.random() * 5));

/** 503 with a jittered Retry-After. */
export function unavailable(request: Answering, code: 'overloaded' | 'unavailable', detail: string): Response {
  request.header('retry-after', retryAfter());
  return problem(request, 503, { code, detail });
}

/** For `app.notFound`. */
export const notFound = (request: Answering): Response =>
  problem(request, 404, {
    code: 'not_found',
    detail: 'There is nothing at this address. /reference lists what there is.',
  });

const problemSchema = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    instance: z.string().optional().describe('The id of the request: quote it when you ask'),
    code: z.string(),
    errors: z.array(z.object({ pointer: z.string(), code: z.string(), detail: z.string() })).optional(),
  })
  .openapi('Problem');

const answers = (description: string) => ({
  content: { 'application/problem+json': { schema: problemSchema } },
  description,
});

/** For the `responses` of every documented route. */
export const problemResponses = {
  400: answers('The request cannot be read'),
  401: answers('No access token, or one that is not good'),
  403: answers('The token lacks a scope'),
  404: answers('There is no such thing'),
  409: answers('Not possible now'),
  413: answers('Too large'),
  415: answers('The content type is not taken'),
  422: answers('Not valid'),
  429: answers('Too many requests: wait for Retry-After'),
  503: answers('Not now: try again after Retry-After'),
} as const;
