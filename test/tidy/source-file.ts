// A source file as the tidy rules see it: its path, its text, what it imports; and the tree they are read from.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

export interface SourceFile {
  /** From the project's folder, with `/`. */
  path: string;
  text: string;
}

export interface Violation {
  file: string;
  rule: string;
  detail: string;
}

export interface Import {
  /** As written. */
  specifier: string;
  /** The file it names, for a relative one; else null. */
  file: string | null;
  /** The package or built-in module it names; null for a file. */
  package: string | null;
  typeOnly: boolean;
  /** The names between `import` and `from`. */
  clause: string;
}

const statement = /^(?:import|export)\s+(type\s+)?([\w*{}\s,$]*?)\s*from\s*['"]([^'"]+)['"]/gm;
const bare = /^import\s+['"]([^'"]+)['"]/gm;
const dynamic = /\bimport\(\s*['"]([^'"]+)['"]/g;

/** Static, re-exporting, side-effect and dynamic imports; `typeof import('…')` counts as one that runs. */
export function importsOf(file: SourceFile): Import[] {
  const found: Import[] = [];
  for (const [, type, clause = '', specifier = ''] of file.text.matchAll(statement))
    found.push(read(file.path, specifier, clause, type !== undefined || onlyTypes(clause)));
  for (const pattern of [bare, dynamic])
    for (const [, specifier = ''] of file.text.matchAll(pattern)) found.push(read(file.path, specifier, '', false));
  return found;
}

function read(path: string, specifier: string, clause: string, typeOnly: boolean): Import {
  const file = specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : null;
  return { specifier, file, package: file ? null : packageOf(specifier), typeOnly, clause };
}

function onlyTypes(clause: string): boolean {
  const names = /^\{(.*)\}$/s.exec(clause.trim())?.[1]?.split(',') ?? [];
  const given = names.map((name) => name.trim()).filter((name) => name !== '');
  return given.length > 0 && given.every((name) => name.startsWith('type '));
}

function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
}

/** The code with comments blanked out, line by line as it was. */
export const withoutComments = (text: string): string =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|[\s;,(){}])\/\/.*$/gm, '$1');

/** Every TypeScript file below the given folders of the project. */
export function readSources(projectFolder: string, folders: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(projectFolder, folder), { recursive: true, withFileTypes: true })
      // The measurement has packages and a build of its own, where somebody installed it.
      .filter(
        (entry) =>
          entry.isFile() && /\.tsx?$/.test(entry.name) && !/\/(node_modules|dist)(\/|$)/.test(entry.parentPath),
      )
      .map((entry) => {
        const full = join(entry.parentPath, entry.name);
        const path = full.slice(projectFolder.length + 1).replaceAll('\\', '/');
        return { path, text: readFileSync(full, 'utf8') };
      }),
  );
}
