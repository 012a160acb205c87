// Access tokens that the workers of a connection share, and who of them is making a new one; all times are the database's.
import { sql } from 'kysely';
import type { Db } from '../database/database.ts';

/** Null when none is kept or the kept one is over; `goodForMs` from now. */
export async function findVendorToken(
  db: Db,
  connection: string,
  key: string,
): Promise<{ value_ct: Buffer; goodForMs: number } | null> {
  const row = await db
    .selectFrom('vendor_token')
    .select(['value_ct', sql<number>`extract(epoch from good_until - clock_timestamp()) * 1000`.as('good_for_ms')])
    .where('connection_id', '=', connection)
    .where('key', '=', key)
    .where('good_until', '>', sql<Date>`clock_timestamp()`)
    .executeTakeFirst();
  return row?.value_ct ? { value_ct: row.value_ct, goodForMs: Number(row.good_for_ms) } : null;
}

/** True for the one that may make a new token now; the claim ends by itself after `forMs`. */
export async function claimVendorToken(db: Db, connection: string, key: string, forMs: number): Promise<boolean> {
  const until = sql<Date>`clock_timestamp() + ${forMs} * interval '1 millisecond'`;
  const result = await db
    .insertInto('vendor_token')
    .values({ connection_id: connection, key, value_ct: null, good_until: null, making_until: until })
    .onConflict((conflict) =>
      conflict
        .columns(['connection_id', 'key'])
        .doUpdateSet({ making_until: until })
        .where(sql<boolean>`coalesce(vendor_token.making_until < clock_timestamp(), true)`),
    )
    .executeTakeFirst();
  return Number(result.numInsertedOrUpdatedRows ?? 0) === 1;
}

/** Keeps the new token and ends the claim; what other credentials of the connection left behind is emptied. */
export async function keepVendorToken(
  db: Db,
  connection: string,
  key: string,
  token: { value_ct: Buffer; goodForMs: number },
): Promise<void> {
  await db
    .updateTable('vendor_token')
    .set({
      value_ct: token.value_ct,
      good_until: sql<Date>`clock_timestamp() + ${token.goodForMs} * interval '1 millisecond'`,
      making_until: null,
    })
    .where('connection_id', '=', connection)
    .where('key', '=', key)
    .execute();
  await db
    .updateTable('vendor_token')
    .set({ value_ct: null, good_until: null })
    .where('connection_id', '=', connection)
    .where('key', '<>', key)
    .where('good_until', '<', sql<Date>`clock_timestamp()`)
    .execute();
}

/** Somebody else may try at once. */
export async function releaseVendorToken(db: Db, connection: string, key: string): Promise<void> {
  await db
    .updateTable('vendor_token')
    .set({ making_until: null })
    .where('connection_id', '=', connection)
    .where('key', '=', key)
    .execute();
}
