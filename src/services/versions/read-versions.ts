// Every version of the machines and the dictionary: what runs, what is proposed, who signed it, and who is missing.
import { type Content, type Standing, standingOf } from '../../core/access/approval.ts';
import { type MachineDefinition, type MachineName, machineNames } from '../../core/machine/definition.ts';
import { type CompiledMachine, compileMachine } from '../../core/machine/machine.ts';
import { type KeptApproval, listApprovals } from '../../store/log/approvals.ts';
import {
  findDictionaryDocument,
  hasOpenSubjects,
  listDictionaryVersions,
  listMachineVersions,
} from '../../store/log/machine-versions.ts';
import { listProposals, type ProposalRow } from '../../store/log/proposals.ts';
import type { Context } from '../context.ts';
import { loadSigners, partiesFor, type Signers } from './signing-parties.ts';

/** `in_force`: new subjects begin in it. `retired`: nobody stands in it any more. `signed`: complete, and not started yet. */
export type VersionStatus = 'in_force' | 'released' | 'retired' | 'proposed' | 'signed' | 'rejected' | 'replaced';

export interface Version {
  of: Content;
  status: VersionStatus;
  /** Who has to sign, in the order of machines/signers.json. */
  required: readonly string[];
  standing: Standing;
  /** Decisions about this very content, oldest first. */
  decisions: readonly KeptApproval[];
  /** ISO 8601; null for what does not run. */
  releasedAt: string | null;
  /** Null for what came with the installation and ran at once. */
  proposal: Pick<ProposalRow, 'number' | 'note' | 'proposer_kind' | 'proposer_id' | 'proposed_at'> | null;
}
export type MachineVersion = Version & { machine: CompiledMachine };

type Reads = Pick<Context, 'database' | 'machines'>;

/** Proposals that are looked at; older ones are no longer listed. */
const proposalsMax = 100;

/** By machine, the newest first: what runs, and beside it what was proposed. */
export async function readVersions(context: Reads, signers: Signers = loadSigners()): Promise<MachineVersion[]> {
  const db = context.database.reports;
  const [kept, proposals, decisions] = await Promise.all([
    listMachineVersions(db),
    listProposals(db, proposalsMax),
    listApprovals(db, 'machine'),
  ]);
  const view = (machine: CompiledMachine, more: Pick<MachineVersion, 'status' | 'releasedAt' | 'proposal'>) =>
    versionOf(machine, decisions, signers, more);
  const found: MachineVersion[] = [];
  for (const name of machineNames) {
    const latest = context.machines.latest(name);
    for (const machine of context.machines.all().filter((one) => one.name === name)) {
      const row = kept.find((one) => one.machine === name && one.version === machine.version);
      const proposal = proposals.find((one) => one.machine === name && one.hash === machine.hash) ?? null;
      const lived = machine === latest || (await hasOpenSubjects(db, name, machine.version));
      const status = machine === latest ? 'in_force' : lived ? 'released' : 'retired';
      found.push(view(machine, { status, releasedAt: row?.released_at ?? null, proposal }));
    }
    for (const proposal of proposals.filter((one) => one.machine === name)) {
      if (found.some((one) => one.of.hash === proposal.hash)) continue;
      const newest = proposals.find((one) => one.machine === name && one.version === proposal.version);
      const onRecord = kept.find((one) => one.machine === name && one.version === proposal.version);
      // On record with this very content: another process runs it, and this one does from its next start.
      const taken = onRecord !== undefined && onRecord.hash !== proposal.hash;
      const one = view(compiled(proposal), { status: 'proposed', releasedAt: null, proposal });
      found.push({ ...one, status: newest !== proposal || taken ? 'replaced' : openStatus(one.standing) });
    }
  }
  return found.sort(newestFirst);
}

/** The version of a number: what runs under it, else what was proposed for it last. */
export async function readVersion(
  context: Reads,
  machine: string,
  version: number,
  signers: Signers = loadSigners(),
): Promise<MachineVersion | null> {
  const all = await readVersions(context, signers);
  return all.find((one) => one.of.name === machine && one.of.version === version && one.status !== 'replaced') ?? null;
}

export type DictionaryVersion = Version & { document: unknown };

/** Dictionaries on record, the newest first. Each ran from its first start on: signatures do not hold one back. */
export async function readDictionaryVersions(
  context: Pick<Context, 'database' | 'dictionaryVersion'>,
  signers: Signers = loadSigners(),
): Promise<Version[]> {
  const db = context.database.reports;
  const [kept, decisions] = await Promise.all([listDictionaryVersions(db), listApprovals(db, 'dictionary')]);
  const required = partiesFor('dictionary', signers);
  return kept.reverse().map(({ version, hash, released_at }) => {
    const of: Content = { kind: 'dictionary', name: 'dictionary', version, hash };
    const own = decisions.filter((one) => one.of.hash === hash);
    const status = version === context.dictionaryVersion ? 'in_force' : 'retired';
    const standing = standingOf(of, required, own);
    return { of, status, required, standing, decisions: own, releasedAt: released_at, proposal: null };
  });
}

export async function readDictionaryVersion(
  context: Pick<Context, 'database' | 'dictionaryVersion'>,
  version: number,
): Promise<DictionaryVersion | null> {
  const found = (await readDictionaryVersions(context)).find((one) => one.of.version === version);
  return found ? { ...found, document: await findDictionaryDocument(context.database.reports, version) } : null;
}

const openStatus = ({ state }: Standing): VersionStatus =>
  state === 'complete' ? 'signed' : state === 'rejected' ? 'rejected' : 'proposed';

function versionOf(
  machine: CompiledMachine,
  decisions: readonly KeptApproval[],
  signers: Signers,
  more: Pick<MachineVersion, 'status' | 'releasedAt' | 'proposal'>,
): MachineVersion {
  const of: Content = { kind: 'machine', name: machine.name, version: machine.version, hash: machine.hash };
  const required = partiesFor(machine.name as MachineName, signers);
  const own = decisions.filter((one) => one.of.hash === machine.hash);
  return { machine, of, required, standing: standingOf(of, required, own), decisions: own, ...more };
}

const compiled = ({ definition }: ProposalRow): CompiledMachine =>
  compileMachine(JSON.parse(definition) as MachineDefinition);

function newestFirst(one: MachineVersion, other: MachineVersion): number {
  return (
    machineNames.indexOf(one.machine.name) - machineNames.indexOf(other.machine.name) ||
    other.of.version - one.of.version ||
    Number(other.proposal?.number ?? 0) - Number(one.proposal?.number ?? 0)
  );
}
