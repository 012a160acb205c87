// Signing a version: the password again, one party for which the account signs, and a signature over content, account and time.
import { type Content, inOrder, type SignedApproval, signApproval, signerOf } from '../../core/access/approval.ts';
import { limits } from '../../core/limits.ts';
import { findAccount } from '../../store/access/accounts.ts';
import { databaseClock } from '../../store/database/clock.ts';
import type { Tx } from '../../store/database/database.ts';
import { insertApproval, lockVersions } from '../../store/log/approvals.ts';
import { waitForSealing } from '../../store/log/checkpoints.ts';
import { listPartyMembers } from '../../store/log/party-members.ts';
import { verifyPassword } from '../accounts/hash-passwords.ts';
import { actorOf, type SignedIn } from '../accounts/keep-sessions.ts';
import type { Context } from '../context.ts';
import { signingKey } from '../log/checkpoint-keys.ts';
import { createThrottle } from '../throttle.ts';
import { writeAudit } from '../write-audit.ts';
import { readDictionaryVersions, readVersion, type Version } from './read-versions.ts';
import { loadSigners, type Signers } from './signing-parties.ts';

export interface Decision {
  /** The content as the signer saw it: if it is another by now, nothing is signed. */
  of: Content;
  party: string;
  displayName: string;
  decision: 'approved' | 'rejected';
  /** For a rejection, and only for one; kept for ever. */
  reason: string | null;
  password: string;
  requestId: string;
}

export type Signed =
  | { kind: 'signed'; approval: SignedApproval }
  | { kind: 'wrong_password' }
  | { kind: 'throttled'; waitMs: number }
  | { kind: 'unknown_version' }
  /** Something else is proposed under this number by now. */
  | { kind: 'content_changed' }
  | { kind: 'not_of_party' }
  /** This account, or somebody for this party. */
  | { kind: 'decided_already' }
  | { kind: 'name_missing' }
  | { kind: 'reason_missing' };

export type SignVersion = (who: SignedIn, decision: Decision) => Promise<Signed>;

type Needs = Pick<Context, 'database' | 'vault' | 'hashPrices' | 'newId' | 'machines' | 'dictionaryVersion'>;

export function createSignVersion(
  context: Needs,
  signers: Signers = loadSigners(),
  monotonicMs: () => number = () => performance.now(),
): SignVersion {
  const tries = createThrottle(limits.signInTriesMax, limits.signInWindowMs, limits.signInKeysMax, monotonicMs);
  return async (who, decision) => {
    const given = { ...decision, displayName: decision.displayName.trim(), reason: decision.reason?.trim() || null };
    if (given.displayName === '' || given.displayName.length > 80) return { kind: 'name_missing' };
    const rejects = given.decision === 'rejected';
    if (rejects === (given.reason === null) || (given.reason?.length ?? 0) > 500) return { kind: 'reason_missing' };
    const waitMs = tries.take(who.account);
    if (waitMs > 0) return { kind: 'throttled', waitMs };
    const row = await findAccount(context.database.engine, who.account);
    const usable = row?.deactivated_at === null ? row.password_hash : null;
    if (!(await verifyPassword(usable, given.password, context.hashPrices.password))) return { kind: 'wrong_password' };
    tries.forget(who.account);
    return context.database.engine.transaction().execute((tx) => sign(context, tx, who, given, signers));
  };
}

async function sign(context: Needs, tx: Tx, who: SignedIn, given: Decision, signers: Signers): Promise<Signed> {
  await lockVersions(tx);
  // What is proposed is read by another connection, and cannot change while the lock is held.
  const version = await currentOf(context, given.of, signers);
  if (!version) return { kind: 'unknown_version' };
  if (version.of.hash !== given.of.hash) return { kind: 'content_changed' };
  const parties = (await listPartyMembers(tx, who.account)).map((one) => one.party);
  if (!version.required.includes(given.party) || !parties.includes(given.party)) return { kind: 'not_of_party' };
  await waitForSealing(tx);
  const key = await signingKey(tx, context.vault);
  const approval = signApproval(
    {
      statement: 'approval',
      of: version.of,
      party: given.party,
      required: inOrder(version.required),
      signer: signerOf(who.account),
      displayName: given.displayName,
      decision: given.decision,
      reason: given.reason,
      decidedAt: await databaseClock(tx),
      key: key.id,
    },
    key.privateKey,
  );
  if (!(await insertApproval(tx, context.newId('apr'), who.account, approval))) return { kind: 'decided_already' };
  const { kind, name, version: number, hash } = version.of;
  await writeAudit(tx, {
    actor: actorOf(who),
    action: `version.${given.decision}`,
    objectKind: `${kind}_version`,
    objectId: `${name}.v${number}`,
    detail: { hash, party: given.party },
    requestId: given.requestId,
  });
  return { kind: 'signed', approval };
}

async function currentOf(context: Needs, of: Content, signers: Signers): Promise<Version | null> {
  if (of.kind === 'machine') return readVersion(context, of.name, of.version, signers);
  const all = await readDictionaryVersions(context, signers);
  return all.find((one) => one.of.version === of.version) ?? null;
}
