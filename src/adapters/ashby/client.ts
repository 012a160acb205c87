// Calls Ashby's API, which is made of procedures: one POST each, the key as the name of HTTP Basic, and errors with status 200.
import { z } from 'zod';
import type { VendorAnswer } from '../http.ts';
import type { VendorContext } from '../port.ts';
import type { AshbySettings } from './settings.ts';

export type AshbyContext = VendorContext<AshbySettings>;
type Answered = Extract<VendorAnswer, { kind: 'answer' }>;

/** Calls one procedure, such as `application.info`. */
export function call(
  { settings, secrets, http, signal }: AshbyContext,
  procedure: string,
  json: Readonly<Record<string, unknown>>,
): Promise<VendorAnswer> {
  const authorization = `Basic ${Buffer.from(`${secrets.apiKey ?? ''}:`).toString('base64')}`;
  const headers = { authorization, accept: 'application/json; version=1' };
  return http.request(
    { method: 'POST', url: `${settings.baseUrl.replace(/\/+$/, '')}/${procedure}`, headers, json },
    signal,
  );
}

const envelope = z.looseObject({
  success: z.boolean(),
  results: z.unknown().optional(),
  errorInfo: z.looseObject({ code: z.string() }).nullish().catch(null),
  errors: z.array(z.unknown()).nullish().catch(null),
});

/** What a procedure gave back; undefined unless it says that it succeeded. */
export function resultsOf(answer: VendorAnswer): unknown {
  const parsed = answer.kind === 'answer' && isYes(answer.status) ? envelope.safeParse(answer.json) : undefined;
  return parsed?.success && parsed.data.success ? parsed.data.results : undefined;
}

/** The error's code, by whichever of its two members; null where there is no error with a code. */
export function errorCodeOf(answer: VendorAnswer): string | null {
  const parsed = answer.kind === 'answer' ? envelope.safeParse(answer.json) : undefined;
  if (!parsed?.success || parsed.data.success) return null;
  const [first] = parsed.data.errors ?? [];
  return parsed.data.errorInfo?.code ?? (typeof first === 'string' ? first : null);
}

/** Codes that say that nothing was done, and will not be, as they are reported by us. Others leave that open. */
const refusals: ReadonlySet<string> = new Set([
  'invalid_input',
  'application_not_found',
  'archive_reason_not_found',
  'custom_field_not_found',
  'interview_plan_not_found',
  'interview_stage_not_found',
  'resource_not_found',
]);

/** The code of a clear no; null for everything else. */
export function refusalOf(answer: VendorAnswer): string | null {
  const code = errorCodeOf(answer);
  return code !== null && refusals.has(code) ? code : null;
}

/** The status that an answer stands for: with 200, what its body says. */
export function statusOf(answer: Answered): number {
  if (!isYes(answer.status) || answer.json === undefined) return answer.status;
  if (resultsOf(answer) !== undefined) return answer.status;
  const code = errorCodeOf(answer);
  if (code === 'missing_endpoint_permission') return 403;
  if (code === 'rate_limit_exceeded' || code === 'concurrent_limit_exceeded') return 429;
  // "success" with nothing in it, or an error nobody described: what was done is for a read to say.
  return refusalOf(answer) === null ? 500 : 422;
}

const isYes = (status: number): boolean => status >= 200 && status < 300;
