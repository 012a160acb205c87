// Puts the released machines and the dictionary on record at start; a later version without its signatures waits as a proposal, and a changed one stops the start.
import { type Standing, standingOf } from '../../core/access/approval.ts';
import { type CrashPoint, neverCrash } from '../../core/crash-points.ts';
import type { Dictionary } from '../../core/dictionary/dictionary.ts';
import type { CompiledMachine } from '../../core/machine/machine.ts';
import { type MachineRegistry, registryWithout } from '../../core/machine/registry.ts';
import type { Db, Tx } from '../../store/database/database.ts';
import { listApprovals, lockVersions } from '../../store/log/approvals.ts';
import { keepDictionaryVersion, keepMachineVersion, listMachineVersions } from '../../store/log/machine-versions.ts';
import { insertProposal, listProposals } from '../../store/log/proposals.ts';
import { loadSigners, partiesFor, type Signers } from './signing-parties.ts';

/** Returns the dictionary's version number. Throws, naming the file, when the database remembers another definition. */
export async function keepVersions(
  db: Db,
  machines: MachineRegistry,
  dictionary: Dictionary,
  crashPoint: CrashPoint = neverCrash,
  signers: Signers = loadSigners(),
): Promise<number> {
  await db.transaction().execute(async (tx) => {
    await lockVersions(tx);
    // As it was before this start: of a machine that never ran here, all versions are the ground it begins on.
    const before = await listMachineVersions(tx);
    for (const machine of machines.all()) {
      const isOnRecord = before.some((one) => one.machine === machine.name && one.version === machine.version);
      const isNew = before.every((one) => one.machine !== machine.name);
      if (isOnRecord || isNew || (await standingNow(tx, machine, signers)).state === 'complete') {
        const kept = await keepMachineVersion(tx, machine.name, machine.version, machine.hash, machine.definition);
        crashPoint('activation.machine_kept');
        if (kept !== machine.hash) throw new Error(changed(machine, kept));
      } else await proposeOnce(tx, machine);
    }
  });
  const version = await keepDictionaryVersion(db, dictionary.hash, dictionary.document);
  crashPoint('activation.dictionary_kept');
  return version;
}

/** Those that are on record and so may run; the others wait for signatures. Ask after `keepVersions`. */
export async function runnableVersions(
  db: Db,
  machines: MachineRegistry,
): Promise<{ machines: MachineRegistry; waiting: readonly CompiledMachine[] }> {
  const kept = await listMachineVersions(db);
  const waiting = machines
    .all()
    .filter((machine) => !kept.some((one) => one.machine === machine.name && one.version === machine.version));
  return { machines: registryWithout(machines, waiting), waiting };
}

async function standingNow(tx: Tx, { name, version, hash }: CompiledMachine, signers: Signers): Promise<Standing> {
  const of = { kind: 'machine', name, version, hash } as const;
  return standingOf(of, partiesFor(name, signers), await listApprovals(tx, 'machine', name));
}

/** So that people see it and can sign; not again at every start. */
async function proposeOnce(tx: Tx, { name, version, hash, definition }: CompiledMachine): Promise<void> {
  const [newest] = await listProposals(tx, 1, { machine: name, version });
  if (newest?.hash === hash) return;
  await insertProposal(tx, {
    machine: name,
    version,
    hash,
    definition: JSON.stringify(definition),
    note: 'Came with the files of this installation; it runs once all have signed.',
    proposer_kind: 'system',
    proposer_id: 'start',
  });
}

const changed = ({ name, version }: CompiledMachine, kept: string): string =>
  `machines/${name}.v${version}.ts differs from the version that this database has run (${kept.slice(0, 12)}…). Restore the file, or add a new version beside it.`;
