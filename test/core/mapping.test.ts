// Fields both ways: what is read and written, what is kept out and named, and that all of it is bounded.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resultOf } from '../../src/adapters/codesignal/result.ts';
import { refineFields } from '../../src/core/dictionary/field-setting.ts';
import { knownPlaces } from '../../src/core/dictionary/known-places.ts';
import {
  noMapping,
  readFields,
  type SystemMapping,
  unknownIn,
  writeFields,
  writtenElements,
} from '../../src/core/dictionary/mapping.ts';
import { collapsed, pointerOf, putAt, tokensOf, valueAt } from '../../src/core/json-pointer.ts';
import { limits } from '../../src/core/limits.ts';
import { loadDictionary } from '../../src/load-definitions.ts';
import { mappingOf } from '../support/mappings.ts';

const greenhouse = mappingOf('greenhouse');
const successfactors = mappingOf('successfactors');

describe('JSON Pointers (RFC 6901)', () => {
  test.each<[string, string[] | null]>([
    ['', []],
    ['/', ['']],
    ['/a/b', ['a', 'b']],
    ['/a~1b/m~0n', ['a/b', 'm~n']],
    ['/~01', ['~1']],
    ['a', null],
    ['/a~2', null],
    ['/a~', null],
    ['/__proto__/polluted', null],
    ['/a/constructor', null],
  ])('%s', (pointer, tokens) => expect(tokensOf(pointer)).toEqual(tokens));
  test('the examples of the standard', () => {
    const document = { foo: ['bar', 'baz'], '': 0, 'a/b': 1, 'c%d': 2, 'm~n': 8 };
    const at = (pointer: string): unknown => valueAt(document, tokensOf(pointer) ?? ['?']);
    expect(['', '/foo', '/foo/0', '/', '/a~1b', '/c%d', '/m~0n', '/foo/2', '/foo/length', '/foo/00'].map(at)).toEqual([
      document,
      ['bar', 'baz'],
      'bar',
      0,
      1,
      2,
      8,
      undefined,
      undefined,
      undefined,
    ]);
  });
  test('there and back, for any tokens', () =>
    fc.assert(
      fc.property(
        fc.array(fc.string().filter((one) => !['__proto__', 'constructor', 'prototype'].includes(one))),
        (tokens) => {
          expect(tokensOf(pointerOf(tokens))).toEqual(tokens);
          const document = {};
          if (tokens.length > 0) putAt(document, tokens, 7);
          if (tokens.length > 0) expect(valueAt(document, tokens)).toBe(7);
        },
      ),
    ));
  test('a pattern knows all that is below it, and * is any one token', () => {
    const known = knownPlaces([['a'], ['b', '*', 'c'], ['d', 'x'], ['d', '*', 'z']]);
    const payload = {
      a: { deep: [1] },
      b: [{ c: 1, e: 2 }, { c: 3 }],
      d: { x: 1, y: { z: 1, w: 2 } },
      f: 0,
      g: [7, 8],
    };
    expect(unknownIn({ known }, payload)).toEqual(['/b/*/e', '/d/y/w', '/f', '/g/*']);
    expect(unknownIn({ known: knownPlaces([[]]) }, payload)).toEqual([]);
    expect(collapsed(['a', '3', '03'])).toEqual(['a', '*', '03']);
  });
});

describe('reading', () => {
  const application = {
    id: 1,
    applied_at: '2026-03-01T10:00:00Z',
    candidate: { first_name: ' Ada ', last_name: '', email_addresses: [{ value: null }, { value: 'ada@example.com' }] },
    source: { public_name: 'LinkedIn' },
    offer: { start_date: '15/04/2026' },
    shoe_size: 38,
    custom_fields: { notes: { value: 'x' }, empty: null, 'ada@example.com': 'y' },
    jobs: [{ id: 3, secret: 1 }, { secret: 2 }],
  };
  const read = readFields(greenhouse, 'application', { application });

  test('the first place that holds something counts, and an empty one says nothing', () =>
    expect(read.data).toEqual({
      'candidate.firstName': 'Ada',
      'candidate.email': 'ada@example.com',
      'application.source': 'LinkedIn',
      'application.appliedAt': '2026-03-01T10:00:00.000Z',
    }));
  test('what cannot be read is a fault without the value', () => {
    expect(read.faults).toMatchObject([
      { pointer: '/application/offer/start_date', element: 'offer.startDate', code: 'wrong_format' },
    ]);
    expect(JSON.stringify(read.faults)).not.toContain('15/04');
  });
  test('what nobody mapped is named once, and nobody by name', () =>
    expect(read.unknown).toEqual([
      '/application/custom_fields/?',
      '/application/custom_fields/notes/value',
      '/application/shoe_size',
    ]));
  test('an object that the mapping does not have is read as nothing', () =>
    expect(readFields(noMapping, 'application', { application })).toEqual({ data: {}, unknown: [], faults: [] }));

  test('a currency is read before the amount that needs it, wherever it stands', () => {
    const pay = (currency?: string) => ({
      EmpPayCompRecurring: { paycompvalue: '85000.50', ...(currency ? { currencyCode: currency } : {}) },
    });
    expect(readFields(successfactors, 'employment', pay('EUR')).data).toEqual({
      'offer.salary': 85_000.5,
      'offer.currency': 'EUR',
    });
    expect(readFields(successfactors, 'employment', pay('JPY')).faults).toMatchObject([{ code: 'out_of_range' }]);
    expect(readFields(successfactors, 'employment', pay()).faults).toMatchObject([
      { element: 'offer.salary', code: 'incomplete' },
    ]);
  });
  test('a constant comes along with its companion only', () => {
    const checkr = mappingOf('checkr');
    expect(readFields(checkr, 'report', { result: 'clear' }).data).toEqual({
      'check.result': 'clear',
      'check.provider': 'Checkr',
    });
    expect(readFields(checkr, 'report', { status: 'pending' }).data).toEqual({});
  });
  test('one field may be two elements', () => {
    const lever = mappingOf('lever');
    expect(readFields(lever, 'opportunity', { name: 'Ada Lovelace' }).data).toEqual({
      'candidate.firstName': 'Ada',
      'candidate.lastName': 'Lovelace',
    });
    expect(readFields(lever, 'opportunity', { name: 'Maria da Silva' })).toMatchObject({
      data: {},
      faults: [{ pointer: '/name', code: 'ambiguous' }],
    });
  });
  test('whatever comes, nothing throws', () =>
    fc.assert(
      fc.property(fc.anything(), (payload) => void readFields(greenhouse, 'application', { application: payload })),
    ));
});

describe('bounds', () => {
  const known = knownPlaces([]);
  test('so many unknown fields of one payload, and no more', () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`field_${index}`, index]));
    expect(unknownIn({ known }, many)).toHaveLength(limits.unknownFieldsPerPayloadMax);
  });
  test('so many values are looked at', () => {
    const wide = { list: Array.from({ length: limits.payloadLeavesMax + 1 }, () => 1), after: 1 };
    expect(unknownIn({ known }, wide)).toEqual(['/list/*']);
  });
  test('so deep', () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 5_000; depth += 1) deep = { a: deep };
    expect(unknownIn({ known }, deep)).toEqual([]);
  });
});

describe('writing', () => {
  test('only what is at hand, in the vendor’s form, where its pointers lead', () => {
    const elements = {
      'candidate.firstName': 'Ada',
      'offer.startDate': '2026-12-01',
      'offer.salary': 85_000.5,
      'offer.currency': 'EUR',
      'screening.score': 3,
    };
    expect(writeFields(successfactors, 'employment', elements)).toEqual({
      body: {
        PerPersonal: { firstName: 'Ada' },
        EmpEmployment: { startDate: '/Date(1796083200000)/' },
        EmpPayCompRecurring: { currencyCode: 'EUR', paycompvalue: '85000.50' },
      },
      faults: [],
    });
  });
  test('what was written reads back', () => {
    const elements = {
      'candidate.firstName': 'Ada',
      'offer.startDate': '2026-12-01',
      'offer.salary': 1.25,
      'offer.currency': 'KWD',
    };
    const { body } = writeFields(successfactors, 'employment', elements);
    expect(readFields(successfactors, 'employment', body).data).toEqual(elements);
  });
  test('an amount without its currency is not written', () =>
    expect(writeFields(successfactors, 'employment', { 'offer.salary': 5 })).toMatchObject({
      body: {},
      faults: [{ code: 'incomplete' }],
    }));
  test('an array where the pointer says so', () =>
    expect(writeFields(mappingOf('workday'), 'applicant', { 'candidate.email': 'ada@example.com' }).body).toEqual({
      Personal_Data: { Contact_Data: { Email_Address_Data: [{ Email_Address: 'ada@example.com' }] } },
    }));
});

describe('fields that a connection adds', () => {
  const refined = (settings: Parameters<typeof refineFields>[2]): { mapping: SystemMapping; faults: unknown[] } =>
    refineFields(greenhouse, 'custom_fields', settings);
  test('a name alone has the form of the element', () => {
    const { mapping, faults } = refined({ 'screening.score': 'ai_score', 'screening.completedAt': 'done' });
    expect(faults).toEqual([]);
    expect(writtenElements(mapping, 'custom_fields')).toEqual(['screening.score', 'screening.completedAt']);
    expect(writeFields(mapping, 'custom_fields', { 'screening.score': 75 }).body).toEqual({ ai_score: 75 });
  });
  test('or a scale of its own, so that 75 is four stars and never 75 stars', () => {
    const stars = { field: 'stars', codec: 'score', with: { min: 1, max: 5, step: 1, better: 'higher' } } as const;
    const { mapping } = refined({ 'screening.score': stars });
    expect(writeFields(mapping, 'custom_fields', { 'screening.score': 75 }).body).toEqual({ stars: 4 });
    expect(writeFields(mapping, 'custom_fields', { 'screening.score': 80 })).toMatchObject({
      body: {},
      faults: [{ code: 'not_exact' }],
    });
  });
  test.each<[Parameters<typeof refineFields>[2], RegExp]>([
    [{ 'offer.salary': 'pay' }, /does not list it under receives/],
    [{ 'screening.grade': 'grade' }, /there is no element/],
    [{ 'screening.reportUrl': { field: 'x', codec: 'number', with: {} } }, /is a url, and this codec gives a number/],
    [
      { 'screening.scoreMax': { field: 'x', codec: 'score', with: { min: 0, max: 5, step: 1, better: 'higher' } } },
      /share from 0 to 100/,
    ],
  ])('%j is refused, and left out', (settings, rule) => {
    const { mapping, faults } = refined(settings);
    expect(JSON.stringify(faults)).toMatch(rule);
    const named = Object.keys(settings)[0] ?? '';
    if (/does not list|no element/.test(JSON.stringify(faults)))
      expect(writtenElements(mapping, 'custom_fields')).not.toContain(named);
  });
});

test('every system that has an adapter is mapped, and every mapping without one says so', async () => {
  const { adapters } = await import('../../src/adapters/registry.ts');
  const { document } = loadDictionary();
  expect([...adapters.keys()].filter((name) => !document.systems[name]?.adapter)).toEqual([]);
  for (const [name, system] of Object.entries(document.systems)) {
    expect(adapters.has(name) || !system.adapter, name).toBe(true);
    if (!system.adapter) expect(system.verified).toMatch(/needs a tenant to verify/i);
    if (adapters.has(name)) expect(system.kind).toBe(adapters.get(name)?.kind);
  }
});

describe('results as their adapters take them', () => {
  test.each<[unknown, number | string]>([
    [{ score: 900, maxScore: 1_000 }, 90],
    [{ score: 1, maxScore: 3 }, 33.33],
    [{ score: 0, maxScore: 850 }, 0],
    [{ score: 851, maxScore: 850 }, 'score_above_maximum'],
    [{ score: 1 }, 'score_scale_unknown'],
    [{ score: 1, maxScore: '850' }, 'score_scale_unknown'],
    [{ maxScore: 850 }, 'score_missing'],
  ])('CodeSignal: %j', (payload, wanted) => {
    const result = resultOf(payload, mappingOf('codesignal'));
    expect(result.ok ? result.read.data['screening.score'] : result.reason).toBe(wanted);
  });
  test.each([
    [{ status: 'complete', result: 'clear' }, 'clear'],
    [{ status: 'complete', result: 'consider' }, 'consider'],
    [{ status: 'clear', result: null }, 'clear'],
    [{ status: 'clear', result: 'suspended' }, undefined],
    [{ status: 'complete' }, undefined],
  ])('Checkr: %j', (report, result) => {
    const { data, faults } = readFields(mappingOf('checkr'), 'report', report);
    expect(data).toEqual(result === undefined ? {} : { 'check.result': result, 'check.provider': 'Checkr' });
    expect(faults).toHaveLength(result === undefined ? 1 : 0);
  });
});
