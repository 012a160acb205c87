// A signed-in person changes the password: the old one is asked for, and all other sessions end.
import { limits } from '../../core/limits.ts';
import { findAccount, setPasswordHash } from '../../store/access/accounts.ts';
import { deleteSessions } from '../../store/access/sessions.ts';
import type { Context } from '../context.ts';
import { createThrottle } from '../throttle.ts';
import { writeAudit } from '../write-audit.ts';
import { emailOf } from './account-profiles.ts';
import { hashPassword, verifyPassword } from './hash-passwords.ts';
import { actorOf, type Sessions, type SignedIn } from './keep-sessions.ts';
import { passwordFault } from './password-rules.ts';

export type PasswordChanged =
  /** A new session in place of all: what somebody may have copied is worth nothing. */
  | { kind: 'changed'; token: string }
  | { kind: 'wrong_password' }
  | { kind: 'throttled'; waitMs: number }
  | { kind: 'not_taken'; fault: string };

export type ChangePassword = (
  who: SignedIn,
  given: { current: string; next: string; device: string; requestId: string },
) => Promise<PasswordChanged>;

export function createChangePassword(
  context: Pick<Context, 'vault' | 'hashPrices' | 'database'>,
  sessions: Sessions,
  monotonicMs: () => number = () => performance.now(),
): ChangePassword {
  // Somebody at an unlocked screen must not be able to try the old password at leisure.
  const tries = createThrottle(limits.signInTriesMax, limits.signInWindowMs, limits.signInKeysMax, monotonicMs);
  return async (who, { current, next, device, requestId }) => {
    const waitMs = tries.take(who.account);
    if (waitMs > 0) return { kind: 'throttled', waitMs };
    const db = context.database.engine;
    const price = context.hashPrices.password;
    const row = await findAccount(db, who.account);
    if (!(await verifyPassword(row?.password_hash, current, price)) || !row) return { kind: 'wrong_password' };
    tries.forget(who.account);
    const fault = passwordFault(next, [row.name, ...(emailOf(context, row)?.split('@') ?? [])]);
    if (fault !== null) return { kind: 'not_taken', fault };
    const hash = await hashPassword(next, price);
    return db.transaction().execute(async (tx): Promise<PasswordChanged> => {
      await setPasswordHash(tx, who.account, hash);
      const ended = await deleteSessions(tx, who.account);
      const token = await sessions.open(tx, who.account, device);
      await writeAudit(tx, {
        actor: actorOf(who),
        action: 'account.password_changed',
        objectKind: 'account',
        objectId: who.account,
        detail: { sessionsEnded: ended },
        requestId,
      });
      return { kind: 'changed', token };
    });
  };
}
