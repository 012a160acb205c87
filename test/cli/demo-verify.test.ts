// The demo's verdict on order: found where it is broken, and not where a field was written beside somebody's move.
import { expect, test } from 'vitest';
import { inversionsIn } from '../../src/cli/demo/verify.ts';

const lane = ['Screening', 'Assessment', 'Interview', 'Offer'];
const api = (from: string | null, to: string) => ({ by: 'api' as const, from, to });
const hand = (from: string | null, to: string) => ({ by: 'hand' as const, from, to });

test('moves along the lane are in order, whatever people do between them', () => {
  expect(inversionsIn(lane, [api(null, 'Screening'), hand('Screening', 'Offer'), api('Offer', 'Interview')])).toBe(0);
});

test('a move to where the lane was before is out of order', () => {
  expect(inversionsIn(lane, [api('Screening', 'Interview'), api('Interview', 'Assessment')])).toBe(1);
});

test('a move to where the lane never goes is out of order', () => {
  expect(inversionsIn(lane, [api('Screening', 'hired')])).toBe(1);
});

test('a field that is written where somebody has put the card moved nothing', () => {
  const written = [hand('Screening', 'rejected'), api('rejected', 'rejected'), api('rejected', 'Interview')];
  expect(inversionsIn(lane, written)).toBe(0);
});
