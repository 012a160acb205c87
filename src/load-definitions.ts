// Reads the released machines and the dictionary files into what the core compiles; a wrong file stops the start and is named.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isNode, LineCounter, parseDocument } from 'yaml';
import { machineDefinitions } from '../machines/index.ts';
import { compileDictionary, type Dictionary } from './core/dictionary/dictionary.ts';
import type { DocumentSource, Path } from './core/dictionary/document-source.ts';
import { createRegistry, type MachineRegistry } from './core/machine/registry.ts';
import { projectFolder } from './project-folder.ts';

export function loadDefinitions(): { machines: MachineRegistry; dictionary: Dictionary } {
  const machines = loadMachines();
  return { machines, dictionary: loadDictionary(undefined, machines) };
}

/** A dictionary alone, from a folder laid out as `dictionary/` is. Throws with every fault: file, line and rule. */
export function loadDictionary(
  folder = join(projectFolder, 'dictionary'),
  machines: MachineRegistry = loadMachines(),
): Dictionary {
  const latest = machines.all().filter((one) => machines.latest(one.name) === one);
  return compileDictionary({
    elements: readYaml(folder, 'elements.yaml'),
    events: readYaml(folder, 'events.yaml'),
    systems: readFolder(folder, 'systems'),
    regions: readFolder(folder, 'regions'),
    machines: latest,
  });
}

function loadMachines(): MachineRegistry {
  const released = JSON.parse(readFileSync(join(projectFolder, 'machines', 'released.json'), 'utf8')) as Parameters<
    typeof createRegistry
  >[1];
  return createRegistry(machineDefinitions, released);
}

function readFolder(folder: string, name: string): DocumentSource[] {
  const path = join(folder, name);
  const files = existsSync(path) ? readdirSync(path).filter((file) => file.endsWith('.yaml')) : [];
  return files.sort().map((file) => readYaml(folder, `${name}/${file}`));
}

function readYaml(folder: string, file: string): DocumentSource {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(join(folder, file), 'utf8'), { prettyErrors: true, lineCounter: lines });
  const [broken] = document.errors;
  if (broken)
    throw new Error(`dictionary/${file}:${broken.linePos?.[0].line ?? 1}: ${broken.message}`, { cause: broken });
  return {
    file: `dictionary/${file}`,
    value: document.toJS({ maxAliasCount: 0 }),
    lineOf: (path) => lineOf(document, lines, path),
  };
}

/** The line of the value, or of the nearest around it that is there. */
function lineOf(document: ReturnType<typeof parseDocument>, lines: LineCounter, path: Path): number | null {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return null;
}
