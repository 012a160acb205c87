// Links that are good once: for the first admin at the first start, and for everybody who has to choose a password.
import { createHash, randomBytes } from 'node:crypto';
import { limits } from '../../core/limits.ts';
import { countAdmins, findAccount, lockFirstAdmin, setPasswordHash, setRoles } from '../../store/access/accounts.ts';
import { deleteSessions } from '../../store/access/sessions.ts';
import { consumeLink, deleteEndedLinks, deleteLinks, findLink, insertLink } from '../../store/access/sign-in-links.ts';
import type { Db, Tx } from '../../store/database/database.ts';
import type { Context } from '../context.ts';
import { writeAudit } from '../write-audit.ts';
import { emailOf, insertPerson } from './account-profiles.ts';
import { hashPassword } from './hash-passwords.ts';
import { passwordFault } from './password-rules.ts';

export type LinkUsed =
  | { kind: 'done' }
  /** Used, over, or never one of ours. */
  | { kind: 'gone' }
  /** `fault` is a sentence for the person. */
  | { kind: 'not_taken'; fault: string };

export interface SignInLinks {
  /** A link for the first admin; null when there is one. Every start may ask: the newest few stay good. */
  forFirstAdmin(): Promise<string | null>;
  /** What a link is for; null when it is worth nothing. Looking does not use it up: mail scanners look too. */
  look(link: string): Promise<'first_admin' | 'password' | null>;
  makeFirstAdmin(
    link: string,
    person: { name: string; email: string; password: string },
    requestId: string,
  ): Promise<LinkUsed>;
  choosePassword(link: string, password: string, requestId: string): Promise<LinkUsed>;
}

export function signInLinks(context: Pick<Context, 'newId' | 'vault' | 'hashPrices' | 'database'>): SignInLinks {
  const db: Db = context.database.engine;
  return {
    forFirstAdmin: () =>
      db.transaction().execute(async (tx) => {
        await lockFirstAdmin(tx);
        await deleteEndedLinks(tx);
        if ((await countAdmins(tx)) > 0) return null;
        await deleteLinks(tx, null, limits.firstAdminLinksMax - 1);
        return insertNew(tx, null);
      }),
    look: async (link) => (isLink(link) ? ((await findLink(db, hashOf(link)))?.purpose ?? null) : null),
    makeFirstAdmin: (link, person, requestId) => makeFirstAdmin(context, link, person, requestId),
    choosePassword: (link, password, requestId) => choosePassword(context, link, password, requestId),
  };
}

/** In place of all links that the account had. */
export async function makePasswordLink(tx: Tx, account: string): Promise<string> {
  await deleteLinks(tx, account);
  return insertNew(tx, account);
}

async function makeFirstAdmin(
  context: Pick<Context, 'newId' | 'vault' | 'hashPrices' | 'database'>,
  link: string,
  person: { name: string; email: string; password: string },
  requestId: string,
): Promise<LinkUsed> {
  const fault = passwordFault(person.password, [person.name, ...person.email.split('@')]);
  if (fault !== null) return { kind: 'not_taken', fault };
  if (!isLink(link) || !(await findLink(context.database.engine, hashOf(link)))) return { kind: 'gone' };
  const passwordHash = await hashPassword(person.password, context.hashPrices.password);
  return context.database.engine.transaction().execute(async (tx): Promise<LinkUsed> => {
    // Whoever makes a first admin holds this, so the link cannot be used up in between.
    await lockFirstAdmin(tx);
    const found = await findLink(tx, hashOf(link));
    if (found?.purpose !== 'first_admin' || (await countAdmins(tx)) > 0) return { kind: 'gone' };
    const id = await insertPerson(context, tx, person, passwordHash);
    if (id === null) return { kind: 'not_taken', fault: 'That address belongs to another account. Take another one.' };
    await setRoles(tx, id, ['admin'], 'first start');
    await deleteLinks(tx, null);
    await writeAudit(tx, {
      actor: { kind: 'system', id: 'first start' },
      action: 'account.created',
      objectKind: 'account',
      objectId: id,
      detail: { roles: ['admin'], by: 'one-time link' },
      requestId,
    });
    return { kind: 'done' };
  });
}

async function choosePassword(
  context: Pick<Context, 'vault' | 'hashPrices' | 'database'>,
  link: string,
  password: string,
  requestId: string,
): Promise<LinkUsed> {
  const db = context.database.engine;
  const found = isLink(link) ? await findLink(db, hashOf(link)) : undefined;
  const row = found?.account_id ? await findAccount(db, found.account_id) : undefined;
  if (found?.purpose !== 'password' || row?.deactivated_at !== null) return { kind: 'gone' };
  const fault = passwordFault(password, [row.name, ...(emailOf(context, row)?.split('@') ?? [])]);
  if (fault !== null) return { kind: 'not_taken', fault };
  const passwordHash = await hashPassword(password, context.hashPrices.password);
  return db.transaction().execute(async (tx): Promise<LinkUsed> => {
    if (!(await consumeLink(tx, hashOf(link)))) return { kind: 'gone' };
    await setPasswordHash(tx, row.id, passwordHash);
    await deleteSessions(tx, row.id);
    await writeAudit(tx, {
      actor: { kind: 'account', id: row.id },
      action: 'account.password_chosen',
      objectKind: 'account',
      objectId: row.id,
      detail: { by: 'one-time link' },
      requestId,
    });
    return { kind: 'done' };
  });
}

async function insertNew(tx: Tx, account: string | null): Promise<string> {
  const link = randomBytes(32).toString('base64url');
  await insertLink(tx, {
    tokenHash: hashOf(link),
    purpose: account === null ? 'first_admin' : 'password',
    account,
    lifetimeMs: limits.signInLinkMs,
  });
  return link;
}

const isLink = (text: string): boolean => /^[\w-]{43}$/.test(text);

/** 256 random bits need no slow hash. */
const hashOf = (link: string): Buffer => createHash('sha256').update(link).digest();
