// What a vendor's HTTP answer means for an attempt; the same for every vendor until one says otherwise.
import type { Outcome } from '../core/delivery/outcome.ts';
import type { VendorAnswer } from './http.ts';

const defaultWaitMs = 10_000;
/** A vendor that says "retry after 0 seconds" is not to be hammered. */
const waitMinMs = 1_000;

/** A failed read: nothing was written, so trying again is safe. */
export function outcomeOfRead(answer: VendorAnswer): Outcome {
  if (answer.kind === 'failure')
    return answer.failure === 'blocked'
      ? { kind: 'refused', reason: 'address_blocked' }
      : { kind: 'retryable', reason: `read_${answer.failure}` };
  if (answer.status === 401 || answer.status === 403) return { kind: 'unauthorised' };
  if (answer.status === 429) return rateLimited(answer.headers);
  if (answer.status >= 200 && answer.status < 300) return { kind: 'retryable', reason: 'read_not_understood' };
  if (isClearNo(answer.status)) return { kind: 'refused', reason: `read_http_${answer.status}` };
  return withAfter({ kind: 'retryable', reason: `read_http_${answer.status}` }, answer.headers);
}

/** An answered or unanswered write: a yes is only `accepted`, and whatever leaves the effect unknown is `ambiguous`. */
export function outcomeOfWrite(answer: VendorAnswer, readLagMs: number): Outcome {
  if (answer.kind === 'failure') {
    if (answer.failure === 'blocked') return { kind: 'refused', reason: 'address_blocked' };
    return answer.sent
      ? { kind: 'ambiguous', reason: `write_${answer.failure}` }
      : { kind: 'retryable', reason: `write_${answer.failure}` };
  }
  if (answer.status >= 200 && answer.status < 300) {
    // A login or maintenance page is no API's yes; whether something was saved is for a read to say.
    if (isPage(answer)) return { kind: 'ambiguous', reason: 'write_not_understood' };
    return { kind: 'accepted', afterMs: Math.max(readLagMs, 100) };
  }
  if (answer.status === 401 || answer.status === 403) return { kind: 'unauthorised' };
  if (answer.status === 429) return rateLimited(answer.headers);
  if (isClearNo(answer.status)) return { kind: 'refused', reason: `http_${answer.status}` };
  return { kind: 'ambiguous', reason: `http_${answer.status}` };
}

/**
 * When the vendor answered, by its own clock (`Date`, RFC 9110 §6.6.1), ms since 1970: what it names a moment for is held against that, since
 * this machine's clock may be another. Ours where it says nothing.
 */
export function answeredAt(headers: Readonly<Record<string, string>>): number {
  const at = Date.parse(headers.date ?? '');
  return Number.isNaN(at) ? Date.now() : at;
}

/** `Retry-After` in seconds or as a date (RFC 9110 §10.2.3), as ms from now; bounded to six hours. */
export function retryAfterMs(headers: Readonly<Record<string, string>>, now = answeredAt(headers)): number | undefined {
  const value = headers['retry-after'];
  if (value === undefined) return undefined;
  // A date begins with the day of the week; nothing else is to be read as one.
  const ms = /^\d+$/.test(value.trim())
    ? Number(value) * 1000
    : /^[A-Z][a-z]{2}/.test(value)
      ? Date.parse(value) - now
      : Number.NaN;
  return Number.isFinite(ms) ? Math.min(Math.max(Math.round(ms), 0), 6 * 3_600_000) : undefined;
}

function rateLimited(headers: Readonly<Record<string, string>>): Outcome {
  return { kind: 'rate_limited', afterMs: Math.max(retryAfterMs(headers) ?? defaultWaitMs, waitMinMs) };
}

/** 408 and 425 speak of the moment, not of the request. */
const isClearNo = (status: number): boolean => status >= 400 && status < 500 && status !== 408 && status !== 425;

const isPage = ({ json, text }: Extract<VendorAnswer, { kind: 'answer' }>): boolean =>
  json === undefined && /^\s*<(!doctype|html)/i.test(text);

function withAfter(
  outcome: Extract<Outcome, { kind: 'retryable' }>,
  headers: Readonly<Record<string, string>>,
): Outcome {
  const afterMs = retryAfterMs(headers);
  return afterMs === undefined ? outcome : { ...outcome, afterMs };
}
