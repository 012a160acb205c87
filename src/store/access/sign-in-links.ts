// Links that are good once, by the hash of their token: to make the first account, or to choose a password.
import { sql } from 'kysely';
import type { Db } from '../database/database.ts';

export type LinkPurpose = 'first_admin' | 'password';

export interface SignInLink {
  purpose: LinkPurpose;
  account_id: string | null;
}

export async function insertLink(
  tx: Db,
  link: { tokenHash: Buffer; purpose: LinkPurpose; account: string | null; lifetimeMs: number },
): Promise<void> {
  await sql`
    insert into sign_in_link (token_hash, purpose, account_id, expires_at)
    values (${link.tokenHash}, ${link.purpose}, ${link.account}, clock_timestamp() + ${link.lifetimeMs} * interval '1 ms')`.execute(
    tx,
  );
}

/** Undefined when there is none, or it is over. */
export async function findLink(db: Db, tokenHash: Buffer): Promise<SignInLink | undefined> {
  const { rows } = await sql<SignInLink>`
    select purpose, account_id from sign_in_link where token_hash = ${tokenHash} and expires_at > clock_timestamp()`.execute(
    db,
  );
  return rows[0];
}

/** Takes it away: of two who use one link at once, one gets undefined. */
export async function consumeLink(tx: Db, tokenHash: Buffer): Promise<SignInLink | undefined> {
  const { rows } = await sql<SignInLink>`
    delete from sign_in_link where token_hash = ${tokenHash} and expires_at > clock_timestamp() returning purpose, account_id`.execute(
    tx,
  );
  return rows[0];
}

/** Those for one account, or (null) those for the first account; the newest `keep` stay. */
export async function deleteLinks(tx: Db, account: string | null, keep = 0): Promise<void> {
  await sql`
    delete from sign_in_link where account_id is not distinct from ${account} and token_hash not in (
      select token_hash from sign_in_link where account_id is not distinct from ${account} order by created_at desc limit ${keep})`.execute(
    tx,
  );
}

export async function deleteEndedLinks(db: Db): Promise<void> {
  await sql`delete from sign_in_link where expires_at <= clock_timestamp()`.execute(db);
}
