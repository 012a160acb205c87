// Every machine version at hand, compiled once; refuses to start when a released one was edited.
import { canonicalJson, fingerprint } from '../canonical-json.ts';
import type { MachineDefinition, MachineName } from './definition.ts';
import { type CompiledMachine, compileMachine } from './machine.ts';

/** What machines/released.json says of a version; the key is `application.v1`. */
export interface ReleasedVersion {
  hash: string;
  releasedAt?: string;
}

export interface MachineRegistry {
  /** Throws when there is no such version: a row then names a machine that this installation does not have. */
  get(name: string, version: number): CompiledMachine;
  has(name: string, version: number): boolean;
  /** Version numbers of a machine, oldest first. */
  versions(name: MachineName): number[];
  /** The highest version of a machine. */
  latest(name: MachineName): CompiledMachine;
  all(): readonly CompiledMachine[];
}

/** Compiles released versions. Throws with the file and the remedy when code and released.json do not agree. */
export function createRegistry(
  definitions: readonly MachineDefinition[],
  released: Readonly<Record<string, ReleasedVersion>>,
): MachineRegistry {
  const byKey = new Map<string, CompiledMachine>();
  for (const definition of definitions) {
    const key = versionKey(definition.id, definition.version);
    if (byKey.has(key))
      throw new Error(
        `Two definitions are called ${key}. Give one of them another version and list each once in machines/index.ts.`,
      );
    checkFrozen(key, definition, Object.hasOwn(released, key) ? released[key] : undefined);
    byKey.set(key, compileMachine(definition));
  }
  for (const key of Object.keys(released)) {
    if (!byKey.has(key))
      throw new Error(
        `machines/released.json has ${key}, but machines/index.ts does not list it. Subjects may still be in that version: put it back.`,
      );
  }
  return registryOf(byKey);
}

/** The same without some versions, such as those that wait for their signatures. */
export const registryWithout = (registry: MachineRegistry, hidden: readonly CompiledMachine[]): MachineRegistry =>
  registryOf(
    new Map(
      registry
        .all()
        .filter((one) => !hidden.includes(one))
        .map((one) => [versionKey(one.name, one.version), one]),
    ),
  );

function registryOf(byKey: ReadonlyMap<string, CompiledMachine>): MachineRegistry {
  return {
    get: (name, version) => byKey.get(versionKey(name, version)) ?? noSuch(versionKey(name, version), byKey),
    has: (name, version) => byKey.has(versionKey(name, version)),
    versions: (name) =>
      [...byKey.values()]
        .filter((machine) => machine.name === name)
        .map((machine) => machine.version)
        .sort((a, b) => a - b),
    latest: (name) => newest([...byKey.values()].filter((machine) => machine.name === name)) ?? noSuch(name, byKey),
    all: () => [...byKey.values()],
  };
}

/** The name of a version in machines/released.json: `application.v1`. */
export const versionKey = (name: string, version: number | string): string => `${name}.v${version}`;

function checkFrozen(key: string, definition: MachineDefinition, release: ReleasedVersion | undefined): void {
  const hash = fingerprint(definition);
  if (!release) {
    throw new Error(
      `machines/released.json does not have ${key} (hash ${hash}). Nothing unreleased runs: release it with its signatures, or take it off the list in machines/index.ts.`,
    );
  }
  if (release.hash === hash) return;
  throw new Error(
    `machines/${key}.ts was changed after its release: its hash is ${hash}, machines/released.json says ${canonicalJson(release.hash)}. A released version is never edited: undo the change and make it in a new version, such as machines/${nextKey(definition)}.ts.`,
  );
}

const nextKey = (definition: MachineDefinition): string => versionKey(definition.id, Number(definition.version) + 1);

function newest(machines: readonly CompiledMachine[]): CompiledMachine | undefined {
  return machines.reduce<CompiledMachine | undefined>(
    (best, one) => (best && best.version > one.version ? best : one),
    undefined,
  );
}

function noSuch(what: string, byKey: ReadonlyMap<string, CompiledMachine>): never {
  throw new Error(
    `There is no machine ${what}. Known: ${[...byKey.keys()].join(', ') || 'none'}. Versions are listed in machines/index.ts.`,
  );
}
