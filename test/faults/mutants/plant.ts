// Puts a mutant's bug into texts of the product: each place must be there exactly once, or the bug that is hunted is another one.
import type { Mutant } from './mutants.ts';

export type Planted = { kind: 'planted'; texts: ReadonlyMap<string, string> } | { kind: 'moved'; file: string };

/** The files as they are with the bug in them, by name. `read` gives a file's text; null where there is no such file. */
export function plant({ edits }: Pick<Mutant, 'edits'>, read: (file: string) => string | null): Planted {
  const texts = new Map<string, string>();
  for (const { file, from, to } of edits) {
    const text = texts.get(file) ?? read(file);
    if (text === null || text.split(from).length !== 2) return { kind: 'moved', file };
    texts.set(
      file,
      text.replace(from, () => to),
    );
  }
  return { kind: 'planted', texts };
}
