// Crash points: each dies at the hit it is armed for and at no other, and each name stands for a place in the program.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { armCrash, type CrashPointName, crashPoints, neverCrash } from '../../src/core/crash-points.ts';
import { projectFolder } from '../../src/project-folder.ts';

const names = Object.keys(crashPoints) as CrashPointName[];

test('there are enough of them', () => {
  expect(names.length).toBeGreaterThanOrEqual(28);
});

test.each(names)('%s dies at its hit, once', (name) => {
  let deaths = 0;
  const crashPoint = armCrash({ name, hit: 3 }, () => {
    deaths += 1;
  });
  const seen = names.flatMap((other) => {
    if (other !== name) for (let i = 0; i < 5; i += 1) crashPoint(other);
    return deaths;
  });
  expect(seen.every((count) => count === 0)).toBe(true);
  const hits = [1, 2, 3, 4].map(() => {
    crashPoint(name);
    return deaths;
  });
  expect(hits).toEqual([0, 0, 1, 1]);
  expect(() => neverCrash(name)).not.toThrow();
});

test.each(names)('%s is a place in the program', (name) => {
  expect(sources().filter((text) => text.includes(`'${name}'`))).toHaveLength(1);
});

describe('INTERLOCK_CRASH_POINT', () => {
  const read = (text: string) => readConfig({ INTERLOCK_CRASH_POINT: text }).crashPoint;

  test('names a point, and a hit', () => {
    expect(read('ingest.committed:7')).toEqual({ name: 'ingest.committed', hit: 7 });
    expect(read('ingest.committed')).toEqual({ name: 'ingest.committed', hit: 1 });
    expect(read('')).toBeNull();
  });

  test.each(['nowhere:1', 'toString', 'ingest.committed:0', 'ingest.committed:x', 'ingest.committed:1:2'])(
    '%s stops the start',
    (text) => expect(() => read(text)).toThrow('INTERLOCK_CRASH_POINT'),
  );
});

/** Everything but the list itself. */
function sources(): string[] {
  return readdirSync(join(projectFolder, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('crash-points.ts'))
    .map((file) => readFileSync(join(projectFolder, 'src', file), 'utf8'));
}
