// The rules of alerts: named by their owner, with the figures of the last look beside them.
import { sql } from 'kysely';
import { isoMicros } from '../database/clock.ts';
import type { Db } from '../database/database.ts';

export interface RuleRow {
  id: string;
  builtin: boolean;
  enabled: boolean;
  condition: Record<string, unknown>;
  terms: Record<string, unknown>;
  reading: Record<string, unknown> | null;
  /** ISO 8601, or null before the first look. */
  read_at: string | null;
}

export interface RuleWords {
  id: string;
  enabled: boolean;
  condition: object;
  terms: object;
}

const columns = ['id', 'builtin', 'enabled', 'condition', 'terms', 'reading'] as const;
const readAt = isoMicros(sql`read_at`).$castTo<string | null>().as('read_at');

export const listRules = (db: Db, rowsMax: number): Promise<RuleRow[]> =>
  db
    .selectFrom('alert_rule')
    .select([...columns, readAt])
    .orderBy('id')
    .limit(rowsMax)
    .execute();

export const findRule = (db: Db, id: string): Promise<RuleRow | undefined> =>
  db
    .selectFrom('alert_rule')
    .select([...columns, readAt])
    .where('id', '=', id)
    .executeTakeFirst();

/** Those of the first start, where they are not there yet; what was changed in them stays. */
export async function insertDefaultRules(db: Db, rules: readonly RuleWords[]): Promise<void> {
  await db
    .insertInto('alert_rule')
    .values(rules.map((rule) => ({ ...valuesOf(rule), builtin: true })))
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}

/** Adds or replaces; its figures are unknown until the next look. */
export async function saveRule(db: Db, rule: RuleWords): Promise<void> {
  const { id: _, ...changed } = valuesOf(rule);
  await db
    .insertInto('alert_rule')
    .values(valuesOf(rule))
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet({ ...changed, reading: null, read_at: null, changed_at: sql<Date>`clock_timestamp()` }),
    )
    .execute();
}

/** False when there is none, or it is one of the first start. */
export async function deleteRule(db: Db, id: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('alert_rule')
    .where('id', '=', id)
    .where('builtin', '=', false)
    .executeTakeFirst();
  return numDeletedRows === 1n;
}

export async function countRules(db: Db): Promise<number> {
  const { count } = await db
    .selectFrom('alert_rule')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** What was found at a look. */
export async function keepReadings(db: Db, readings: readonly { id: string; reading: object }[]): Promise<void> {
  if (readings.length === 0) return;
  await sql`
    update alert_rule r set reading = f.reading, read_at = clock_timestamp()
    from json_to_recordset(${JSON.stringify(readings)}::json) as f(id text, reading jsonb) where r.id = f.id`.execute(
    db,
  );
}

const valuesOf = ({ id, enabled, condition, terms }: RuleWords) => ({
  id,
  enabled,
  condition: JSON.stringify(condition),
  terms: JSON.stringify(terms),
});
