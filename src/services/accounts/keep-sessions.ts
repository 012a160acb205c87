// Sessions of people: found on every request, ended by time, by their owner or by whoever takes the account away.
import { createHash, randomBytes } from 'node:crypto';
import { isRight, isRole, type Right, type Role } from '../../core/access/roles.ts';
import { type AccountId, isId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import {
  deleteEndedSessions,
  deleteSession,
  deleteSessions,
  findLiveSession,
  insertSession,
  listSessions,
  touchSession,
} from '../../store/access/sessions.ts';
import type { Db, Tx } from '../../store/database/database.ts';
import type { Context } from '../context.ts';
import { type Actor, writeAudit } from '../write-audit.ts';

/** Somebody who is signed in. */
export interface SignedIn {
  account: AccountId;
  name: string;
  roles: readonly Role[];
  rights: readonly Right[];
  /** Names the session without being worth anything: for lists and for ending one. */
  session: string;
  /** Goes into every form of this session. */
  csrf: string;
}

/** One of a person's own sessions; times are ISO 8601. */
export interface OwnSession {
  id: string;
  device: string;
  createdAt: string;
  lastSeenAt: string;
  expiresAt: string;
}

export interface Sessions {
  /** A new session in a transaction of the caller's; gives what the browser keeps. */
  open(tx: Tx, account: string, device: string): Promise<string>;
  /** Null when it is none of ours, is over, was ended, or its account was deactivated. Asks the database each time. */
  find(token: string): Promise<SignedIn | null>;
  /** A person did something: idle time begins anew. */
  touch(who: SignedIn): Promise<void>;
  list(account: string): Promise<OwnSession[]>;
  /** False when the account has no such session. */
  end(who: SignedIn, session: string, requestId: string): Promise<boolean>;
  /** All of the account but the one that asks. Gives their number. */
  endOthers(who: SignedIn, requestId: string): Promise<number>;
  /** Removes what is over. */
  sweep(): Promise<void>;
}

export function keepSessions(context: Pick<Context, 'vault' | 'database'>): Sessions {
  const db: Db = context.database.engine;
  return {
    async open(tx, account, device) {
      const token = randomBytes(32).toString('base64url');
      await insertSession(tx, { idHash: hashOf(token), account, device, absoluteMs: limits.sessionAbsoluteMs });
      return token;
    },
    async find(token) {
      if (!/^[\w-]{43}$/.test(token)) return null;
      const found = await findLiveSession(db, hashOf(token), limits.sessionIdleMs);
      if (!found || !isId('acc', found.account_id)) return null;
      return {
        account: found.account_id,
        name: found.name,
        roles: found.roles.filter(isRole),
        rights: found.rights.filter(isRight),
        session: found.id_hash.toString('hex'),
        csrf: context.vault.keyed('csrf', token),
      };
    },
    touch: (who) => touchSession(db, Buffer.from(who.session, 'hex')),
    list: async (account) =>
      (await listSessions(db, account, limits.sessionIdleMs)).map((one) => ({
        id: one.id_hash.toString('hex'),
        device: one.device,
        createdAt: one.created_at,
        lastSeenAt: one.last_seen_at,
        expiresAt: one.expires_at,
      })),
    end: (who, session, requestId) =>
      db.transaction().execute(async (tx) => {
        const ended =
          /^[0-9a-f]{64}$/.test(session) && (await deleteSession(tx, who.account, Buffer.from(session, 'hex')));
        if (ended) await note(tx, who, 'session.ended', { own: session === who.session }, requestId);
        return ended;
      }),
    endOthers: (who, requestId) =>
      db.transaction().execute(async (tx) => {
        const ended = await deleteSessions(tx, who.account, Buffer.from(who.session, 'hex'));
        await note(tx, who, 'session.others_ended', { sessions: ended }, requestId);
        return ended;
      }),
    sweep: () => deleteEndedSessions(db, limits.sessionIdleMs),
  };
}

/** Who did it, for the audit log. */
export const actorOf = (who: Pick<SignedIn, 'account'>): Actor => ({ kind: 'account', id: who.account });

const note = (
  tx: Tx,
  who: SignedIn,
  action: string,
  detail: Record<string, unknown>,
  requestId: string,
): Promise<void> =>
  writeAudit(tx, { actor: actorOf(who), action, objectKind: 'account', objectId: who.account, detail, requestId });

/** 256 random bits need no slow hash. */
const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();
