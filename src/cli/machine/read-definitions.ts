// Machine definitions to look at: those listed in machines/, or those that one file holds.
import { existsSync, readFileSync } from 'node:fs';
import { extname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { MachineDefinition } from '../../core/machine/definition.ts';
import { projectFolder } from '../../project-folder.ts';
import { type Answer, failed, misused } from '../answer.ts';

export async function readDefinitions(
  file: string | undefined,
): Promise<{ definitions: readonly MachineDefinition[] } | { wrong: Answer }> {
  if (file === undefined) return { definitions: (await import('../../../machines/index.ts')).machineDefinitions };
  const path = resolve(file);
  if (!existsSync(path)) return { wrong: misused(`There is no file ${file}.`) };
  try {
    const definitions = definitionsIn(await load(path));
    return definitions.length > 0
      ? { definitions }
      : {
          wrong: failed('no_machine', `${file} holds no machine: nothing that it exports has both "id" and "states".`),
        };
  } catch (error) {
    return { wrong: failed('not_readable', `${file} cannot be loaded: ${(error as Error).message}`) };
  }
}

async function load(path: string): Promise<unknown> {
  if (extname(path) === '.json') return JSON.parse(readFileSync(path, 'utf8'));
  return import(pathToFileURL(runnable(path)).href);
}

/** Built, Interlock runs as JavaScript: then a TypeScript file of the project is found where the build put it. */
function runnable(path: string): string {
  if (extname(path) !== '.ts' || import.meta.url.endsWith('.ts')) return path;
  const built = join(projectFolder, 'dist', relative(projectFolder, path).replace(/\.ts$/, '.js'));
  if (!existsSync(built))
    throw new Error(
      'a TypeScript file must lie in machines/ of the project and be built (npm run build); elsewhere, give JSON',
    );
  return built;
}

/** A document that is a machine, or the exports of a module that are. */
function definitionsIn(found: unknown): MachineDefinition[] {
  const candidates = isDefinition(found) ? [found] : Object.values((found ?? {}) as Record<string, unknown>);
  return candidates.filter(isDefinition);
}

/** Enough to be meant as a machine; the linter says whether it is a good one. */
const isDefinition = (value: unknown): value is MachineDefinition =>
  typeof value === 'object' && value !== null && 'id' in value && 'states' in value;
