// Who may leave a lane at once: only its head, and only when its connection takes commands.
import { describe, expect, test } from 'vitest';
import { bornLeased, type ConnectionReadiness, type LaneState } from '../../src/core/delivery/lane.ts';

const free: LaneState = { nextSeq: 3, doneSeq: 3, heldReason: null };
const ready: ConnectionReadiness = { status: 'active', circuit: 'closed', blocked: false, places: 1 };

describe('a new writeback', () => {
  test.each<
    [what: string, leaves: boolean, seq: number, lane: Partial<LaneState>, connection: Partial<ConnectionReadiness>]
  >([
    ['with nothing before it', true, 4, {}, {}],
    ['first of its lane', true, 1, { nextSeq: 0, doneSeq: 0 }, {}],
    ['with one before it', false, 5, {}, {}],
    ['whose number is done already', false, 3, {}, {}],
    ['in a lane that is held', false, 4, { heldReason: 'dead' }, {}],
    ['of a paused connection', false, 4, {}, { status: 'paused' }],
    ['of a removed connection', false, 4, {}, { status: 'removed' }],
    ['behind an open circuit', false, 4, {}, { circuit: 'open' }],
    ['behind a circuit that is being tried with another', false, 4, {}, { circuit: 'half_open' }],
    ['of a connection that is rate limited', false, 4, {}, { blocked: true }],
    ['of a connection with no place left', false, 4, {}, { places: 0 }],
  ])('%s: %s', (_, leaves, seq, lane, connection) => {
    expect(bornLeased({ ...free, ...lane }, seq, { ...ready, ...connection })).toBe(leaves);
  });
});
