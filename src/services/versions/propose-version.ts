// Somebody proposes a machine version: checked by every rule, kept as it is, and open to be signed from then on.
import { fingerprint } from '../../core/canonical-json.ts';
import type { MachineDefinition } from '../../core/machine/definition.ts';
import { type Finding, lintMachine } from '../../core/machine/lint.ts';
import { lockVersions } from '../../store/log/approvals.ts';
import { listMachineVersions } from '../../store/log/machine-versions.ts';
import { insertProposal, listProposals } from '../../store/log/proposals.ts';
import type { By } from '../clients/manage-clients.ts';
import type { Context } from '../context.ts';
import { writeAudit } from '../write-audit.ts';

/** Of the JSON that is kept, in characters: several times the largest machine. */
export const definitionCharsMax = 200_000;
export const noteCharsMax = 500;

export type Proposed =
  | { kind: 'proposed'; machine: string; version: number; hash: string; replaces: string | null }
  /** The newest proposal of this version says the very same: its signatures stand. */
  | { kind: 'unchanged'; machine: string; version: number; hash: string }
  /** Numbers up to `latest` are on record; the next one is free. */
  | { kind: 'already_released'; latest: number }
  | { kind: 'too_large' }
  | { kind: 'not_sound'; findings: Finding[] };

/** `definition` is anything that was read; `note` says why, and is kept for ever. */
export async function proposeVersion(
  context: Pick<Context, 'database' | 'dictionary'>,
  definition: unknown,
  note: string,
  by: By,
): Promise<Proposed> {
  const text = JSON.stringify(definition) ?? '';
  if (text.length > definitionCharsMax) return { kind: 'too_large' };
  const elements = new Set(context.dictionary.elements.keys());
  const findings = lintMachine(definition as MachineDefinition, elements).filter((one) => one.severity === 'error');
  if (findings.length > 0) return { kind: 'not_sound', findings };
  const { id: machine, version: number } = definition as MachineDefinition;
  const [version, hash] = [Number(number), fingerprint(definition)];
  return context.database.engine.transaction().execute(async (tx): Promise<Proposed> => {
    await lockVersions(tx);
    const kept = (await listMachineVersions(tx)).filter((one) => one.machine === machine);
    const latest = Math.max(0, ...kept.map((one) => one.version));
    if (version <= latest) return { kind: 'already_released', latest };
    const [newest] = await listProposals(tx, 1, { machine, version });
    if (newest?.hash === hash) return { kind: 'unchanged', machine, version, hash };
    await insertProposal(tx, {
      machine,
      version,
      hash,
      definition: text,
      note: note.slice(0, noteCharsMax),
      proposer_kind: by.actor.kind,
      proposer_id: by.actor.id,
    });
    await writeAudit(tx, {
      ...by,
      action: 'version.proposed',
      objectKind: 'machine_version',
      objectId: `${machine}.v${version}`,
      detail: { hash, ...(newest ? { replaces: newest.hash } : {}) },
    });
    return { kind: 'proposed', machine, version, hash, replaces: newest?.hash ?? null };
  });
}
