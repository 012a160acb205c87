// What the contenders that keep their tables in Postgres share: one transaction per event, hono in front, undici to the vendors.
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import pg from 'pg';
import { Pool } from 'undici';
import { createMachine, getNextSnapshot } from 'xstate';
import { path, type SeasonEvent } from '../season.ts';
import { vendors } from '../vendors.ts';
import { environment, serveParent } from './contender.ts';
import { tables } from './tables.ts';

const steps = path.map(([type]) => type);
const ended = { 'application.withdrawn': 'withdrawn', 'application.rejected': 'rejected' };
const machine = createMachine({
  id: 'hiring',
  initial: 'none',
  states: {
    none: { on: { [steps[0] as string]: 'after_1' } },
    ...Object.fromEntries(
      steps.map((_, at) => [
        `after_${at + 1}`,
        at + 1 < steps.length ? { on: { [steps[at + 1] as string]: `after_${at + 2}`, ...ended } } : {},
      ]),
    ),
    withdrawn: { type: 'final' },
    rejected: { type: 'final' },
  },
});

export const firstState = 'none';

/** The next state, or null when the machine does not allow it. */
export function advance(state: string, type: string): string | null {
  const snapshot = machine.resolveState({ value: state });
  const event = { type };
  return snapshot.can(event) ? (getNextSnapshot(machine, snapshot, event).value as string) : null;
}

export async function openTables(): Promise<pg.Pool> {
  const pool = new pg.Pool({ connectionString: environment('DATABASE_URL'), max: 20 });
  await pool.query(tables);
  return pool;
}

export type Enqueue = (client: pg.PoolClient, event: SeasonEvent, seq: number, state: string) => Promise<unknown>;

/** Resolves with the status to answer; `enqueue` schedules the write-backs inside the transaction. */
export async function takeEvent(pool: pg.Pool, event: SeasonEvent, enqueue: Enqueue): Promise<202 | 200 | 409> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const found = await client.query('select state, seq from application where id = $1 for update', [event.subject]);
    const seen = await client.query('select 1 from transition where event_id = $1', [event.id]);
    const { state: from, seq } = (found.rows[0] as { state: string; seq: number } | undefined) ?? {
      state: firstState,
      seq: 0,
    };
    const to = seen.rowCount ? null : advance(from, event.type);
    if (to === null) {
      await client.query('rollback');
      return seen.rowCount ? 200 : 409;
    }
    await client.query(
      found.rowCount
        ? 'update application set state = $2, seq = $3, updated_at = now() where id = $1'
        : 'insert into application (id, state, seq) values ($1, $2, $3)',
      [event.subject, to, seq + 1],
    );
    await client.query(
      `insert into transition (application_id, seq, event_id, source, type, from_state, to_state, occurred_at, data)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [event.subject, seq + 1, event.id, event.source, event.type, from, to, event.occurredAt, event.data],
    );
    await enqueue(client, event, seq + 1, to);
    await client.query('commit');
    return 202;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

const calls = new Pool(environment('VENDOR_URL'), { connections: 64, pipelining: 1 });

/** Writes one change to one vendor; throws unless it says 2xx. */
export async function write(vendor: string, application: string, seq: number, state: string): Promise<number> {
  const response = await calls.request({
    method: 'PATCH',
    path: `/${vendor}/applications/${application}`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ state, seq }),
  });
  await response.body.dump();
  if (response.statusCode >= 300) throw new Error(`${vendor} answered ${response.statusCode}`);
  return response.statusCode;
}

export { vendors };

/** Takes events at `/events`. */
export function serveEvents(take: (event: SeasonEvent) => Promise<number>, pending: () => Promise<number>): void {
  const app = new Hono();
  app.post('/events', async (call) => {
    const status = await take(await call.req.json<SeasonEvent>());
    return call.json({}, status as 202);
  });
  serve({ fetch: app.fetch, port: Number(environment('PORT')), hostname: '127.0.0.1' }, () =>
    serveParent({ path: '/events', subject: 'name', headers: { operator: '', screening: '' } }, { pending }),
  );
}

export const counted = (pool: pg.Pool, query: string) => async (): Promise<number> =>
  Number((await pool.query(query)).rows[0].n);
