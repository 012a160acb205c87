// What people did about one subject: the audit log's entries about it and all that is its own, signatures under its machine, and names.
import { sql } from 'kysely';
import { isoMicros } from '../database/clock.ts';
import type { Db } from '../database/database.ts';
import { newest, type Reach, within } from './timeline.ts';

export interface ActionEntry {
  at: string;
  actor_kind: string;
  actor_id: string;
  action: string;
  object_kind: string;
  object_id: string;
  /** Of what is about one system: a writeback, a lane. */
  connection_id: string | null;
  detail: Record<string, unknown>;
}

/** Looking changes nothing, and would bury what did. */
const looks = sql`('subject.read', 'subject.read_personal', 'conflict.read')`;

/** About the subject, its person, and every writeback, lane, event and incident of it: what was changed, or who only looked. */
export async function actionsOn(
  db: Db,
  subject: string,
  person: string,
  reach: Reach,
  which: 'changes' | 'looks',
): Promise<ActionEntry[]> {
  const chosen = which === 'looks' ? sql`a.action in ${looks}` : sql`a.action not in ${looks}`;
  const { rows } = await sql<ActionEntry>`
    with own as (
      select 'subject' as kind, ${subject}::text as id, null::text as connection
      union all select 'person', ${person}::text, null
      union all select 'writeback', w.id, w.connection_id from writeback w where w.subject_id = ${subject}
      union all select 'lane', l.subject_id || '/' || l.connection_id, l.connection_id from lane l where l.subject_id = ${subject}
      union all select 'event', e.id, null from event e where e.subject_id = ${subject}
      union all select 'incident', i.id, i.connection_id from incident i where i.subject_id = ${subject})
    select ${isoMicros(sql`a.at`)} as at, a.actor_kind, a.actor_id, a.action, a.object_kind, a.object_id, own.connection as connection_id, a.detail
    from own cross join lateral (
      select * from audit a where a.object_kind = own.kind and a.object_id = own.id and ${chosen}
        and ${within('a.at', sql`own.connection = ${reach.connection}`, reach)} ${newest('a.at', reach)}) a ${newest('a.at', reach)}`.execute(
    db,
  );
  return rows;
}

export interface NoteEntry {
  at: string;
  incident_id: string;
  connection_id: string | null;
  author: string;
  /** Null once the person was erased. */
  body: string | null;
}

export async function notesOn(db: Db, subject: string, reach: Reach): Promise<NoteEntry[]> {
  const { rows } = await sql<NoteEntry>`
    select ${isoMicros(sql`n.at`)} as at, n.incident_id, i.connection_id, n.author, n.body
    from incident i join incident_note n on n.incident_id = i.id where i.subject_id = ${subject}
      and ${within('n.at', sql`i.connection_id = ${reach.connection}`, reach)} ${newest('n.at', reach)}`.execute(db);
  return rows;
}

export interface ApprovalEntry {
  at: string;
  version: number;
  role: string;
  account_id: string;
  decision: string;
}

/** Who signed the versions of the machine that the subject ran. */
export async function approvalsFor(db: Db, subject: string, machine: string, reach: Reach): Promise<ApprovalEntry[]> {
  const { rows } = await sql<ApprovalEntry>`
    select ${isoMicros(sql`p.decided_at`)} as at, p.version, p.role, p.account_id, p.decision from approval p
    where p.kind = 'machine' and p.name = ${machine} and p.version in (select t.machine_version from transition t where t.subject_id = ${subject})
      and ${within('p.decided_at', sql`false`, reach)} ${newest('p.decided_at', reach)}`.execute(db);
  return rows;
}

/** What accounts and clients are called, by `account:<id>` and `client:<id>`; nothing of those that there are not. */
export async function namesOf(db: Db, actors: readonly string[]): Promise<Map<string, string>> {
  if (actors.length === 0) return new Map();
  const { rows } = await sql<{ actor: string; name: string }>`
    select 'account:' || id as actor, name from account where id = any(${idsOf(actors, 'account:')}::text[])
    union all select 'client:' || id, name from client where id = any(${idsOf(actors, 'client:')}::text[])`.execute(db);
  return new Map(rows.map((row) => [row.actor, row.name]));
}

const idsOf = (actors: readonly string[], prefix: string): string[] =>
  actors.filter((one) => one.startsWith(prefix)).map((one) => one.slice(prefix.length));
