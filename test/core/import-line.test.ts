// One line of an import: what is taken of it, and which rule each mistake is called by; never the value.
import { describe, expect, test } from 'vitest';
import { type ImportTerms, readImportLine, unknownColumns } from '../../src/core/deciding/import-line.ts';
import { loadDefinitions } from '../../src/load-definitions.ts';

const { machines, dictionary } = loadDefinitions();
const terms: ImportTerms = {
  machine: machines.latest('application'),
  dictionary,
  states: { 'Phone screen': 'active.screening.invited' },
  now: Date.parse('2026-06-01T12:00:00Z'),
};
const right = { id: '48', state: 'active.triage', since: '2026-05-01' };
const rules = (cells: Record<string, unknown>): string[] => {
  const read = readImportLine({ ...right, ...cells }, terms);
  return read.ok ? [] : read.faults.map((fault) => fault.rule);
};

test('a line of texts becomes values of the right kinds', () => {
  const cells = {
    ...right,
    state: 'Phone screen',
    previous_state: '',
    requisition: 'req-7',
    profile: 12,
    'candidate.email': ' kim@example.com ',
    'screening.score': '87.5',
    'requisition.skips': 'triage;screening',
    'offer.startDate': '',
  };
  expect(readImportLine(cells, terms)).toEqual({
    ok: true,
    line: {
      ref: '48',
      state: 'active.screening.invited',
      history: null,
      since: '2026-05-01T00:00:00.000Z',
      requisition: 'req-7',
      profile: '12',
      data: {
        'candidate.email': 'kim@example.com',
        'screening.score': 87.5,
        'requisition.skips': ['triage', 'screening'],
      },
    },
  });
});

describe('mistakes', () => {
  test.each<[string, Record<string, unknown>, string[]]>([
    ['no id', { id: ' ' }, ['missing_id']],
    ['no state', { state: '' }, ['missing_state']],
    ['no such state', { state: 'toString' }, ['unknown_state']],
    ['the state before it exists', { state: 'none' }, ['unknown_state']],
    ['a region of several states', { state: 'active.offer' }, ['state_not_exact']],
    ['no such state before', { previous_state: 'nowhere' }, ['unknown_state']],
    ['no moment', { since: '' }, ['missing_since']],
    ['another way of writing dates', { since: '01.05.2026' }, ['not_a_time']],
    ['a moment without its zone', { since: '2026-05-01T10:00:00' }, ['not_a_time']],
    ['no day of any calendar', { since: '2026-02-30' }, ['not_a_time']],
    ['later than now', { since: '2026-06-02' }, ['in_the_future']],
    ['a long id', { id: 'x'.repeat(201) }, ['id_too_long']],
    ['no number', { 'screening.score': 'high' }, ['wrong_type']],
    ['a number out of bounds', { 'screening.score': '101' }, ['not_allowed']],
    ['several at once', { id: '', since: '', 'candidate.email': 'x' }, ['missing_id', 'missing_since', 'wrong_type']],
  ])('%s', (_, cells, expected) => expect(rules(cells)).toEqual(expected));

  test('what is said of them holds no value', () => {
    const read = readImportLine({ ...right, 'candidate.email': 'very-secret', state: 'very-secret' }, terms);
    expect(JSON.stringify(read)).not.toContain('very-secret');
  });
});

test('columns must be ours or elements', () => {
  expect(unknownColumns(['id', 'state', 'candidate.email', 'e-mail', '__proto__'], dictionary)).toEqual([
    'e-mail',
    '__proto__',
  ]);
});
