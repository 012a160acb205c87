// Writes many rows of one table with one statement and one parameter, so that a batch costs one round trip per table.
import { CompiledQuery, type RawBuilder, sql } from 'kysely';
import type { Db, Tables } from './database.ts';

type Cell = string | number | boolean | null | Date | Buffer | object | undefined;
type Row = Record<string, Cell>;

/** Inserts `rows` (same columns in each). `onConflict` is the clause after `on conflict`, such as `do nothing`. Returns rows written. */
export async function insertRows(
  db: Db,
  table: keyof Tables,
  rows: readonly Row[],
  onConflict?: string,
): Promise<number> {
  const first = rows[0];
  if (!first) return 0;
  const statement = statementFor(db, table, Object.keys(first), onConflict);
  const result = await db.executeQuery(CompiledQuery.raw(statement, [encode(rows)]));
  return Number(result.numAffectedRows ?? 0);
}

/** Put together once for each table and its columns: doing it for every batch made a seventh of all garbage. */
function statementFor(db: Db, table: keyof Tables, columns: readonly string[], onConflict = ''): string {
  const key = [table, onConflict, ...columns].join('\n');
  const known = statements.get(key);
  if (known !== undefined) return known;
  const { sql: text } = sql`
    insert into ${sql.table(table)} (${columnList(columns)})
    select ${columnList(columns)} from ${recordset(table, [])}
    ${sql.raw(onConflict && `on conflict ${onConflict}`)}`.compile(db);
  statements.set(key, text);
  return text;
}

const statements = new Map<string, string>();

/** `json_populate_recordset(null::table, …)`: rows as the table's own type, from one JSON parameter. */
export function recordset(table: keyof Tables, rows: readonly Row[]): RawBuilder<unknown> {
  return sql`json_populate_recordset(null::${sql.table(table)}, ${encode(rows)}::json)`;
}

const columnList = (columns: readonly string[]): RawBuilder<unknown> =>
  sql.join(columns.map((column) => sql.ref(column)));

const encode = (rows: readonly Row[]): string => JSON.stringify(rows.map(asJson));

/** A loop, not chains of arrays: every row of every batch comes through here. */
function asJson(row: Row): Row {
  const encoded: Row = {};
  for (const column in row) {
    const cell = row[column];
    encoded[column] = Buffer.isBuffer(cell) ? `\\x${cell.toString('hex')}` : cell;
  }
  return encoded;
}
