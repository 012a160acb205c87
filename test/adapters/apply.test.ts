// Read, compare, write, read back: every way through, on a target that keeps one word and can lie about it.
import { describe, expect, test } from 'vitest';
import {
  applyByReading,
  confirmByReading,
  type ReadResult,
  type Target,
  type Written,
} from '../../src/adapters/apply.ts';
import type { VendorAnswer } from '../../src/adapters/http.ts';
import type { Capabilities, Work } from '../../src/adapters/port.ts';

const capabilities = { readLagMs: 500 } as Capabilities;
const work = (overwrites: string[] = []): Work => ({ overwrites }) as Work;
const status = (code: number): VendorAnswer => ({ kind: 'answer', status: code, headers: {}, json: {}, text: '{}' });
const timeout: VendorAnswer = { kind: 'failure', failure: 'timeout', sent: true };

interface Script {
  word: string | null;
  /** What the write answers, and what the word is afterwards. */
  write?: { answer: VendorAnswer; word?: string | null; ref?: string } | { refusal: string };
  /** Answers of the first and second read that fail. */
  reads?: (VendorAnswer | null)[];
  creates?: boolean;
}

function target({
  word,
  write = { answer: status(200) },
  reads = [],
  creates = false,
}: Script): Target<null> & { writes: number } {
  let now = word;
  let read = 0;
  return {
    creates,
    writes: 0,
    async read(): Promise<ReadResult<null>> {
      const failing = reads[read];
      read += 1;
      if (failing) return { kind: 'failed', answer: failing };
      return now === null ? { kind: 'missing' } : { kind: 'shows', reading: { stage: now, state: now, native: null } };
    },
    shows: ({ stage }) => stage === 'wanted',
    expected: ({ stage }) => stage === 'before',
    isConflict: (answer) => answer.status === 409,
    async write(): Promise<Written> {
      this.writes += 1;
      if ('refusal' in write) return write;
      if (write.word !== undefined) now = write.word;
      return {
        answer: write.answer,
        precondition: 'compare_and_set',
        ...(write.ref === undefined ? {} : { ref: write.ref }),
      };
    },
  };
}

const outcomeOf = async (script: Script, overwrites: string[] = []) => {
  const to = target(script);
  const { outcome } = await applyByReading(to, work(overwrites), capabilities);
  return { outcome, writes: to.writes };
};

describe('applyByReading', () => {
  test.each<[string, Script, object, number]>([
    ['shows it already', { word: 'wanted' }, { kind: 'confirmed_already' }, 0],
    ['written and shown', { word: 'before', write: { answer: status(200), word: 'wanted' } }, { kind: 'confirmed' }, 1],
    ['said yes, shows the old', { word: 'before' }, { kind: 'accepted', afterMs: 500 }, 1],
    [
      'said yes, cannot be read back',
      { word: 'before', write: { answer: status(200), word: 'wanted' }, reads: [null, status(500)] },
      { kind: 'accepted', afterMs: 500 },
      1,
    ],
    [
      'said 500, shows it',
      { word: 'before', write: { answer: status(500), word: 'wanted' } },
      { kind: 'confirmed' },
      1,
    ],
    [
      'said 500, shows the old',
      { word: 'before', write: { answer: status(500) } },
      { kind: 'ambiguous', reason: 'http_500' },
      1,
    ],
    [
      'never answered, shows it',
      { word: 'before', write: { answer: timeout, word: 'wanted' } },
      { kind: 'confirmed' },
      1,
    ],
    [
      'never answered, cannot be read back',
      { word: 'before', write: { answer: timeout, word: 'wanted' }, reads: [null, timeout] },
      { kind: 'ambiguous', reason: 'write_timeout' },
      1,
    ],
    ['said no', { word: 'before', write: { answer: status(422) } }, { kind: 'refused', reason: 'http_422' }, 1],
    [
      'said conflict, shows another’s',
      { word: 'before', write: { answer: status(409), word: 'other' } },
      { kind: 'conflict', seen: 'other' },
      1,
    ],
    [
      'said conflict, shows ours',
      { word: 'before', write: { answer: status(409), word: 'wanted' } },
      { kind: 'confirmed_already' },
      1,
    ],
    ['shows another’s', { word: 'other' }, { kind: 'conflict', seen: 'other' }, 0],
    ['cannot be read', { word: 'before', reads: [status(500)] }, { kind: 'retryable', reason: 'read_http_500' }, 0],
    ['is not there', { word: null }, { kind: 'refused', reason: 'target_missing' }, 0],
    [
      'is not there and is created',
      { word: null, creates: true, write: { answer: status(201), word: 'wanted', ref: '7' } },
      { kind: 'confirmed', ref: '7' },
      1,
    ],
    [
      'is created and not shown yet',
      { word: null, creates: true, write: { answer: status(201), ref: '7' } },
      { kind: 'accepted', afterMs: 500, ref: '7' },
      1,
    ],
    [
      'cannot be expressed',
      { word: 'before', write: { refusal: 'stage_not_found' } },
      { kind: 'refused', reason: 'stage_not_found' },
      1,
    ],
  ])('%s', async (_, script, outcome, writes) => expect(await outcomeOf(script)).toEqual({ outcome, writes }));

  test.each([
    ['what was named', ['other'], { kind: 'confirmed' }, 1],
    ['anything', ['*'], { kind: 'confirmed' }, 1],
    ['not what somebody put there since', ['another'], { kind: 'conflict', seen: 'other' }, 0],
  ])('somebody else’s change is overwritten where it may be: %s', async (_, overwrites, outcome, writes) => {
    const script: Script = { word: 'other', write: { answer: status(200), word: 'wanted' } };
    expect(await outcomeOf(script, overwrites)).toEqual({ outcome, writes });
  });

  // Within the lag of our own last write, another's copy may still be of the time before it, when the target was as it is wanted now.
  test.each<[string, Script, number, object]>([
    ['not written, shown', { word: 'wanted' }, 200, { kind: 'accepted', afterMs: 300 }],
    [
      'written, shown',
      { word: 'before', write: { answer: status(200), word: 'wanted' } },
      200,
      { kind: 'accepted', afterMs: 300 },
    ],
    [
      'never answered, shown',
      { word: 'before', write: { answer: timeout, word: 'wanted' } },
      200,
      { kind: 'accepted', afterMs: 300 },
    ],
    [
      'said conflict, shown',
      { word: 'before', write: { answer: status(409), word: 'wanted' } },
      200,
      { kind: 'accepted', afterMs: 300 },
    ],
    [
      'created, shown',
      { word: null, creates: true, write: { answer: status(201), word: 'wanted', ref: '7' } },
      200,
      { kind: 'accepted', afterMs: 300, ref: '7' },
    ],
    ['written, not shown', { word: 'before' }, 200, { kind: 'accepted', afterMs: 500 }],
    [
      'written, shown, after the lag',
      { word: 'before', write: { answer: status(200), word: 'wanted' } },
      500,
      { kind: 'confirmed' },
    ],
  ])('what may be from before our last write is looked at again: %s', async (_, script, sinceMs, outcome) => {
    const soon = { ...work(), targetState: 'wanted', lastWritten: { state: 'another', sinceMs } };
    expect((await applyByReading(target(script), soon, capabilities)).outcome).toEqual(outcome);
    const same = { ...soon, lastWritten: { state: 'wanted', sinceMs } };
    expect((await applyByReading(target(script), same, capabilities)).outcome).toEqual(
      (await outcomeOf(script)).outcome,
    );
  });

  test('the attempt’s record names the status and the precondition', async () => {
    expect(
      await applyByReading(
        target({ word: 'before', write: { answer: status(200), word: 'wanted' } }),
        work(),
        capabilities,
      ),
    ).toEqual({
      outcome: { kind: 'confirmed' },
      httpStatus: 200,
      precondition: 'compare_and_set',
    });
  });
});

describe('confirmByReading', () => {
  test.each<[string, Script, object]>([
    ['shown', { word: 'wanted' }, { kind: 'confirmed' }],
    ['not shown', { word: 'before' }, { kind: 'contradicted', seen: 'before' }],
    ['gone', { word: null }, { kind: 'contradicted', seen: null }],
    ['unreadable', { word: 'wanted', reads: [timeout] }, { kind: 'retryable', reason: 'read_timeout' }],
  ])('%s', async (_, script, outcome) => {
    const to = target(script);
    expect((await confirmByReading(to)).outcome).toEqual(outcome);
    expect(to.writes).toBe(0);
  });
});
