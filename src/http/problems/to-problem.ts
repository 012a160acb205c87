// What a thrown error means for the caller: faults of the request field by field, trouble of ours without a word of our insides.
import { HTTPException } from 'hono/http-exception';
import { z } from 'zod';
import { fieldErrors } from '../../core/field-errors.ts';
import { traceOf } from '../../core/trace-of.ts';
import { Unavailable } from '../../services/record-events/index.ts';
import { OtherKey } from '../../services/vault.ts';
import { classifyDatabaseError } from '../../store/database/errors.ts';
import { problemTypes } from './problem-types.ts';
import { type Answering, problem, type RequestEnv, unavailable } from './problems.ts';

/** For `app.onError`: what a thrown error means for the caller. */
export function toProblem(error: unknown, request: Answering): Response {
  if (error instanceof z.ZodError) return invalid(request, error);
  if (error instanceof HTTPException && error.status < 500) {
    const code = codesByStatus[error.status] ?? 'bad_request';
    return problem(request, error.status, {
      code,
      detail: problemTypes[code]?.help ?? 'Compare the request with /reference.',
    });
  }
  if (error instanceof Unavailable || isDatabaseAway(error)) {
    return unavailable(
      request,
      'unavailable',
      'It is not known whether the request took effect. Send it again, with the same id.',
    );
  }
  if (error instanceof OtherKey) return encryptedElsewhere(request, error);
  const { log, requestId } = request.var as Partial<RequestEnv['Variables']>;
  log?.error({ requestId, ...traceOf(error) }, 'a request failed');
  return problem(request, 500, {
    code: 'internal',
    detail: 'The request failed for a reason that the log has under this id.',
  });
}

/** 503 without Retry-After: it lasts until somebody gives this process the right key. */
function encryptedElsewhere(request: Answering, error: OtherKey): Response {
  const { log, requestId } = request.var as Partial<RequestEnv['Variables']>;
  log?.error({ requestId, ...traceOf(error) }, 'the keys of a person do not open with this master key');
  return problem(request, 503, { code: 'other_key', detail: problemTypes.other_key?.help ?? '' });
}

/** 422 with one JSON Pointer per fault. */
export function invalid(request: Answering, error: z.ZodError): Response {
  const errors = fieldErrors(error);
  const first = errors[0];
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return problem(request, 422, {
    code: 'invalid',
    detail: first ? `${first.pointer || 'The body'}: ${first.detail}${more}` : 'The request is not valid',
    errors,
  });
}

const codesByStatus: Readonly<Record<number, string>> = {
  401: 'invalid_token',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'too_large',
  415: 'unsupported_media_type',
  429: 'rate_limited',
};

/** The pool and the driver say some of it only in words. */
const lostConnection =
  /^(timeout exceeded when trying to connect|Connection terminated|Query read timeout|Client has encountered|connect E)/;

function isDatabaseAway(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  const speaks =
    (typeof code === 'string' && /^([0-9A-Z]{5}|ECONN[A-Z]+|ETIMEDOUT|EPIPE|ENOTFOUND)$/.test(code)) ||
    lostConnection.test(String(message));
  return speaks && classifyDatabaseError(error) !== 'rejected';
}
