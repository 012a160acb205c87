// Writes many rows of one table with one statement and one parameter, so that a batch costs one round trip per table.
import { CompiledQuery, type RawBuilder, sql } from 'kysely';
import type { Db, Tables } from './database.ts';
import { fragment } from './statement.ts';

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
  const text = insertion(table, Object.keys(first), onConflict);
  const result = await db.executeQuery(CompiledQuery.raw(text, [encode(rows)]));
  return Number(result.numAffectedRows ?? 0);
}

const insertions = new Map<string, string>();

/** Put together once for each table and its columns: every batch writes to most of them. */
function insertion(table: string, columns: readonly string[], onConflict = ''): string {
  const key = `${table} ${columns.join(' ')} ${onConflict}`;
  const known = insertions.get(key);
  if (known !== undefined) return known;
  const list = columns.map((column) => `"${column}"`).join(', ');
  const text = `insert into "${table}" (${list}) select ${list} from json_populate_recordset(null::"${table}", $1::json)${
    onConflict === '' ? '' : ` on conflict ${onConflict}`
  }`;
  insertions.set(key, text);
  return text;
}

/** `json_populate_recordset(null::table, …)`: rows as the table's own type, from one JSON parameter. */
export function recordset(table: keyof Tables, rows: readonly Row[]): RawBuilder<unknown> {
  const json = encode(rows);
  return fragment(sql`json_populate_recordset(null::${sql.table(table)}, ${json}::json)`, json);
}

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
