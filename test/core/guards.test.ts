// Guards answer from facts alone, and name no stranger.
import { expect, test } from 'vitest';
import { type Facts, factsWith, guardHolds, guardMayCome, guardWords } from '../../src/core/machine/guards.ts';
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
  expect(guardWords(skips('interview'), {})).toBe('the requisition does not do without "interview"');
});

const live = { type: 'requisitionLive', params: {} };
const liveSkipping = { type: 'liveRequisitionSkips', params: { stage: 'interview' } };
const inState = (state: string, ...without: string[]): Facts => ({ requisition: { state, skips: without } });

test.each([
  // What Interlock knows nothing of stands in nobody's way.
  [{}, 'holds'],
  [{ requisition: { type: 'executive' } }, 'holds'],
  [inState('live.drafted'), 'holds'],
  [inState('live.open'), 'holds'],
  [inState('on_hold'), 'may come'],
  [inState('filled'), 'may come'],
  [inState('cancelled'), 'may come'],
  [inState('closed'), 'never'],
  [inState('lively'), 'may come'],
])('a live requisition: %o %s', (facts, expected) => {
  expect(guardHolds(live, facts)).toBe(expected === 'holds');
  expect(guardMayCome(live, facts)).toBe(expected === 'may come');
});

test('two conditions in one guard both count, and the words say which of them fails', () => {
  expect(guardHolds(liveSkipping, inState('live.open', 'interview'))).toBe(true);
  expect(guardHolds(liveSkipping, inState('live.open'))).toBe(false);
  expect(guardMayCome(liveSkipping, inState('on_hold'))).toBe(false);
  expect(guardMayCome(liveSkipping, inState('on_hold', 'interview'))).toBe(true);
  expect(guardWords(liveSkipping, inState('on_hold'))).toBe('the requisition does not do without "interview"');
  expect(guardWords(liveSkipping, inState('on_hold', 'interview'))).toBe('the requisition is on hold');
});

test('the state is the requisition’s own, whatever the application was told', () => {
  const requisition = { facts: { requisition: { type: 'standard', skips: ['triage'] } }, state: 'filled' };
  expect(factsWith(inState('live.open', 'interview'), requisition)).toEqual(standardIn('filled'));
  expect(factsWith({}, requisition).requisition).toEqual({ type: 'standard', skips: ['triage'], state: 'filled' });
  expect(factsWith(skipping('interview'), null)).toEqual(skipping('interview'));
});

const standardIn = (state: string): Facts => ({ requisition: { type: 'standard', skips: ['interview'], state } });

test.each(['noSuchGuard', 'toString', '__proto__'])('%s is not taken for one', (type) => {
  expect(() => guardHolds({ type, params: {} }, {})).toThrow(/There is no guard/);
});
