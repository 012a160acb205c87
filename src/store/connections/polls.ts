// Where polling stands at each connection: one process at a time has the turn, and only that one moves the cursor.
import { sql } from 'kysely';
import type { Db } from '../database/database.ts';

export interface PollTurn {
  cursor: string | null;
  turn: number;
}

/** Takes the turn; undefined while it is not due or another process has it. */
export async function takePollTurn(db: Db, connection: string, leaseMs: number): Promise<PollTurn | undefined> {
  await sql`insert into poll (connection_id) select ${connection} where not exists (select from poll where connection_id = ${connection}) on conflict do nothing`.execute(
    db,
  );
  const { rows } = await sql<PollTurn>`
    update poll set turn = turn + 1, due_at = clock_timestamp() + ${leaseMs} * interval '1 ms'
    where connection_id = ${connection} and due_at <= clock_timestamp() returning cursor, turn`.execute(db);
  return rows[0];
}

/** What was polled up to here is recorded. False when the turn was lost meanwhile: whoever has it repeats this, harmlessly. */
export async function movePollCursor(
  db: Db,
  connection: string,
  { turn, cursor, dueInMs }: { turn: number; cursor: string; dueInMs: number },
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update poll set cursor = ${cursor}, polled_at = clock_timestamp(), failures = 0, failure = null, due_at = clock_timestamp() + ${dueInMs} * interval '1 ms'
    where connection_id = ${connection} and turn = ${turn}`.execute(db);
  return Number(numAffectedRows ?? 0) === 1;
}

/** Tried again later and later; returns how long ago anything came, ms. */
export async function failPoll(
  db: Db,
  connection: string,
  { turn, failure, firstMs, mostMs }: { turn: number; failure: string; firstMs: number; mostMs: number },
): Promise<void> {
  await sql`
    update poll set failures = failures + 1, failure = ${failure}, due_at = clock_timestamp() + least(${firstMs} * power(2, least(failures, 10)), ${mostMs}) * interval '1 ms'
    where connection_id = ${connection} and turn = ${turn}`.execute(db);
}

/** Of these connections, those that were not polled for so long, and why not as far as that is known. */
export async function stalePolls(
  db: Db,
  connections: readonly string[],
  staleMs: number,
): Promise<{ connection_id: string; failure: string | null }[]> {
  if (connections.length === 0) return [];
  const { rows } = await sql<{ connection_id: string; failure: string | null }>`
    select connection_id, failure from poll where connection_id = any(${[...connections]}::text[])
      and coalesce(polled_at, created_at) < clock_timestamp() - ${staleMs} * interval '1 ms'`.execute(db);
  return rows;
}
