// The rows of one accepted event as a service by hand has them (an application, a transition, two write-backs), and nothing but these.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { tables } from '../contenders/tables.ts';
import { cpuSeconds } from '../cpu.ts';
import { monotonicMs } from '../moments.ts';
import type { BenchDatabase } from '../postgres.ts';
import { eventOf } from '../season.ts';
import { vendors } from '../vendors.ts';

export interface Rows {
  perSecond: number;
  /** CPU seconds per 1,000 events. */
  cpu: { postgres: number; node: number };
}

/** One statement whatever the number of events, as parameters of a prepared one. */
const insert = `with t as (
  insert into transition (application_id, seq, event_id, source, type, from_state, to_state, occurred_at, data)
  select * from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::jsonb[])
), w as (
  insert into writeback (application_id, vendor, seq, state)
  select a, v, s, st from unnest($1::text[], $2::int[], $7::text[]) x(a, s, st) cross join unnest($10::text[]) v
)
insert into application (id, state, seq) select * from unnest($1::text[], $7::text[], $2::int[])
on conflict (id) do update set state = excluded.state, seq = excluded.seq, updated_at = now()`;

const stepsEach = 8;
const sample = eventOf('floor-1', 'triage.started', 'operator');
const data = JSON.stringify(sample.data);

/** Of a connection: its own applications, each with eight steps. */
function batchOf(connection: number, turn: number, events: number): unknown[] {
  const of = <T>(value: (at: number) => T): T[] => Array.from({ length: events }, (_, at) => value(at));
  const seq = (turn % stepsEach) + 1;
  const application = Math.floor(turn / stepsEach);
  return [
    of((at) => `floor-${connection}-${application}-${at}`),
    of(() => seq),
    of(() => randomUUID()),
    of(() => sample.source),
    of(() => sample.type),
    of(() => `after_${seq - 1}`),
    of(() => `after_${seq}`),
    of(() => sample.occurredAt),
    of(() => data),
    vendors,
  ];
}

/** As fast as they go, for so many seconds; each statement is a transaction. */
export async function insertRows(
  postgres: BenchDatabase,
  { connections, events, seconds }: { connections: number; events: number; seconds: number },
): Promise<Rows> {
  const connectionString = await postgres.fresh();
  const clients = await Promise.all(
    Array.from({ length: connections }, async () => {
      const client = new pg.Client({ connectionString });
      await client.connect();
      return client;
    }),
  );
  try {
    await clients[0]?.query(tables);
    const [before, own, from] = [cpuSeconds(postgres.pid), process.cpuUsage(), monotonicMs()];
    const until = from + seconds * 1_000;
    let inserted = 0;
    await Promise.all(
      clients.map(async (client, connection) => {
        for (let turn = 0; monotonicMs() < until; turn += 1) {
          await client.query({ name: 'insert', text: insert, values: batchOf(connection, turn, events) });
          inserted += events;
        }
      }),
    );
    const took = (monotonicMs() - from) / 1_000;
    const { user, system } = process.cpuUsage(own);
    const per = (used: number): number => (used / inserted) * 1_000;
    return {
      perSecond: inserted / took,
      cpu: { postgres: per(cpuSeconds(postgres.pid) - before), node: per((user + system) / 1e6) },
    };
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}
