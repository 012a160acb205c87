// Reads the released machines and the dictionary files into what the core compiles; a wrong file stops the start and is named.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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

/** What the build has read already (`bundle.mjs`), by the hash of a file's text: reading YAML takes a sixth of a start. Empty beside sources. */
const readByBuild: Readonly<Record<string, unknown>> = (() => {
  const file = fileURLToPath(new URL('dictionary.json', import.meta.url));
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
})();

function readYaml(folder: string, file: string): DocumentSource {
  const text = readFileSync(join(folder, file), 'utf8');
  const known = readByBuild[createHash('sha256').update(text).digest('hex')];
  const parsed = once(() => parseYaml(`dictionary/${file}`, text));
  return {
    file: `dictionary/${file}`,
    value: known ?? parsed().document.toJS({ maxAliasCount: 0 }),
    lineOf: (path) => lineOf(parsed(), path),
  };
}

type Yaml = typeof import('yaml');
// Only when there is something to read.
const yaml = once(() => createRequire(import.meta.url)('yaml') as Yaml);

interface Parsed {
  document: ReturnType<Yaml['parseDocument']>;
  lines: InstanceType<Yaml['LineCounter']>;
}

function parseYaml(file: string, text: string): Parsed {
  const lines = new (yaml().LineCounter)();
  const document = yaml().parseDocument(text, { prettyErrors: true, lineCounter: lines });
  const [broken] = document.errors;
  if (broken) throw new Error(`${file}:${broken.linePos?.[0].line ?? 1}: ${broken.message}`, { cause: broken });
  return { document, lines };
}

/** The line of the value, or of the nearest around it that is there. */
function lineOf({ document, lines }: Parsed, path: Path): number | null {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (yaml().isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return null;
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
