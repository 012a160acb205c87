// Sessions of people, by the hash of what their browser holds; only the database's clock says whether one is over.
import { sql } from 'kysely';
import { isoMicros } from '../database/clock.ts';
import type { Db } from '../database/database.ts';

export interface LiveSession {
  id_hash: Buffer;
  account_id: string;
  name: string;
  roles: string[];
  rights: string[];
}

/** The session and whose it is, while it lasts and the account is active. */
export async function findLiveSession(db: Db, idHash: Buffer, idleMs: number): Promise<LiveSession | undefined> {
  const { rows } = await sql<LiveSession>`
    select s.id_hash, s.account_id, a.name,
      array(select g.role from role_grant g where g.account_id = a.id and g.region = '*' and g.business_unit = '*' order by g.role) as roles,
      array(select r.right_name from right_grant r where r.account_id = a.id order by r.right_name) as rights
    from session s join account a on a.id = s.account_id
    where s.id_hash = ${idHash} and a.deactivated_at is null and ${isLive(idleMs)}`.execute(db);
  return rows[0];
}

export async function insertSession(
  tx: Db,
  session: { idHash: Buffer; account: string; device: string; absoluteMs: number },
): Promise<void> {
  await sql`
    insert into session (id_hash, account_id, device, expires_at)
    values (${session.idHash}, ${session.account}, ${session.device}, clock_timestamp() + ${session.absoluteMs} * interval '1 ms')`.execute(
    tx,
  );
}

/** Only moves once a minute, so that a page a second costs no row version each. */
export async function touchSession(db: Db, idHash: Buffer): Promise<void> {
  await sql`update session set last_seen_at = clock_timestamp()
    where id_hash = ${idHash} and last_seen_at < clock_timestamp() - interval '1 minute'`.execute(db);
}

export interface SessionReport {
  id_hash: Buffer;
  created_at: string;
  last_seen_at: string;
  expires_at: string;
  device: string;
}

/** Those of one account that are good at this moment, the latest used first. */
export async function listSessions(db: Db, account: string, idleMs: number): Promise<SessionReport[]> {
  const { rows } = await sql<SessionReport>`
    select s.id_hash, ${isoMicros(sql`s.created_at`)} as created_at, ${isoMicros(sql`s.last_seen_at`)} as last_seen_at, ${isoMicros(sql`s.expires_at`)} as expires_at, s.device
    from session s where s.account_id = ${account} and ${isLive(idleMs)} order by s.last_seen_at desc limit 100`.execute(
    db,
  );
  return rows;
}

/** True when there was one, and it was that account's. */
export async function deleteSession(tx: Db, account: string, idHash: Buffer): Promise<boolean> {
  const gone = await tx
    .deleteFrom('session')
    .where('account_id', '=', account)
    .where('id_hash', '=', idHash)
    .executeTakeFirst();
  return gone.numDeletedRows === 1n;
}

/** All of an account, but for the one to keep. Gives their number. */
export async function deleteSessions(tx: Db, account: string, keep: Buffer | null = null): Promise<number> {
  let remove = tx.deleteFrom('session').where('account_id', '=', account);
  if (keep) remove = remove.where('id_hash', '<>', keep);
  return Number((await remove.executeTakeFirst()).numDeletedRows);
}

/** What is over, of everybody. */
export async function deleteEndedSessions(db: Db, idleMs: number): Promise<void> {
  await sql`delete from session s where not (${isLive(idleMs)})`.execute(db);
}

const isLive = (idleMs: number): ReturnType<typeof sql<boolean>> =>
  sql<boolean>`s.expires_at > clock_timestamp() and s.last_seen_at > clock_timestamp() - ${idleMs} * interval '1 ms'`;
