// Files of both sides in one list, the newest first: each side by its own index, and no more of either than is shown.
import { sql } from 'kysely';
import type { Db } from '../database/database.ts';

export interface FileReport {
  id: string;
  connection_id: string;
  side: 'in' | 'out';
  name: string | null;
  name_ct: Buffer | null;
  state: string;
  reason: string | null;
  bytes: number | null;
  rows: number;
  rows_done: number;
  recorded: number;
  repeated: number;
  quarantined: number;
  outdated: number;
  faults: number;
  answered: number;
  at: Date;
  ended_at: Date | null;
}

export async function listFiles(
  db: Db,
  { side, connection, rowsMax }: { side: 'in' | 'out' | null; connection: string | null; rowsMax: number },
): Promise<FileReport[]> {
  const { rows } = await sql<FileReport>`
    select * from (
      (select id, connection_id, 'in' as side, null::text as name, name_ct, state, reason, bytes, rows, rows_done, recorded, repeated, quarantined, outdated, faults,
         0 as answered, first_seen_at as at, ended_at
       from file_in where ${side ?? 'in'} = 'in' and (${connection}::text is null or connection_id = ${connection}) order by first_seen_at desc, id desc limit ${rowsMax})
      union all
      (select f.id, f.connection_id, 'out', f.name, null, f.state, null, f.bytes, f.rows, f.rows, 0, 0, 0, 0, 0,
         (select count(*)::int from file_row r where r.file_id = f.id and r.answer is not null), f.created_at, coalesce(f.answered_at, f.written_at)
       from file_out f where ${side ?? 'out'} = 'out' and (${connection}::text is null or f.connection_id = ${connection}) order by f.created_at desc, f.id desc limit ${rowsMax})
    ) files order by at desc, id desc limit ${rowsMax}`.execute(db);
  return rows;
}

export interface LastFile {
  connection_id: string;
  side: 'in' | 'out';
  state: string;
  at: Date;
}

/** Of each connection that exchanges files. */
export async function lastFiles(db: Db): Promise<LastFile[]> {
  const { rows } = await sql<LastFile>`
    select c.connection_id, f.side, f.state, f.at from (select distinct connection_id from file_turn) c cross join lateral (
      (select 'in' as side, state, first_seen_at as at from file_in where connection_id = c.connection_id order by first_seen_at desc limit 1)
      union all (select 'out', state, created_at from file_out where connection_id = c.connection_id order by created_at desc limit 1)
      order by at desc limit 1) f`.execute(db);
  return rows;
}
