// The mutants and the product have not grown apart: every text that the campaign is to change is where it says, exactly once.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectFolder } from '../../../src/project-folder.ts';
import { replacements } from '../rig/build.ts';
import { mutants } from './mutants.ts';
import { plant } from './plant.ts';

const read = (file: string): string | null => {
  const path = join(projectFolder, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
};

describe('mutants', () => {
  test.each(mutants.map((one) => [one.name, one] as const))(
    '"%s" can be planted, and changes something',
    (_, mutant) => {
      const planted = plant(mutant, read);
      expect(planted).toMatchObject({ kind: 'planted' });
      if (planted.kind !== 'planted') return;
      for (const [file, text] of planted.texts) expect(text, file).not.toBe(read(file));
    },
  );

  test('a text that moved, is there twice or has lost its file cannot', () => {
    const edit = (file: string, from: string): Parameters<typeof plant>[0] => ({ edits: [{ file, from, to: 'b' }] });
    const texts = (file: string): string | null => (file === 'there.ts' ? 'a c a' : null);
    expect(plant(edit('there.ts', 'x'), texts)).toEqual({ kind: 'moved', file: 'there.ts' });
    expect(plant(edit('there.ts', 'a'), texts)).toEqual({ kind: 'moved', file: 'there.ts' });
    expect(plant(edit('gone.ts', 'a'), texts)).toEqual({ kind: 'moved', file: 'gone.ts' });
    expect(plant(edit('there.ts', 'c'), texts)).toEqual({ kind: 'planted', texts: new Map([['there.ts', 'a b a']]) });
  });
});

test.each(replacements)('the waits that the rig shortens are still in %s: %s', (path, exactly) => {
  expect(read(join('src', path.replace(/\.js$/, '.ts')))?.split(exactly).length).toBe(2);
});
