// All signatures on one version as a file that anybody with the public key can verify; it names nobody but as each signer chose.
import type { ApprovalFile, SignedApproval } from '../../core/access/approval.ts';
import { inOrder, sameParties } from '../../core/access/approval.ts';
import type { Context } from '../context.ts';
import { type MachineVersion, readDictionaryVersion, readVersion, type Version } from './read-versions.ts';

/** Null when there is no such version. */
export async function approvalFileOf(
  context: Pick<Context, 'database' | 'machines' | 'dictionaryVersion'>,
  name: string,
  version: number,
): Promise<ApprovalFile | null> {
  if (name === 'dictionary') {
    const found = await readDictionaryVersion(context, version);
    return found ? fileOf(found, found.document) : null;
  }
  const found = await readVersion(context, name, version);
  return found ? machineFileOf(found) : null;
}

export const machineFileOf = (version: MachineVersion): ApprovalFile => fileOf(version, version.machine.definition);

function fileOf({ of, required, decisions }: Version, content: unknown): ApprovalFile {
  return {
    format: 'interlock-approvals-1',
    of,
    required: inOrder(required),
    approvals: decisions.filter((one) => sameParties(one.required, required)).map(withoutAccount),
    content,
  };
}

const withoutAccount = ({ account: _, ...signed }: SignedApproval & { account: string }): SignedApproval => signed;
