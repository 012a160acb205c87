// Connections: one configured account of an outside system each.
import { type Selectable, sql } from 'kysely';
import type { Db } from '../database/database.ts';
import type {
  ConnectionDirection,
  ConnectionPace,
  ConnectionScope,
  ConnectionTable,
  ConnectionWorker,
} from '../schema/schema.ts';
import type { PilotScope } from '../schema/waves.ts';

/** How far a connection has come that is written to in waves. */
export interface ConnectionWave {
  phase: 'shadow' | 'pilot' | 'live';
  pilot: PilotScope;
  catchUp: boolean;
}

/** `wave`: absent or null where the connection is simply live. */
export type ConnectionRow = Selectable<ConnectionTable> & { blocked: boolean; wave?: ConnectionWave | null };

/** All that are not removed; `blocked` is judged by the database's clock. */
export async function listConnections(db: Db): Promise<ConnectionRow[]> {
  return db
    .selectFrom('connection')
    .selectAll()
    .select(sql<boolean>`coalesce(blocked_until > clock_timestamp(), false)`.as('blocked'))
    .select(
      sql<ConnectionWave | null>`(select json_build_object('phase', w.phase, 'pilot', w.pilot, 'catchUp', w.catch_up) from wave w where w.connection_id = connection.id)`.as(
        'wave',
      ),
    )
    .where('status', '<>', 'removed')
    .orderBy('id')
    .execute();
}

export async function findConnection(db: Db, id: string): Promise<Selectable<ConnectionTable> | undefined> {
  return db.selectFrom('connection').selectAll().where('id', '=', id).executeTakeFirst();
}

export interface NewConnection {
  id: string;
  adapter: string;
  kind: string;
  settings: Record<string, unknown>;
  scope: ConnectionScope;
  pace: ConnectionPace;
  worker: ConnectionWorker;
  direction?: ConnectionDirection;
  secrets_current: Buffer | null;
}

/** False when the name is taken. */
export async function insertConnection(db: Db, connection: NewConnection): Promise<boolean> {
  const result = await db
    .insertInto('connection')
    .values({
      ...connection,
      settings: JSON.stringify(connection.settings),
      scope: JSON.stringify(connection.scope),
      pace: JSON.stringify(connection.pace),
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  return Number(result.numInsertedOrUpdatedRows ?? 0) === 1;
}

export interface ConnectionChange {
  status?: 'active' | 'paused' | 'removed';
  settings?: Record<string, unknown>;
  scope?: ConnectionScope;
  pace?: ConnectionPace;
  worker?: ConnectionWorker;
  direction?: ConnectionDirection;
  secrets_current?: Buffer | null;
  secrets_next?: Buffer | null;
}

/** Changes what is given; false when there is no such connection. */
export async function changeConnection(db: Db, id: string, change: ConnectionChange): Promise<boolean> {
  const { settings, scope, pace, ...rest } = change;
  const result = await db
    .updateTable('connection')
    .set({
      ...rest,
      ...(settings === undefined ? {} : { settings: JSON.stringify(settings) }),
      ...(scope === undefined ? {} : { scope: JSON.stringify(scope) }),
      ...(pace === undefined ? {} : { pace: JSON.stringify(pace) }),
      updated_at: sql`clock_timestamp()`,
    })
    .where('id', '=', id)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Opens, half-opens or closes the circuit; `forMs` is how long it stays open. */
export async function setCircuit(
  db: Db,
  id: string,
  circuit: 'closed' | 'open' | 'half_open',
  reason: string | null,
  forMs = 0,
): Promise<void> {
  await db
    .updateTable('connection')
    .set({
      circuit,
      circuit_reason: reason,
      circuit_trial: null,
      circuit_until: circuit === 'open' ? sql`clock_timestamp() + ${forMs} * interval '1 ms'` : null,
    })
    .where('id', '=', id)
    .execute();
}

/** Remembers which attempt tries a half open circuit; any process may get its result. */
export async function setTrial(db: Db, id: string, trial: string): Promise<void> {
  await db
    .updateTable('connection')
    .set({ circuit_trial: trial })
    .where('id', '=', id)
    .where('circuit', '=', 'half_open')
    .execute();
}

/** The vendor asked for quiet: nothing is dispatched to the whole connection until then. */
export async function blockConnection(db: Db, id: string, forMs: number): Promise<void> {
  await db
    .updateTable('connection')
    .set({ blocked_until: sql`greatest(blocked_until, clock_timestamp() + ${forMs} * interval '1 ms')` })
    .where('id', '=', id)
    .execute();
}

/** Circuits whose time is over are tried with a single writeback. Returns the connections. */
export async function halfOpenDueCircuits(db: Db): Promise<string[]> {
  const rows = await db
    .updateTable('connection')
    .set({ circuit: 'half_open', circuit_until: null })
    .where('circuit', '=', 'open')
    .where('circuit_until', '<=', sql<Date>`clock_timestamp()`)
    .returning('id')
    .execute();
  return rows.map((row) => row.id);
}
