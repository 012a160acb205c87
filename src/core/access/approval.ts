// Signatures on versions: what one says, how it is spelled and signed, and what a file of them proves without a database.
import { hash, type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson, fingerprint } from '../canonical-json.ts';

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const party = z.string().min(1).max(60);

/** One version of a machine, or of the dictionary (its name is `dictionary`), by its content. */
export const contentSchema = z.strictObject({
  kind: z.enum(['machine', 'dictionary']),
  name: z.string().min(1).max(60),
  version: z.number().int().positive(),
  /** SHA-256 of the canonical content, hex. Another content has another hash, and no signature. */
  hash: hex,
});
export type Content = z.infer<typeof contentSchema>;

/** What somebody decided, as it is signed, kept and handed out. */
export const approvalSchema = z.strictObject({
  statement: z.literal('approval'),
  of: contentSchema,
  party,
  /** All who had to sign at that time, sorted. */
  required: z.array(party).min(1),
  /** `signerOf` the account. */
  signer: hex,
  /** As the signer chose to be shown. */
  displayName: z.string().min(1).max(80),
  decision: z.enum(['approved', 'rejected']),
  reason: z.string().max(500).nullable(),
  /** ISO 8601, UTC, microseconds, by the database's clock. */
  decidedAt: z.string().max(40),
  /** `keyId` of the key that signed it. */
  key: z.string().regex(/^[0-9a-f]{16}$/),
  /** Ed25519, base64. */
  signature: z.base64().max(100),
});
export type SignedApproval = z.infer<typeof approvalSchema>;
export type Approval = Omit<SignedApproval, 'signature'>;

/** All signatures on one content, with the content itself. */
export const approvalFileSchema = z.strictObject({
  format: z.literal('interlock-approvals-1'),
  of: contentSchema,
  required: z.array(party).min(1),
  approvals: z.array(approvalSchema).max(100),
  content: z.unknown(),
});
export type ApprovalFile = z.infer<typeof approvalFileSchema>;

/** The same for the same account, and nothing that leads back to it without its id. */
export const signerOf = (account: string): string => hash('sha256', `il.signer.v1\n${account}`, 'hex');

const spelled = ({ signature: _, ...said }: Approval & { signature?: string }): Buffer =>
  Buffer.from(`il.approval.v1\n${canonicalJson(said)}`);

export const signApproval = (approval: Approval, privateKey: KeyObject): SignedApproval => ({
  ...approval,
  signature: sign(null, spelled(approval), privateKey).toString('base64'),
});

export const isApprovalSignedBy = (approval: SignedApproval, publicKey: KeyObject): boolean =>
  verify(null, spelled(approval), publicKey, Buffer.from(approval.signature, 'base64'));

/** The order in which the parties stand in what is signed. */
export const inOrder = (parties: readonly string[]): string[] => [...new Set(parties)].sort();

export const sameParties = (one: readonly string[], other: readonly string[]): boolean =>
  canonicalJson(inOrder(one)) === canonicalJson(inOrder(other));

export interface Standing {
  state: 'complete' | 'incomplete' | 'rejected';
  approved: string[];
  missing: string[];
  rejected: string[];
}

/** How a content stands: only decisions about this very content count, made when the same parties had to sign. */
export function standingOf(of: Content, required: readonly string[], decisions: readonly Approval[]): Standing {
  const counting = decisions.filter((one) => sameContent(one.of, of) && sameParties(one.required, required));
  const rejected = inOrder(counting.filter((one) => one.decision === 'rejected').map((one) => one.party));
  const signers = new Set<string>();
  const approved: string[] = [];
  for (const one of counting) {
    // One person is one signature, for however many parties she may stand.
    if (one.decision !== 'approved' || !required.includes(one.party) || approved.includes(one.party)) continue;
    if (signers.has(one.signer)) continue;
    signers.add(one.signer);
    approved.push(one.party);
  }
  const missing = required.filter((one) => !approved.includes(one) && !rejected.includes(one));
  const complete = missing.length === 0 && required.length > 0;
  return {
    state: rejected.length > 0 ? 'rejected' : complete ? 'complete' : 'incomplete',
    approved,
    missing,
    rejected,
  };
}

export const sameContent = (one: Content, other: Content): boolean =>
  one.kind === other.kind && one.name === other.name && one.version === other.version && one.hash === other.hash;

export type FileVerdict =
  | { kind: 'proven'; of: Content; standing: Standing }
  /** `fault` is a sentence for people. */
  | { kind: 'broken'; fault: string };

/** `keys` are public keys that alone count, by their id; whoever verifies has them from elsewhere than the file. */
export function checkApprovalFile(file: ApprovalFile, keys: ReadonlyMap<string, KeyObject>): FileVerdict {
  const { of, required, approvals, content } = file;
  const found = fingerprint(content);
  if (found !== of.hash)
    return broken(`The content in the file has the hash ${found}, and the file says that it is ${of.hash}.`);
  for (const one of approvals) {
    const what = `The signature of ${one.party}`;
    const key = keys.get(one.key);
    if (!key) return broken(`${what} was made with the key ${one.key}, which is none of those that count.`);
    if (!isApprovalSignedBy(one, key)) return broken(`${what} is not what was signed.`);
    if (!sameContent(one.of, of)) return broken(`${what} is for another content than that of the file.`);
    if (!sameParties(one.required, required))
      return broken(`${what} was made when others had to sign: ${one.required.join(', ')}.`);
  }
  return { kind: 'proven', of, standing: standingOf(of, required, approvals) };
}

const broken = (fault: string): FileVerdict => ({ kind: 'broken', fault });
