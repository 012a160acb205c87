// Guards answer from facts alone, and name no stranger.
import { expect, test } from 'vitest';
import { guardHolds, guardWords } from '../../src/core/guards.ts';
import { skipping } from './machine-fixtures.ts';

const skips = (stage: string) => ({ type: 'requisitionSkips', params: { stage } });

test.each([
  [skips('screening'), skipping('screening', 'interview'), true],
  [skips('screening'), skipping('interview'), false],
  [skips('screening'), {}, false],
  [skips('screening'), { requisition: {} }, false],
  [{ type: 'requisitionSkips', params: {} }, skipping('screening'), false],
  [null, {}, true],
])('%o on %o: %s', (guard, facts, holds) => {
  expect(guardHolds(guard, facts)).toBe(holds);
});

test('says in words why it does not hold', () => {
  expect(guardWords(skips('interview'))).toBe('the requisition does not do without "interview"');
});

test.each(['noSuchGuard', 'toString', '__proto__'])('%s is not taken for one', (type) => {
  expect(() => guardHolds({ type, params: {} }, {})).toThrow(/There is no guard/);
});
