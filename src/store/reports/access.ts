// Who has access and when it was last used: accounts with their sign-ins and sessions, clients with the age of their secrets.
import { sql } from 'kysely';
import { isoMicros } from '../database/clock.ts';
import type { Db } from '../database/database.ts';

/** Times are ISO 8601 with microseconds. */
export interface AccountUse {
  id: string;
  last_signed_in_at: string | null;
  last_refused_at: string | null;
  sessions: number;
}

/** One per account; each by the audit log's index of what was done to it. */
export async function readAccountUse(db: Db, idleMs: number): Promise<AccountUse[]> {
  const { rows } = await sql<AccountUse>`
    select a.id, ${isoMicros(sql`i.at`)} as last_signed_in_at, ${isoMicros(sql`r.at`)} as last_refused_at,
      (select count(*)::int from session s where s.account_id = a.id and s.expires_at > clock_timestamp()
        and s.last_seen_at > clock_timestamp() - ${idleMs} * interval '1 ms') as sessions
    from account a
      left join lateral ${latest('account.signed_in')} i on true
      left join lateral ${latest('account.sign_in_refused')} r on true
    order by a.id`.execute(db);
  return rows;
}

const latest = (action: string): ReturnType<typeof sql> =>
  sql`(select at from audit where object_kind = 'account' and object_id = a.id and action = ${action} order by at desc limit 1)`;

export interface RoleGrant {
  account_id: string;
  role: string;
  granted_by: string;
  granted_at: string;
}

export async function readRoleGrants(db: Db, account: string): Promise<RoleGrant[]> {
  const { rows } = await sql<RoleGrant>`
    select account_id, role, granted_by, ${isoMicros(sql`granted_at`)} as granted_at from role_grant
    where account_id = ${account} and region = '*' and business_unit = '*' order by role`.execute(db);
  return rows;
}

export interface SecretAge {
  id: string;
  /** Since when the secret is good that is the current one. */
  current_since: string;
  /** Of the second one, while two are good. */
  next_since: string | null;
}

/** A promoted secret is as old as the day it was added. */
export async function readSecretAges(db: Db): Promise<SecretAge[]> {
  const { rows } = await sql<SecretAge>`
    select c.id, ${isoMicros(sql`coalesce(a.at, c.created_at)`)} as current_since,
      case when c.secret_hash_next is not null then ${isoMicros(sql`n.at`)} end as next_since
    from client c
      left join lateral (select at from audit where object_kind = 'client' and object_id = c.id and action = 'client.secret_promoted'
        order by at desc limit 1) p on true
      left join lateral (select at from audit where object_kind = 'client' and object_id = c.id and action = 'client.secret_added'
        and at <= p.at order by at desc limit 1) a on true
      left join lateral (select at from audit where object_kind = 'client' and object_id = c.id and action = 'client.secret_added'
        order by at desc limit 1) n on true
    order by c.id`.execute(db);
  return rows;
}
