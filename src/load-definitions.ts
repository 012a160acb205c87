// Reads the released machines and the dictionary files into what the core compiles; a wrong file stops the start and is named.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { machineDefinitions } from '../machines/index.ts';
import { compileDictionary, type Dictionary } from './core/dictionary.ts';
import { createRegistry, type MachineRegistry } from './core/machine-registry.ts';
import { projectFolder } from './project-folder.ts';

export function loadDefinitions(): { machines: MachineRegistry; dictionary: Dictionary } {
  const released = JSON.parse(readFileSync(join(projectFolder, 'machines', 'released.json'), 'utf8')) as Parameters<
    typeof createRegistry
  >[1];
  return {
    machines: createRegistry(machineDefinitions, released),
    dictionary: loadDictionary(),
  };
}

/** The dictionary alone, for machines that are not released yet. */
export const loadDictionary = (): Dictionary => compileDictionary(readYaml('elements.yaml'), readYaml('events.yaml'));

function readYaml(file: string): unknown {
  const path = join(projectFolder, 'dictionary', file);
  try {
    return parse(readFileSync(path, 'utf8'), { prettyErrors: true, strict: true });
  } catch (error) {
    throw new Error(`dictionary/${file}: ${(error as Error).message}`, { cause: error });
  }
}
