// Alerts themselves: whose turn it is to look, what is open, and what was; all times are the database's.
import { type RawBuilder, sql } from 'kysely';
import type { OpenAlert } from '../../core/alerts/decide.ts';
import type { Position } from '../../core/cursor.ts';
import { isoMicros } from '../database/clock.ts';
import type { Db, Tx } from '../database/database.ts';

/** Takes the turn to look; null while it is not due or another process has it. */
export async function takeAlertTurn(db: Db, everyMs: number): Promise<number | null> {
  const { rows } = await sql<{ turn: number }>`
    update alert_watch set turn = turn + 1, due_at = clock_timestamp() + ${everyMs} * interval '1 ms' where due_at <= clock_timestamp() returning turn`.execute(
    db,
  );
  return rows[0]?.turn ?? null;
}

/** Holds the turn until the transaction ends, and tells the time in ms; null when somebody else has it by now. */
export async function holdAlertTurn(tx: Tx, turn: number): Promise<number | null> {
  const { rows } = await sql<{ now: number }>`
    select (extract(epoch from clock_timestamp()) * 1000)::double precision as now from alert_watch where turn = ${turn} for update`.execute(
    tx,
  );
  return rows[0]?.now ?? null;
}

export interface KnownAlert extends OpenAlert {
  id: string;
  rule: string;
  about: string;
}

/** All that are not over. */
export async function findOpenAlerts(db: Db): Promise<KnownAlert[]> {
  const ms = (column: string): RawBuilder<number> =>
    sql<number>`(extract(epoch from ${sql.ref(column)}) * 1000)::double precision`;
  const { rows } = await sql<KnownAlert>`
    select id, rule_id as rule, about, status, value, ${ms('since_at')} as since, ${ms('calm_since')} as "calmSince", ${ms('told_at')} as "toldAt"
    from alert where status <> 'over'`.execute(db);
  return rows;
}

/** Adds or goes on with one; `told` counts up where somebody is told now. */
export async function saveAlert(
  tx: Tx,
  alert: KnownAlert & { severity: 'warning' | 'critical'; condition: object; tells: boolean },
): Promise<void> {
  const at = (ms: number | null): RawBuilder<unknown> =>
    ms === null ? sql`null` : sql`to_timestamp(${ms}::double precision / 1000)`;
  const { id, rule, about, status, severity, value, since, calmSince, toldAt } = alert;
  await sql`
    insert into alert (id, rule_id, about, status, severity, condition, value, since_at, fired_at, told_at, told, calm_since)
    values (${id}, ${rule}, ${about}, ${status}, ${severity}, ${JSON.stringify(alert.condition)}::jsonb, ${value}, ${at(since)},
      ${status === 'firing' ? at(toldAt) : sql`null`}, ${at(toldAt)}, ${alert.tells ? 1 : 0}, ${at(calmSince)})
    on conflict (id) do update set status = excluded.status, severity = excluded.severity, condition = excluded.condition, value = excluded.value,
      fired_at = coalesce(alert.fired_at, excluded.fired_at), told_at = excluded.told_at, told = alert.told + excluded.told, calm_since = excluded.calm_since`.execute(
    tx,
  );
}

/** What nobody was told of leaves no trace; the others are over. */
export async function endAlerts(tx: Tx, forgotten: readonly string[], over: readonly string[]): Promise<void> {
  if (forgotten.length > 0)
    await tx.deleteFrom('alert').where('id', 'in', forgotten).where('status', '=', 'pending').execute();
  if (over.length > 0)
    await sql`update alert set status = 'over', over_at = clock_timestamp(), told = told + 1 where id = any(${[...over]}::text[])`.execute(
      tx,
    );
}

export interface AlertRow {
  id: string;
  rule_id: string;
  about: string;
  status: 'firing' | 'over';
  severity: 'warning' | 'critical';
  condition: Record<string, unknown>;
  value: number;
  since_at: string;
  fired_at: string;
  over_at: string | null;
  told: number;
}

export interface AlertQuery {
  /** Without: both. */
  status?: 'firing' | 'over' | undefined;
  rule?: string | undefined;
  after: Position | null;
  rowsMax: number;
}

/** Of those that somebody was told of, the newest first. */
export async function listAlerts(db: Db, { status, rule, after, rowsMax }: AlertQuery): Promise<AlertRow[]> {
  const { rows } = await sql<AlertRow>`
    select id, rule_id, about, status, severity, condition, value, ${isoMicros(sql`since_at`)} as since_at, ${isoMicros(sql`fired_at`)} as fired_at,
      ${isoMicros(sql`over_at`)} as over_at, told
    from alert where fired_at is not null
      ${status === undefined ? sql`` : sql`and status = ${status}`} ${rule === undefined ? sql`` : sql`and rule_id = ${rule}`}
      ${after === null ? sql`` : sql`and (fired_at, id) < (${after.at}::timestamptz, ${after.id})`}
    order by fired_at desc, id desc limit ${rowsMax}`.execute(db);
  return rows;
}

/** Removes what has been over for so long, messages and all; tests of channels too. Gives how many. */
export async function forgetAlerts(db: Db, keepMs: number, rowsMax: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from alert where id in (select id from alert where fired_at < clock_timestamp() - ${keepMs} * interval '1 ms' and status = 'over' order by fired_at limit ${rowsMax})`.execute(
    db,
  );
  await sql`
    delete from alert_delivery where id in (
      select id from alert_delivery where alert_id is null and created_at < clock_timestamp() - ${keepMs} * interval '1 ms' limit ${rowsMax})`.execute(
    db,
  );
  return Number(numAffectedRows ?? 0);
}
