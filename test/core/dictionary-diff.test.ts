// What a change of the dictionary does: wider or narrower, and whether it breaks for whoever goes by the old version.
import { describe, expect, test } from 'vitest';
import type { DictionaryDocument } from '../../src/core/dictionary/dictionary.ts';
import { diffDictionaries } from '../../src/core/dictionary/diff.ts';
import { loadDictionary } from '../../src/load-definitions.ts';

const { document } = loadDictionary();
type Change = (next: DictionaryDocument) => void;
const diff = (change: Change): string[] => {
  const next = structuredClone(document);
  change(next);
  return diffDictionaries(document, next).map(
    (one) => `${one.effect}${one.breaking ? ' breaking' : ''}: ${one.at}: ${one.says}`,
  );
};
const element = (next: DictionaryDocument, name: string): Record<string, unknown> =>
  next.elements.elements[name] as unknown as Record<string, unknown>;
const system = (next: DictionaryDocument, name: string) => next.systems[name] as DictionaryDocument['systems'][string];
const region = (next: DictionaryDocument, name: string) => next.regions[name] as DictionaryDocument['regions'][string];

test('a version and itself are the same', () => expect(diff(() => {})).toEqual([]));

describe('elements', () => {
  test.each<[string, Change, string]>([
    [
      'gone',
      (next) => void delete next.elements.elements['screening.score'],
      'narrower breaking: elements › screening.score: is gone',
    ],
    [
      'new',
      (next) => {
        next.elements.elements['a.b'] = next.elements.elements['hold.reason'] as never;
      },
      'wider: elements › a.b: is new',
    ],
    [
      'lower top',
      (next) => {
        element(next, 'screening.score').max = 10;
      },
      'narrower breaking: elements › screening.score › max: 10 instead of 100',
    ],
    [
      'higher top',
      (next) => {
        element(next, 'screening.score').max = 200;
      },
      'wider: elements › screening.score › max: 200 instead of 100',
    ],
    [
      'no top',
      (next) => void delete element(next, 'screening.score').max,
      'wider: elements › screening.score › max: nothing instead of 100',
    ],
    [
      'higher bottom',
      (next) => {
        element(next, 'screening.score').min = 1;
      },
      'narrower breaking: elements › screening.score › min: 1 instead of 0',
    ],
    [
      'fewer values',
      (next) => {
        element(next, 'check.result').allowed = ['clear'];
      },
      'narrower breaking: elements › check.result › allowed: [clear] instead of [clear, consider]',
    ],
    [
      'more values',
      (next) => {
        element(next, 'check.result').allowed = ['clear', 'consider', 'x'];
      },
      'wider: elements › check.result › allowed: [clear, consider, x] instead of [clear, consider]',
    ],
    [
      'values where there were none',
      (next) => {
        element(next, 'hold.reason').allowed = ['x'];
      },
      'narrower breaking: elements › hold.reason › allowed: [x] instead of nothing',
    ],
    [
      'type',
      (next) => {
        element(next, 'offer.startDate').type = 'date-time';
      },
      'meaning breaking: elements › offer.startDate › type: date-time instead of date',
    ],
    [
      'golden source',
      (next) => {
        element(next, 'offer.startDate').goldenSource = 'hris';
      },
      'meaning: elements › offer.startDate › goldenSource: hris instead of ats',
    ],
    [
      'stricter class',
      (next) => {
        element(next, 'offer.startDate').classification = 'sensitive';
      },
      'narrower: elements › offer.startDate › classification: sensitive instead of personal',
    ],
    [
      'wording',
      (next) => {
        element(next, 'offer.startDate').description = 'x';
      },
      'wording: elements › offer.startDate › description: is worded otherwise',
    ],
    [
      'kept longer',
      (next) => {
        (next.elements.retention.check as { keep: string }).keep = 'P999D';
      },
      'wider: retention › check: keeps P999D instead of P180D',
    ],
  ])('%s', (_, change, says) => expect(diff(change)).toEqual([says]));
});

describe('events', () => {
  test.each<[string, Change, string[]]>([
    [
      'one more needed',
      (next) => void next.events.events['triage.started']?.required.push('candidate.email'),
      [
        'narrower breaking: events › triage.started › required: needs candidate.email now',
        'wider: events › triage.started: candidate.email is carried now',
      ],
    ],
    [
      'one less needed, and still carried',
      (next) => {
        next.events.events['application.held'] = { required: [], optional: ['hold.reason'] };
      },
      ['wider: events › application.held › required: no longer needs hold.reason'],
    ],
    [
      'one less carried',
      (next) => {
        next.events.events['hire.reverted'] = { required: [], optional: ['offer.startDate'] };
      },
      ['narrower breaking: events › hire.reverted: hire.revertReason no longer is carried'],
    ],
    [
      'gone',
      (next) => void delete next.events.events['triage.started'],
      ['narrower breaking: events › triage.started: is gone'],
    ],
  ])('%s', (_, change, says) => expect(diff(change)).toEqual(says));
});

describe('systems and regions', () => {
  test.each<[string, Change, string[]]>([
    [
      'sent more',
      (next) => void system(next, 'greenhouse').receives[0]?.elements.push('offer.salary'),
      ['wider: systems › greenhouse: offer.salary may be sent there now'],
    ],
    [
      'sent less',
      (next) => void system(next, 'greenhouse').receives.shift(),
      ['narrower breaking: systems › greenhouse: offer.startDate no longer may be sent there'],
    ],
    [
      'another codec',
      (next) => {
        (system(next, 'lever').objects.opportunity?.fields.at(-1) as { with: object }).with = {
          formats: ['epoch-s'],
        };
      },
      ['meaning breaking: systems › lever › opportunity › application.appliedAt: is read or written in another way'],
    ],
    [
      'no longer read',
      (next) => void system(next, 'checkr').objects.report?.fields.shift(),
      ['narrower breaking: systems › checkr › report › check.result: is no longer mapped'],
    ],
    [
      'a stage',
      (next) => {
        system(next, 'lever').stages.map['active.offer'] = 'offer';
      },
      ['meaning breaking: systems › lever › stages › active.offer: offer instead of nothing'],
    ],
    [
      'another meaning',
      (next) => {
        (region(next, 'DE').states['works_council.hearing'] as { means: string }).means = 'active.offer.extended';
      },
      [
        'meaning breaking: regions › DE › states › works_council.hearing: means active.offer.extended instead of active.offer.drafted',
      ],
    ],
    [
      'no longer withheld',
      (next) => void region(next, 'US-NYC').withholds.shift(),
      [
        'wider: regions › US-NYC › withholds: screening.recordingUrl is no longer withheld',
        'wider: regions › US-NYC › withholds: screening.transcriptUrl is no longer withheld',
      ],
    ],
    ['a region', (next) => void delete next.regions.IN, ['narrower breaking: regions › IN: is gone']],
  ])('%s', (_, change, says) => expect(diff(change)).toEqual(says));
});

test('a version from before systems, regions and required elements can be compared', () => {
  const old = structuredClone(document) as unknown as Record<string, unknown>;
  delete old.systems;
  delete old.regions;
  old.events = { always: document.events.always, events: { 'triage.started': ['hold.reason'] } };
  const changes = diffDictionaries(old as unknown as DictionaryDocument, document);
  expect(changes).toContainEqual({
    at: 'events › triage.started',
    says: 'hold.reason no longer is carried',
    effect: 'narrower',
    breaking: true,
  });
  expect(changes).toContainEqual({ at: 'systems › lever', says: 'is new', effect: 'wider', breaking: false });
});
