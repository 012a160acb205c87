// What the READMEs point at is there: paths, links, settings, pictures.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { roles } from '../../src/config.ts';
import { projectFolder } from '../../src/project-folder.ts';

const readmes = [
  'README.md',
  'src/README.md',
  'src/adapters/README.md',
  'test/README.md',
  'machines/README.md',
  'dictionary/README.md',
  'migrations/README.md',
];
const read = (path: string): string => readFileSync(join(projectFolder, path), 'utf8');
const isThere = (path: string): boolean => existsSync(join(projectFolder, path));

/** Paths from the project's folder, in backticks; `<vendor>` and `*` stand for something else. */
const pathsIn = (text: string): string[] =>
  [...text.matchAll(/`((?:src|test|machines|dictionary|migrations)\/[^`\s<>*]*)`/g)].map((match) => match[1] ?? '');

/** Targets of links and pictures within the project. */
const linksIn = (text: string): string[] =>
  [...text.matchAll(/\]\(([^)\s]+)\)|(?:href|src)="([^"]+)"/g)]
    .map((match) => match[1] ?? match[2] ?? '')
    .filter((target) => !/^(?:https?:|#)/.test(target));

const missingIn = (readme: string, text: string): string[] => [
  ...pathsIn(text).filter((path) => !isThere(path)),
  ...linksIn(text).filter((target) => !isThere(join(dirname(readme), target.replace(/#.*$/, '')))),
];

describe('every path and link leads somewhere', () => {
  test.each(readmes)('%s', (readme) => {
    expect(missingIn(readme, read(readme))).toEqual([]);
  });

  test('one that does not is found', () => {
    expect(missingIn('src/README.md', '`src/core/nowhere.ts` [a](nowhere.md) <img src="nowhere.svg">')).toEqual([
      'src/core/nowhere.ts',
      'nowhere.md',
      'nowhere.svg',
    ]);
    expect(missingIn('src/README.md', '`src/core/deciding/decide.ts` [a](adapters/README.md#rules)')).toEqual([]);
  });

  test('there are enough of them to get about', () => {
    const [, table = ''] = read('src/README.md').split('## Where do I …?');
    expect(table.split('\n## ')[0]?.match(/^\| .*`/gm)?.length).toBeGreaterThanOrEqual(25);
  });
});

test('the settings of src/config.ts are all in the table, and no others', () => {
  const settings = (text: string, pattern: RegExp): string[] =>
    [...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? ''))].sort();
  const inCode = settings(read('src/config.ts'), /^ {2}([A-Z][A-Z_]+):/gm);
  expect(inCode.length).toBeGreaterThan(10);
  expect(settings(read('README.md'), /^\| `([A-Z][A-Z_]+)` \|/gm)).toEqual(inCode);
});

test('the roles are those of the configuration', () => {
  for (const role of roles) expect(read('README.md')).toContain(`\n| \`${role}\` |`);
});

test('the picture is of the version that is released', () => {
  const released = JSON.parse(read('machines/released.json')) as Record<string, { hash: string }>;
  expect(read('machines/application.v2.svg')).toContain(released['application.v2']?.hash.slice(0, 12));
});

test('every adapter has its line', () => {
  const folders = readdirSync(join(projectFolder, 'src/adapters'), { withFileTypes: true }).filter((one) =>
    one.isDirectory(),
  );
  for (const { name } of folders) expect(read('src/adapters/README.md')).toContain(`| [\`${name}\`](`);
});
