// Clients: machines that call the API, with the hashes of their secrets and the tokens they gave back early.
import { type Selectable, sql } from 'kysely';
import type { Db } from '../database/database.ts';
import type { ClientTable } from '../schema/access.ts';

export type ClientRow = Selectable<ClientTable>;

export async function findClient(db: Db, id: string): Promise<ClientRow | undefined> {
  return db.selectFrom('client').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Locks the row, so that two people who change one client do so one after the other. */
export async function lockClient(tx: Db, id: string): Promise<ClientRow | undefined> {
  return tx.selectFrom('client').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

/** All, revoked ones too, in the order they were made. */
export async function listClients(db: Db): Promise<ClientRow[]> {
  return db.selectFrom('client').selectAll().orderBy('id').execute();
}

export interface NewClientRow {
  id: string;
  name: string;
  kind: string;
  scopes: string[];
  connection_id: string | null;
  secret_hash_current: string;
}

export async function insertClient(tx: Db, client: NewClientRow): Promise<void> {
  await tx.insertInto('client').values(client).execute();
}

export interface ClientChange {
  scopes?: string[];
  secret_hash_current?: string;
  secret_hash_next?: string | null;
}

export async function changeClient(tx: Db, id: string, change: ClientChange): Promise<void> {
  await tx.updateTable('client').set(change).where('id', '=', id).execute();
}

export async function revokeClientRow(tx: Db, id: string): Promise<void> {
  await tx.updateTable('client').set({ revoked_at: sql`clock_timestamp()` }).where('id', '=', id).execute();
}

/** Only moves once a minute, so that a client that asks often costs no row version each time. */
export async function touchClient(db: Db, id: string): Promise<void> {
  await db
    .updateTable('client')
    .set({ last_used_at: sql`clock_timestamp()` })
    .where('id', '=', id)
    .where(sql<boolean>`coalesce(last_used_at < clock_timestamp() - interval '1 minute', true)`)
    .execute();
}

/** Adds one token (its expiry in ms since 1970) and forgets those that ran out more than a minute ago. */
export async function addRevokedToken(tx: Db, id: string, jti: string, expiresAtMs: number): Promise<void> {
  await sql`
    update client set revoked_tokens = jsonb_build_object(${jti}::text, ${expiresAtMs}::bigint) || coalesce((
      select jsonb_object_agg(key, value) from jsonb_each(revoked_tokens)
      where (value #>> '{}')::numeric > extract(epoch from clock_timestamp() - interval '1 minute') * 1000), '{}')
    where id = ${id}`.execute(tx);
}
