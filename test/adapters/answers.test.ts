// What an answer means, as a table: for a read, and for a write whose effect may be unknown.
import { describe, expect, test } from 'vitest';
import { outcomeOfRead, outcomeOfWrite, retryAfterMs } from '../../src/adapters/answers.ts';
import type { VendorAnswer } from '../../src/adapters/http.ts';
import { type Outcome, outcomeSchema } from '../../src/core/delivery/outcome.ts';

const answer = (
  status: number,
  { headers = {}, text = '{}' }: { headers?: Record<string, string>; text?: string } = {},
): VendorAnswer => ({
  kind: 'answer',
  status,
  headers,
  json: text.startsWith('<') ? undefined : {},
  text,
});
const failure = (
  kind: 'connect' | 'timeout' | 'reset' | 'too_large' | 'blocked' | 'redirect',
  sent: boolean,
): VendorAnswer => ({ kind: 'failure', failure: kind, sent });
const page = '<!DOCTYPE html><html></html>';

const cases: [string, VendorAnswer, Outcome, Outcome][] = [
  ['200', answer(200), { kind: 'retryable', reason: 'read_not_understood' }, { kind: 'accepted', afterMs: 250 }],
  [
    '204 without a body',
    answer(204, { text: '' }),
    { kind: 'retryable', reason: 'read_not_understood' },
    { kind: 'accepted', afterMs: 250 },
  ],
  [
    '200 with a page',
    answer(200, { text: page }),
    { kind: 'retryable', reason: 'read_not_understood' },
    { kind: 'ambiguous', reason: 'write_not_understood' },
  ],
  ['401', answer(401), { kind: 'unauthorised' }, { kind: 'unauthorised' }],
  ['403', answer(403), { kind: 'unauthorised' }, { kind: 'unauthorised' }],
  ['404', answer(404), { kind: 'refused', reason: 'read_http_404' }, { kind: 'refused', reason: 'http_404' }],
  ['408', answer(408), { kind: 'retryable', reason: 'read_http_408' }, { kind: 'ambiguous', reason: 'http_408' }],
  ['422', answer(422), { kind: 'refused', reason: 'read_http_422' }, { kind: 'refused', reason: 'http_422' }],
  ['429', answer(429), { kind: 'rate_limited', afterMs: 10_000 }, { kind: 'rate_limited', afterMs: 10_000 }],
  [
    '429 with 30',
    answer(429, { headers: { 'retry-after': '30' } }),
    { kind: 'rate_limited', afterMs: 30_000 },
    { kind: 'rate_limited', afterMs: 30_000 },
  ],
  [
    '429 with 0',
    answer(429, { headers: { 'retry-after': '0' } }),
    { kind: 'rate_limited', afterMs: 1_000 },
    { kind: 'rate_limited', afterMs: 1_000 },
  ],
  ['500', answer(500), { kind: 'retryable', reason: 'read_http_500' }, { kind: 'ambiguous', reason: 'http_500' }],
  [
    '503 with 5',
    answer(503, { headers: { 'retry-after': '5' } }),
    { kind: 'retryable', reason: 'read_http_503', afterMs: 5_000 },
    { kind: 'ambiguous', reason: 'http_503' },
  ],
  [
    'refused connection',
    failure('connect', false),
    { kind: 'retryable', reason: 'read_connect' },
    { kind: 'retryable', reason: 'write_connect' },
  ],
  [
    'timeout',
    failure('timeout', true),
    { kind: 'retryable', reason: 'read_timeout' },
    { kind: 'ambiguous', reason: 'write_timeout' },
  ],
  [
    'reset',
    failure('reset', true),
    { kind: 'retryable', reason: 'read_reset' },
    { kind: 'ambiguous', reason: 'write_reset' },
  ],
  [
    'redirect',
    failure('redirect', true),
    { kind: 'retryable', reason: 'read_redirect' },
    { kind: 'ambiguous', reason: 'write_redirect' },
  ],
  [
    'blocked',
    failure('blocked', false),
    { kind: 'refused', reason: 'address_blocked' },
    { kind: 'refused', reason: 'address_blocked' },
  ],
];

describe('outcomes', () => {
  test.each(cases)('%s', (_, given, ofRead, ofWrite) => {
    expect(outcomeOfRead(given)).toEqual(ofRead);
    expect(outcomeOfWrite(given, 250)).toEqual(ofWrite);
    expect(
      outcomeSchema.safeParse(outcomeOfRead(given)).success &&
        outcomeSchema.safeParse(outcomeOfWrite(given, 250)).success,
    ).toBe(true);
  });
});

describe('retryAfterMs', () => {
  const now = Date.parse('2026-03-01T10:00:00Z');
  test.each([
    ['120', 120_000],
    [' 7 ', 7_000],
    ['Sun, 01 Mar 2026 10:00:30 GMT', 30_000],
    ['Sun, 01 Mar 2026 09:00:00 GMT', 0],
    ['999999999', 6 * 3_600_000],
    ['soon', undefined],
    ['-5', undefined],
  ])('%s', (value, ms) => expect(retryAfterMs({ 'retry-after': value }, now)).toBe(ms));

  test('absent', () => expect(retryAfterMs({})).toBeUndefined());

  test('a date is held against the clock of the vendor, whatever ours shows', () => {
    const date = 'Sun, 01 Mar 2026 10:00:00 GMT';
    const limited = answer(429, { headers: { date, 'retry-after': 'Sun, 01 Mar 2026 10:00:02 GMT' } });
    expect(outcomeOfRead(limited)).toEqual({ kind: 'rate_limited', afterMs: 2_000 });
  });

  test('against ours where the vendor does not tell its own', () => {
    const inAMinute = new Date(Date.now() + 60_000).toUTCString();
    expect(retryAfterMs({ 'retry-after': inAMinute, date: 'yesterday' })).toBeGreaterThan(50_000);
  });
});
