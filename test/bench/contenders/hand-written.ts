// What one writes by hand: a transaction per event, and a table of write-backs that is polled every 100 ms with SKIP LOCKED.
import { setTimeout as sleep } from 'node:timers/promises';
import { counted, openTables, serveEvents, takeEvent, vendors, write } from './by-hand.ts';

interface Row {
  id: string;
  application_id: string;
  vendor: string;
  seq: number;
  state: string;
}

const rowsMax = 100;
const pool = await openTables();

async function deliver(): Promise<number> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const { rows } = await client.query<Row>(
      `select id, application_id, vendor, seq, state from writeback where status = 'pending' order by id limit ${rowsMax} for update skip locked`,
    );
    // In order within an application and vendor, side by side across them. One poller: a second could overtake the first.
    const lanes = new Map<string, Row[]>();
    for (const row of rows) {
      const key = `${row.application_id}:${row.vendor}`;
      lanes.set(key, [...(lanes.get(key) ?? []), row]);
    }
    const statuses = new Map<string, number>();
    await Promise.all(
      [...lanes.values()].map(async (lane) => {
        for (const { id, vendor, application_id, seq, state } of lane)
          statuses.set(id, await write(vendor, application_id, seq, state));
      }),
    );
    if (rows.length > 0)
      await client.query(
        `update writeback w set status = 'done', http_status = d.http_status, done_at = now()
         from unnest($1::bigint[], $2::int[]) d(id, http_status) where w.id = d.id and w.status = 'pending'`,
        [rows.map(({ id }) => id), rows.map(({ id }) => statuses.get(id))],
      );
    await client.query('commit');
    return rows.length;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

async function poll(): Promise<never> {
  for (;;) if ((await deliver()) < rowsMax) await sleep(100);
}

void poll();
serveEvents(
  (event) =>
    takeEvent(pool, event, (client, { subject }, seq, state) =>
      client.query('insert into writeback (application_id, vendor, seq, state) select $1, unnest($2::text[]), $3, $4', [
        subject,
        vendors,
        seq,
        state,
      ]),
    ),
  counted(pool, `select count(*)::int n from writeback where status = 'pending'`),
);
