// Puts the released machines and the dictionary on record at start, and refuses to run a released version that was changed.
import { type CrashPoint, neverCrash } from '../core/crash-points.ts';
import type { Dictionary } from '../core/dictionary.ts';
import type { MachineRegistry } from '../core/machine-registry.ts';
import type { Db } from '../store/database.ts';
import { keepDictionaryVersion, keepMachineVersion } from '../store/machine-versions.ts';

/** Returns the dictionary's version number. Throws, naming the file, when the database remembers another definition. */
export async function keepVersions(
  db: Db,
  machines: MachineRegistry,
  dictionary: Dictionary,
  crashPoint: CrashPoint = neverCrash,
): Promise<number> {
  for (const machine of machines.all()) {
    const kept = await keepMachineVersion(db, machine.name, machine.version, machine.hash, machine.definition);
    crashPoint('activation.machine_kept');
    if (kept === machine.hash) continue;
    throw new Error(
      `machines/${machine.name}.v${machine.version}.ts differs from the version that this database has run (${kept.slice(0, 12)}…). Restore the file, or add a new version beside it.`,
    );
  }
  const version = await keepDictionaryVersion(db, dictionary.hash, dictionary.document);
  crashPoint('activation.dictionary_kept');
  return version;
}
