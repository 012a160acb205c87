// Whose turn it is to look after one side of a connection's files: one process at a time.
import { sql } from 'kysely';
import type { Db } from '../database/database.ts';

export type FileSide = 'in' | 'out';

export interface FileTurn {
  connection: string;
  side: FileSide;
  turn: number;
}

/** Undefined while it is not due or another process has it. */
export async function takeFileTurn(
  db: Db,
  connection: string,
  side: FileSide,
  leaseMs: number,
): Promise<FileTurn | undefined> {
  await sql`insert into file_turn (connection_id, side) select ${connection}, ${side}
    where not exists (select from file_turn where connection_id = ${connection} and side = ${side}) on conflict do nothing`.execute(
    db,
  );
  const { rows } = await sql<{ turn: number }>`
    update file_turn set turn = turn + 1, due_at = clock_timestamp() + ${leaseMs} * interval '1 ms'
    where connection_id = ${connection} and side = ${side} and due_at <= clock_timestamp() returning turn`.execute(db);
  return rows[0] && { connection, side, turn: rows[0].turn };
}

/** False when the turn was lost meanwhile: whoever has it goes on from what is on record. */
export async function keepFileTurn(db: Db, { connection, side, turn }: FileTurn, leaseMs: number): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update file_turn set due_at = clock_timestamp() + ${leaseMs} * interval '1 ms'
    where connection_id = ${connection} and side = ${side} and turn = ${turn}`.execute(db);
  return Number(numAffectedRows ?? 0) === 1;
}

export async function endFileTurn(db: Db, { connection, side, turn }: FileTurn, dueInMs: number): Promise<void> {
  await sql`
    update file_turn set failures = 0, failure = null, used_at = clock_timestamp(), due_at = clock_timestamp() + ${dueInMs} * interval '1 ms'
    where connection_id = ${connection} and side = ${side} and turn = ${turn}`.execute(db);
}

/** Tried again later and later. Returns for how long nothing has worked, ms. */
export async function failFileTurn(
  db: Db,
  { connection, side, turn }: FileTurn,
  failure: string,
  pause: { firstMs: number; mostMs: number },
): Promise<number> {
  const { rows } = await sql<{ since: number }>`
    update file_turn set failures = failures + 1, failure = ${failure},
      due_at = clock_timestamp() + least(${pause.firstMs} * power(2, least(failures, 10)), ${pause.mostMs}) * interval '1 ms'
    where connection_id = ${connection} and side = ${side} and turn = ${turn}
    returning (extract(epoch from clock_timestamp() - coalesce(used_at, created_at)) * 1000)::double precision as since`.execute(
    db,
  );
  return rows[0]?.since ?? 0;
}
