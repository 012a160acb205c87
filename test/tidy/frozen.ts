// What was released is never edited: files whose hash is on record must still have it.
import { createHash } from 'node:crypto';
import type { SourceFile, Violation } from './source-file.ts';

/** `frozen`: file name → SHA-256 of its text, in hex, as in migrations/frozen.json. `files`: what is there now. */
export function frozenViolations(frozen: Readonly<Record<string, string>>, files: readonly SourceFile[]): Violation[] {
  const there = new Map(files.map((file) => [nameOf(file), file]));
  const last = Object.keys(frozen).sort().at(-1) ?? '';
  return [
    ...Object.entries(frozen).flatMap(([name, hash]) => changed(name, hash, there.get(name))),
    ...files
      .filter((file) => !Object.hasOwn(frozen, nameOf(file)) && nameOf(file) < last)
      .map((file) =>
        violation(file.path, `is new but comes before ${last}, which is released: give it a higher number`),
      ),
  ];
}

export const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex');

function changed(name: string, hash: string, file: SourceFile | undefined): Violation[] {
  if (!file) return [violation(name, 'was released and is gone: put it back')];
  return sha256Of(file.text) === hash
    ? []
    : [violation(file.path, 'was released and is changed: undo that and write a new migration')];
}

const nameOf = (file: SourceFile): string => file.path.split('/').at(-1) ?? file.path;
const violation = (file: string, detail: string): Violation => ({ file, rule: 'frozen', detail });
