// Systems and regions: which files cannot be used, and that file, line and rule are said.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadDefinitions, loadDictionary } from '../../src/load-definitions.ts';
import { projectFolder } from '../../src/project-folder.ts';

const { machines } = loadDefinitions();
const folder = join(mkdtempSync(join(tmpdir(), 'dictionary-')), 'dictionary');
afterAll(() => rmSync(join(folder, '..'), { recursive: true }));

/** The message of loading the dictionary with one file changed; empty when it loads. */
function withChange(file: string, change: (text: string) => string): string {
  cpSync(join(projectFolder, 'dictionary'), folder, { recursive: true });
  const text = readFileSync(join(folder, file), 'utf8');
  const changed = change(text);
  expect(changed, 'the change changes something').not.toBe(text);
  writeFileSync(join(folder, file), changed);
  try {
    loadDictionary(folder, machines);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}
const lineOf = (file: string, text: string): number =>
  readFileSync(join(projectFolder, 'dictionary', file), 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(text)) + 1;
const swap = (from: string, to: string) => (text: string) => text.replace(from, to);

describe('a fault names file, line and rule', () => {
  test.each<[file: string, from: string, to: string, rule: RegExp, where?: string]>([
    ['elements.yaml', 'legalBasis: contract', 'legalBasis: because', /legalBasis: Invalid option/],
    [
      'elements.yaml',
      '    owner: Talent acquisition\n',
      '',
      /candidate\.firstName › owner: Invalid input/,
      '  candidate.firstName:',
    ],
    ['elements.yaml', 'legalBasis: contract', 'legalBasis: none', /what is personal needs a ground/],
    [
      'events.yaml',
      'application.held: { required: [hold.reason] }',
      'application.held: { optional: [hold.reason] }',
      /machines\/ require \[hold\.reason\]/,
    ],
    ['events.yaml', 'triage.started: {}', 'triage.started: { required: [candidate.email] }', /require \[\]/],
    ['events.yaml', '  triage.started: {}\n', '', /machines have the event "triage\.started"/, 'events:'],
    ['systems/greenhouse.yaml', 'system: greenhouse', 'system: greenhaus', /must be the name of the file/],
    ['systems/greenhouse.yaml', 'at: /start_date }', 'at: start_date }', /must be a JSON Pointer/],
    [
      'systems/greenhouse.yaml',
      'element: candidate.firstName',
      'element: candidate.givenName',
      /there is no element "candidate\.givenName"/,
    ],
    [
      'systems/greenhouse.yaml',
      'M/D/YYYY, day-of',
      'M/D/YYYY, D/M/YYYY, day-of',
      /read the same text as different days/,
    ],
    ['systems/greenhouse.yaml', '[YYYY-MM-DD, M/D/YYYY, day-of-timestamp]', '[YY]', /date: "YY" does not know "YY"/],
    [
      'systems/greenhouse.yaml',
      '  - elements: [offer.startDate]\n    purpose: Goes',
      '  - elements: [onboarding.workEmail]\n    purpose: Goes',
      /offer\.startDate is written and not listed under receives/,
      'element: offer.startDate, at: /start_date',
    ],
    [
      'systems/greenhouse.yaml',
      'element: application.appliedAt, at: /application/applied_at',
      'element: candidate.lastName, at: /application/applied_at',
      /candidate\.lastName is read from another field already/,
    ],
    [
      'systems/checkr.yaml',
      'clear: clear, consider: consider',
      'clear: clear, consider: clear',
      /could not be read back/,
    ],
    ['systems/checkr.yaml', 'consider: consider', 'suspended: consider', /"suspended" is none of its allowed values/],
    [
      'systems/lever.yaml',
      'parts: { first: candidate.firstName, last: candidate.lastName }',
      'element: candidate.firstName',
      /has the parts first and last/,
    ],
    [
      'systems/successfactors.yaml',
      'currency: { element: offer.currency }',
      'currency: { element: offer.money }',
      /there is no element "offer\.money"/,
    ],
    ['systems/codesignal.yaml', 'codec: score', 'codec: points', /codec: Invalid option/],
    [
      'regions/de.yaml',
      'means: active.offer.drafted',
      'means: [active.offer.drafted, active.offer.approved]',
      /must name exactly one canonical state/,
    ],
    [
      'regions/de.yaml',
      '    means: active.offer.drafted\n',
      '',
      /must name exactly one canonical state/,
      '  works_council.hearing:',
    ],
    [
      'regions/de.yaml',
      'means: active.offer.drafted',
      'means: active.offer',
      /must name exactly one canonical state of application/,
    ],
    [
      'regions/de.yaml',
      'means: active.offer.drafted',
      'means: active.offer.pending',
      /must name exactly one canonical state of application/,
    ],
    ['regions/de.yaml', 'works_council.hearing:', 'on_hold:', /is the name of a canonical state/],
    [
      'regions/de.yaml',
      'means: active.offer.approved',
      'means: active.offer.drafted',
      /has another stage there already/,
      'greenhouse: Betriebsratsanhörung',
    ],
    [
      'regions/de.yaml',
      'greenhouse: Betriebsrat zugestimmt',
      'greenhouse: Betriebsratsanhörung',
      /stands for another regional state too/,
      'greenhouse: Betriebsratsanhörung',
    ],
    [
      'regions/de.yaml',
      'greenhouse: Betriebsratsanhörung',
      'greenhaus: Betriebsratsanhörung',
      /there is no dictionary\/systems\/greenhaus\.yaml/,
    ],
    ['regions/de.yaml', 'region: DE', 'region: AT', /must be the name of the file/],
    [
      'regions/de.yaml',
      'screening.recordingUrl',
      'screening.recordings',
      /there is no element "screening\.recordings"/,
    ],
  ])('%s: %s to %s', (file, from, to, rule, where) => {
    const said = withChange(file, swap(from, to));
    expect(said).toMatch(rule);
    const line = where === undefined ? lineOf(file, from.split('\n')[0] ?? '') : lineOf(file, where);
    const [, told] = new RegExp(`dictionary/${file}:(\\d+): [^\\n]*`).exec(said) ?? [];
    // A member that is missing has no line of its own: the line of what lacks it, or the first of its members.
    expect(Math.abs(Number(told) - line)).toBeLessThanOrEqual(2);
  });

  test('a file that is no YAML, and one that says a thing twice', () => {
    expect(withChange('regions/in.yaml', (text) => `${text}\n  - [`)).toMatch(/dictionary\/regions\/in\.yaml:\d+: /);
    expect(withChange('regions/in.yaml', (text) => `${text}\nregion: IN\n`)).toMatch(
      /in\.yaml:\d+: Map keys must be unique/,
    );
  });
  test('all faults are told at once', () => {
    const said = withChange('regions/de.yaml', (text) => text.replaceAll('means: active.offer', 'means: active.other'));
    expect(said.match(/de\.yaml:\d+/g)).toHaveLength(2);
  });
});

test('systems and regions are part of the hash', () => {
  const { hash } = loadDictionary();
  cpSync(join(projectFolder, 'dictionary'), folder, { recursive: true });
  expect(loadDictionary(folder, machines).hash).toBe(hash);
  for (const file of ['systems/lever.yaml', 'regions/in.yaml']) {
    cpSync(join(projectFolder, 'dictionary'), folder, { recursive: true });
    writeFileSync(join(folder, file), readFileSync(join(folder, file), 'utf8').replace('owner: ', 'owner: The '));
    expect(loadDictionary(folder, machines).hash).not.toBe(hash);
  }
});

test('a region withholds elements from every system but its exceptions, and gives each system one stage per state', () => {
  const { regions, systems } = loadDictionary(undefined, machines);
  const germany = regions.get('DE');
  expect(germany?.withholds('check.result', 'greenhouse')).toBe(true);
  expect(germany?.withholds('check.result', 'checkr')).toBe(false);
  expect(germany?.withholds('candidate.email', 'greenhouse')).toBe(false);
  expect(germany?.stages.get('greenhouse')).toEqual({
    'active.offer.drafted': 'Betriebsratsanhörung',
    'active.offer.approved': 'Betriebsrat zugestimmt',
  });
  expect(germany?.stages.has('lever')).toBe(false);
  // Nothing sensitive goes to a system that lists no purpose for it.
  expect([...systems.values()].filter(({ receives }) => receives.has('screening.recordingUrl'))).toEqual([]);
});
