// The checker itself: a sound run passes, and each rule notices when the one thing it is there for is spoilt.
import { describe, expect, test } from 'vitest';
import type { Evidence } from './checker/evidence.ts';
import { attemptRow, soundEvidence } from './checker/sound-evidence.ts';
import { check } from './checker.ts';

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };
type Spoiler = (evidence: Writable<Evidence>) => unknown;

const first = <T>(rows: readonly T[]): T => rows[0] as T;
const last = <T>(rows: readonly T[]): T => rows.at(-1) as T;
const found = (spoil: Spoiler): string[] => {
  const evidence = soundEvidence();
  spoil(evidence);
  return [...new Set(check(evidence).map((one) => one.invariant))];
};
const api = (evidence: Evidence, from: string, to: string): void =>
  void (evidence.greenhouse.log as unknown[]).push({
    at: last(evidence.greenhouse.log).at + 50,
    object: '7',
    from,
    to,
    by: 'api',
  });

test('a sound run has nothing wrong', () => {
  expect(check(soundEvidence())).toEqual([]);
});

const cases: Record<string, readonly (readonly [what: string, spoil: Spoiler])[]> = {
  I1: [
    ['an answered event is not on record', ({ tables }) => first(tables.event.splice(1, 1))],
    ['an event is there twice', ({ tables }) => tables.event.push({ ...last(tables.event), id: 'evt_9' })],
    ['an event that nobody sent', ({ tables }) => tables.event.push({ ...last(tables.event), external_id: 'other' })],
    [
      'applied by its answer, refused on record',
      ({ tables }) => Object.assign(last(tables.event), { disposition: 'refused' }),
    ],
    [
      'another version than was answered',
      ({ operations }) => Object.assign(first(first(operations).heard), { version: 9 }),
    ],
    ['a poison is on record', ({ operations }) => Object.assign(first(operations), { intent: 'poison' })],
    [
      'another body under the same id was taken',
      ({ operations }) => Object.assign(first(operations), { intent: 'conflict' }),
    ],
    ['a refused form is on record', ({ operations }) => Object.assign(first(operations), { heard: [{ status: 422 }] })],
    [
      'an accepted webhook is not on record',
      (evidence) => (evidence.received = [{ source: 'connection:greenhouse', externalId: 'hook-2' }]),
    ],
  ],
  I2: [
    ['an applied event without a transition', ({ tables }) => tables.transition.pop()],
    ['two transitions of one event', ({ tables }) => Object.assign(last(tables.transition), { event_id: 'evt_2' })],
    ['a gap between versions', ({ tables }) => Object.assign(last(tables.transition), { version: 4 })],
  ],
  I3: [
    [
      'the stored state is another',
      ({ tables }) => Object.assign(first(tables.subject), { state: 'active.interview.completed' }),
    ],
    [
      'a step that the machine does not have',
      ({ tables }) => Object.assign(last(tables.transition), { type: 'offer.drafted' }),
    ],
    ['another machine', ({ tables }) => Object.assign(last(tables.transition), { machine_hash: '00' })],
  ],
  I4: [
    ['a transition without its writeback', ({ tables }) => tables.writeback.shift()],
    [
      'a writeback too many',
      ({ tables }) => tables.writeback.push({ ...last(tables.writeback), id: 'wrb_9', lane_seq: 4 }),
    ],
    [
      'a writeback that nobody asked for',
      ({ tables }) => tables.writeback.push({ ...last(tables.writeback), connection_id: 'bamboohr' }),
    ],
  ],
  I5: [
    ['a writeback is open', ({ tables }) => Object.assign(last(tables.writeback), { status: 'leased' })],
    [
      'dead, and nobody was told',
      ({ tables }) => Object.assign(last(tables.writeback), { status: 'dead', reason: 'http_404' }),
    ],
    ['an event is parked', ({ tables }) => Object.assign(last(tables.event), { disposition: 'parked' })],
    ['a lane with a gap', ({ tables }) => Object.assign(last(tables.writeback), { lane_seq: 5 })],
    ['a lane that says too much', ({ tables }) => Object.assign(first(tables.lane), { done_seq: 2 })],
    ['it did not come to rest', (evidence) => (evidence.settled = false)],
  ],
  I6: [['a write that goes back', (evidence) => api(evidence, 'Assessment', 'Application Review')]],
  I7: [
    [
      'the same write twice',
      (evidence) => {
        api(evidence, 'Assessment', 'Application Review');
        api(evidence, 'Application Review', 'Assessment');
      },
    ],
    [
      'one person hired twice',
      (evidence) =>
        (evidence.bamboohr = [
          { id: '1', key: 'sub_1', status: null },
          { id: '2', key: 'sub_1', status: null },
        ]),
    ],
  ],
  I8: [
    ['confirmed, and never there', (evidence) => (evidence.greenhouse.log as unknown[]).pop()],
    [
      'confirmed before it was there',
      ({ tables }) => Object.assign(last(tables.writeback), { settled_at: new Date('2026-11-21T10:00:03.010Z') }),
    ],
  ],
  I9: [
    ['an edited row', ({ tables }) => Object.assign(last(tables.transition), { by_kind: 'operator' })],
    ['a row less at the end', ({ tables }) => tables.transition.pop()],
    ['a row less in the middle', ({ tables }) => tables.transition.splice(1, 1)],
    ['two rows swapped', ({ tables }) => tables.transition.reverse()],
  ],
  I10: [
    ['a count too many', ({ tables }) => Object.assign(first(tables.kpi_hour), { count: 2 })],
    [
      'a count of nothing',
      ({ tables }) => tables.kpi_hour.push({ ...first(tables.kpi_hour), measure: 'event.refused' }),
    ],
    ['a count that is missing', ({ tables }) => tables.kpi_hour.pop()],
    [
      'an element that was missing and not counted',
      ({ tables }) => Object.assign(last(tables.event), { missing: ['offer.startDate'] }),
    ],
  ],
  I12: [['a process ended by itself', (evidence) => (evidence.deaths = ['core-1 ended by itself (exit 1)'])]],
  I13: [
    [
      'two attempts at once',
      ({ tables }) => {
        Object.assign(last(tables.writeback), { attempt: 2 });
        tables.attempt.push(attemptRow('wrb_3', 2, 'confirmed', 3_050));
      },
    ],
    [
      'a result of an attempt never made',
      ({ tables }) => tables.attempt.push(attemptRow('wrb_3', 7, 'confirmed', 9_000)),
    ],
  ],
  agreement: [
    [
      'the vendor shows something else and nobody knows',
      ({ greenhouse }) => (greenhouse.places as Map<string, string>).set('7', 'Offer'),
    ],
  ],
  enough: [['most operations came to nothing', (evidence) => (evidence.successShare = 0.4)]],
};

describe.each(Object.entries(cases))('%s', (invariant, spoilt) => {
  test.each(spoilt)('%s', (_, spoil) => {
    expect(found(spoil)).toContain(invariant);
  });
});
