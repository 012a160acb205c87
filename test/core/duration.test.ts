// ISO 8601 durations in milliseconds; whatever else it is, is none.
import { expect, test } from 'vitest';
import { durationMs } from '../../src/core/duration.ts';

const hour = 3_600_000;

test.each([
  ['PT4H', 4 * hour],
  ['P2D', 48 * hour],
  ['P1W', 168 * hour],
  ['P1DT12H30M15S', 36 * hour + 30 * 60_000 + 15_000],
  ['PT0S', 0],
])('%s: %d ms', (text, ms) => {
  expect(durationMs(text)).toBe(ms);
});

test.each(['', 'P', 'PT', 'P1DT', '2 days', 'P1Y', 'P1M', 'PT1.5H', 'P-1D', 'p1d', 'P1D ', 'PT1H1D'])(
  '"%s": none',
  (text) => {
    expect(durationMs(text)).toBeNull();
  },
);
