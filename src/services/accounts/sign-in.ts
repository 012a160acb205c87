// Signing in with address and password: slow to guess at, and the same for accounts there are and accounts there are not.
import type { AccountId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { type AccountRow, findAccountByEmail, setPasswordHash } from '../../store/access/accounts.ts';
import { deleteSession } from '../../store/access/sessions.ts';
import type { Context } from '../context.ts';
import { createThrottle } from '../throttle.ts';
import { writeAudit } from '../write-audit.ts';
import { hashPassword, isOutdated, verifyPassword } from './hash-passwords.ts';
import type { Sessions, SignedIn } from './keep-sessions.ts';

export interface Attempt {
  email: string;
  password: string;
  /** Where it comes from. */
  address: string;
  device: string;
  requestId: string;
  /** A session that the browser brought along: it ends, so that nobody can hand somebody a session of theirs. */
  before: SignedIn | null;
}

export type SignInResult =
  | { kind: 'signed_in'; token: string; account: AccountId }
  /** Says no more: neither whether there is such an account nor what was wrong. */
  | { kind: 'refused' }
  | { kind: 'throttled'; waitMs: number };

export type SignIn = (attempt: Attempt) => Promise<SignInResult>;

export function createSignIn(
  context: Pick<Context, 'vault' | 'hashPrices' | 'database' | 'log'>,
  sessions: Sessions,
  monotonicMs: () => number = () => performance.now(),
): SignIn {
  const throttle = (triesMax: number) =>
    createThrottle(triesMax, limits.signInWindowMs, limits.signInKeysMax, monotonicMs);
  // Strict only for account and address together: else anybody could lock anybody out.
  const together = throttle(limits.signInTriesMax);
  const perAccount = throttle(limits.signInTriesPerAccountMax);
  const perAddress = throttle(limits.signInTriesPerAddressMax);
  return async (attempt) => {
    const index = context.vault.emailIndex(attempt.email);
    const account = index.toString('hex');
    const pair = `${attempt.address} ${account}`;
    // Counted before the password is looked at, so that many tries at once are many tries.
    const waitMs = together.take(pair) || perAddress.take(attempt.address) || perAccount.take(account);
    if (waitMs > 0) return { kind: 'throttled', waitMs };
    const row = await findAccountByEmail(context.database.engine, index);
    const usable = row?.deactivated_at === null ? row : undefined;
    const matches = await verifyPassword(usable?.password_hash, attempt.password, context.hashPrices.password);
    if (!usable || !matches) {
      await noteRefusal(context, row, attempt.requestId);
      return { kind: 'refused' };
    }
    together.forget(pair);
    return open(context, sessions, usable, attempt);
  };
}

async function open(
  context: Pick<Context, 'database' | 'hashPrices'>,
  sessions: Sessions,
  row: AccountRow,
  { password, device, requestId, before }: Attempt,
): Promise<SignInResult> {
  const id = row.id as AccountId;
  const price = context.hashPrices.password;
  const dearer = isOutdated(row.password_hash ?? '', price) ? await hashPassword(password, price) : null;
  return context.database.engine.transaction().execute(async (tx) => {
    if (before) await deleteSession(tx, before.account, Buffer.from(before.session, 'hex'));
    if (dearer !== null) await setPasswordHash(tx, id, dearer);
    const token = await sessions.open(tx, id, device);
    await writeAudit(tx, {
      actor: { kind: 'account', id },
      action: 'account.signed_in',
      objectKind: 'account',
      objectId: id,
      detail: { device },
      requestId,
    });
    return { kind: 'signed_in', token, account: id };
  });
}

/** A row for unknown accounts too: so both take as long, and somebody who tries addresses is seen. */
async function noteRefusal(
  context: Pick<Context, 'database' | 'log'>,
  row: AccountRow | undefined,
  requestId: string,
): Promise<void> {
  const account = row?.id ?? 'unknown';
  context.log.warn({ requestId, account }, 'a person could not sign in');
  await writeAudit(context.database.engine, {
    actor: { kind: 'system', id: 'console' },
    action: 'account.sign_in_refused',
    objectKind: 'account',
    objectId: account,
    detail: row?.deactivated_at ? { because: 'deactivated' } : {},
    requestId,
  });
}
