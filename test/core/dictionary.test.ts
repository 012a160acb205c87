// The dictionary: what data passes, what each refusal says, and which documents cannot be used.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { compileDictionary } from '../../src/core/dictionary/dictionary.ts';
import { documentOf } from '../../src/core/dictionary/document-source.ts';
import { limits } from '../../src/core/limits.ts';

const read = (file: string): unknown =>
  parse(readFileSync(new URL(`../../dictionary/${file}`, import.meta.url), 'utf8'));
const compile = (elements: unknown, events: unknown) =>
  compileDictionary({
    elements: documentOf('dictionary/elements.yaml', elements),
    events: documentOf('dictionary/events.yaml', events),
  });
const dictionary = compile(read('elements.yaml'), read('events.yaml'));

const verdictOn = (event: string, data: Record<string, unknown>): unknown => {
  const verdict = dictionary.validate(event, data);
  return verdict.ok ? 'ok' : verdict.problems.map(({ pointer, code }) => `${pointer} ${code}`);
};

describe('validate', () => {
  test.each<[event: string, data: Record<string, unknown>, verdict: unknown]>([
    [
      'screening.completed',
      { 'screening.score': 72.5, 'screening.recommendation': 'review', 'candidate.email': 'ada@example.com' },
      'ok',
    ],
    ['screening.completed', { 'screening.score': 0 }, 'ok'],
    ['screening.completed', { 'screening.score': 100 }, 'ok'],
    ['screening.completed', { 'screening.score': 100.01 }, ['/screening.score not_allowed']],
    ['screening.completed', { 'screening.score': -1 }, ['/screening.score not_allowed']],
    ['screening.completed', { 'screening.score': '72' }, ['/screening.score wrong_type']],
    ['screening.completed', { 'screening.score': null }, ['/screening.score wrong_type']],
    ['screening.completed', { 'screening.score': Number.NaN }, ['/screening.score wrong_type']],
    ['screening.completed', { 'screening.recommendation': 'maybe' }, ['/screening.recommendation not_allowed']],
    ['screening.completed', { 'screening.grade': 'A' }, ['/screening.grade unknown_element']],
    ['screening.completed', { 'offer.startDate': '2026-12-01' }, ['/offer.startDate not_in_event']],
    ['screening.completed', { 'screening.reportUrl': 'javascript:alert(1)' }, ['/screening.reportUrl wrong_type']],
    [
      'screening.completed',
      { 'screening.reportUrl': `https://x.example/${'a'.repeat(2_048)}` },
      ['/screening.reportUrl too_long'],
    ],
    ['screening.completed', { 'candidate.email': 'nobody' }, ['/candidate.email wrong_type']],
    ['screening.completed', { 'candidate.firstName': 'a'.repeat(201) }, ['/candidate.firstName too_long']],
    ['offer.accepted', { 'offer.startDate': '2026-12-01' }, 'ok'],
    ['offer.accepted', { 'offer.startDate': '2026-02-30' }, ['/offer.startDate wrong_type']],
    ['offer.accepted', { 'offer.startDate': '01.12.2026' }, ['/offer.startDate wrong_type']],
    ['interview.scheduled', { 'interview.scheduledAt': '2026-12-01T09:30:00+02:00' }, 'ok'],
    ['interview.scheduled', { 'interview.scheduledAt': '2026-12-01T09:30:00' }, ['/interview.scheduledAt wrong_type']],
    ['interview.scheduled', { 'interview.round': 1.5 }, ['/interview.round wrong_type']],
    ['application.received', { 'requisition.skips': ['screening', 'interview'] }, 'ok'],
    ['application.received', { 'requisition.skips': 'screening' }, ['/requisition.skips wrong_type']],
    [
      'application.received',
      { 'requisition.skips': ['screening', 'everything', 3] },
      ['/requisition.skips/1 not_allowed', '/requisition.skips/2 wrong_type'],
    ],
    ['application.received', { 'requisition.skips': Array(7).fill('screening') }, ['/requisition.skips too_long']],
    ['application.received', { 'a/b~c': 1 }, ['/a~1b~0c unknown_element']],
    ['no.such_event', { 'candidate.email': 'ada@example.com' }, ['/candidate.email not_in_event']],
  ])('%s with %o: %o', (event, data, verdict) => {
    expect(verdictOn(event, data)).toEqual(verdict);
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'a key of the prototype is an unknown element: %s',
    (key) => {
      const data = JSON.parse(`{"${key}": {"polluted": true}}`) as Record<string, unknown>;
      expect(verdictOn('screening.completed', data)).toEqual([`/${key} unknown_element`]);
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
      expect(dictionary.element(key)).toBeUndefined();
    },
  );

  test('a refusal never repeats the value, which may be personal', () => {
    const verdict = dictionary.validate('screening.completed', {
      'candidate.email': 'secret-value',
      'screening.recommendation': 'secret-value',
      'screening.score': 'secret-value',
    });
    expect(verdict.ok).toBe(false);
    expect(JSON.stringify(verdict)).not.toContain('secret-value');
  });

  test('problems are bounded, and so are the names in them', () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`x${index}${'y'.repeat(1_000)}`, 1]));
    const verdict = dictionary.validate('screening.completed', many);
    expect(verdict.ok || verdict.problems.length).toBe(50);
    expect(JSON.stringify(verdict).length).toBeLessThan(50 * (limits.identifierCharsMax + 200));
  });
});

describe('validateValues', () => {
  test('keeps what is right, whatever event it came with, and names the rest', () => {
    const { values, problems } = dictionary.validateValues({
      'offer.startDate': '2026-12-01',
      'screening.score': 'x',
      nickname: 'y',
    });
    expect(values).toEqual({ 'offer.startDate': '2026-12-01' });
    expect(problems.map(({ code }) => code)).toEqual(['wrong_type', 'unknown_element']);
  });
});

describe('documents', () => {
  const retention = { brief: { description: 'Briefly.', keep: 'P30D' } };
  const element = {
    description: 'An element.',
    type: 'string',
    classification: 'internal',
    owner: 'Somebody',
    legalBasis: 'none',
    retention: 'brief',
    goldenSource: 'ats',
    conflict: 'latest_wins',
  };
  const documents = (
    changes: Record<string, unknown>,
    carries: string[] = ['a.b'],
    name = 'a.b',
  ): [unknown, unknown] => [
    { retention, elements: { [name]: { ...element, ...changes } } },
    { always: [], events: { 'it.moved': { optional: carries } } },
  ];

  test.each<[fault: RegExp, source: [unknown, unknown]]>([
    [/elements › a\.b › type/, documents({ type: 'text' })],
    [/elements › a\.b: Unrecognized key: "colour"/, documents({ colour: 'red' })],
    [/a\.b › retention: there is no retention class "for ever"/, documents({ retention: 'for ever' })],
    [/a\.b › of: a list, and nothing else/, documents({ type: 'list' })],
    [/a\.b › of: a list, and nothing else/, documents({ of: 'string' })],
    [/a\.b › min: only a number has bounds/, documents({ min: 1 })],
    [/a\.b › min: must not be above max/, documents({ type: 'number', min: 2, max: 1 })],
    [/a\.b › maxLength: only a text/, documents({ type: 'date', maxLength: 3 })],
    [/a\.b › allowed: every value must be a string/, documents({ allowed: [1] })],
    [/a\.b › allowed: a value stands there twice/, documents({ allowed: ['x', 'x'] })],
    [/a\.b › goldenSource/, documents({ goldenSource: 'oracle' })],
    [/two or more words joined by dots/, documents({}, [], 'score')],
    [/events\.yaml: events › it\.moved › optional › 0: there is no element "a\.c"/, documents({}, ['a.c'])],
    [/events\.yaml: events › it\.moved › optional › 0: there is no element "b\.\*"/, documents({}, ['b.*'])],
    [/elements\.yaml: the document/, [null, { always: [], events: {} }]],
    [
      /keep: must be an ISO 8601 duration/,
      [
        { retention: { brief: { description: 'x', keep: 'a year' } }, elements: {} },
        { always: [], events: {} },
      ],
    ],
  ])('%o', (fault, [elements, events]) => {
    expect(() => compile(elements, events)).toThrow(fault);
  });

  test('every fault is named at once', () => {
    expect(() => compile(...documents({ min: 1, retention: 'x' }, ['nope']))).toThrow(
      /retention.*\n.*min.*\n.*events\.yaml/,
    );
  });

  test('a change of meaning changes the hash, the order of entries does not', () => {
    const [elements, events] = documents({});
    const hash = compile(elements, events).hash;
    expect(compile(...documents({ conflict: 'manual' })).hash).not.toBe(hash);
    const reordered = Object.fromEntries(Object.entries(element).reverse());
    expect(compile({ elements: { 'a.b': reordered }, retention }, events).hash).toBe(hash);
    expect(elements).toEqual(documents({})[0]);
  });

  test('a group stands for all its elements, and "always" for every event', () => {
    const source = { retention, elements: { 'a.b': element, 'a.c': element, 'ab.c': element, 'd.e': element } };
    const { events } = compile(source, {
      always: ['d.e'],
      events: { 'it.moved': { required: ['d.e'], optional: ['a.*'] } },
    });
    expect([...(events.get('it.moved') ?? [])].sort()).toEqual(['a.b', 'a.c', 'd.e']);
  });
});
