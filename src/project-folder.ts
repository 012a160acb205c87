// Where the project's own files (migrations, machines, dictionary) lie, from source and from dist alike.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json and migrations/. */
export const projectFolder = find(dirname(fileURLToPath(import.meta.url)));

function find(folder: string): string {
  if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'migrations'))) return folder;
  const parent = dirname(folder);
  if (parent === folder)
    throw new Error(
      'Interlock cannot find its own folder (package.json and migrations/). Start it from a complete checkout or image.',
    );
  return find(parent);
}
