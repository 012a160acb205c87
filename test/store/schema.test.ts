// migrations/schema.sql and the table types of the query builder say what the database really has.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectFolder } from '../../src/project-folder.ts';
import { dumpSchema } from '../../src/store/database/dump-schema.ts';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.connectionString });
  client.on('error', () => {});
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

const committed = (): string => readFileSync(join(projectFolder, 'migrations', 'schema.sql'), 'utf8');

describe('migrations/schema.sql', () => {
  test('is what the migrations add up to', async () => {
    expect(committed(), 'migrations/schema.sql is stale. Make it again: npm run interlock -- schema dump').toBe(
      await dumpSchema(database.connectionString),
    );
  });

  test('can be loaded, and gives the same again', async () => {
    await using copy = await createEmptyDatabase();
    await run(copy, committed());
    expect(await dumpSchema(copy.connectionString)).toBe(committed());
  });

  test.each([
    ['a column', 'alter table lane add column seen int'],
    ['a default', `alter table lane alter column next_seq set default 1`],
    ['a missing "not null"', 'alter table lane alter column next_seq drop not null'],
    ['a rule', 'alter table lane add check (next_seq < 9)'],
    ['a missing rule', 'alter table writeback drop constraint writeback_status_check'],
    ['a missing index', 'drop index event_received'],
    ['a missing foreign key', 'alter table echo drop constraint echo_event_id_fkey'],
    ['a trigger turned off', 'alter table audit disable trigger audit_append_only'],
    ['a missing trigger', 'drop trigger audit_no_truncate on audit'],
    [
      'a function',
      `create or replace function refuse_change() returns trigger language plpgsql as 'begin return null; end'`,
    ],
    ['a grant', 'grant delete on transition to interlock_app'],
    ['a storage setting', 'alter table lane set (fillfactor = 90)'],
  ])('tells %s', async (_, change) => {
    await using changed = await createTestDatabase();
    await run(changed, change);
    expect(await dumpSchema(changed.connectionString)).not.toBe(committed());
  });

  async function run(where: TestDatabase, statements: string): Promise<void> {
    const other = new pg.Client({ connectionString: where.connectionString });
    await other.connect();
    await other.query(statements).finally(() => other.end());
  }
});

interface Column {
  name: string;
  nullable: boolean;
  /** Of the values read. */
  type: string;
}

describe('the types in src/store/schema', () => {
  const folder = join(projectFolder, 'src', 'store', 'schema');
  const interfaces = columnsByInterface(
    readdirSync(folder)
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join('\n'),
  );
  const tables = [
    ...readFileSync(join(folder, '..', 'database', 'database.ts'), 'utf8').matchAll(
      /^ {2}(\w+): (?:tables|access|reconcile|mapping|acts|alerts|views|files|waves)\.(\w+);$/gm,
    ),
  ].map(([, table, name]) => [table ?? '', interfaces.get(name ?? '') ?? []] as const);

  test('name the tables there are', async () => {
    const { rows } = await client.query<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%'`,
    );
    expect(tables.map(([table]) => table).sort()).toEqual(rows.map((row) => row.name).sort());
  });

  test.each(tables)('%s', async (table, columns) => {
    const { rows } = await client.query<{ name: string; nullable: boolean; type: string }>(
      `select column_name as name, is_nullable = 'YES' as nullable, udt_name as type from information_schema.columns
       where table_schema = 'public' and table_name = $1`,
      [table],
    );
    const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
    expect(columns.map(({ name, nullable }) => ({ name, nullable })).sort(byName)).toEqual(
      rows.map(({ name, nullable }) => ({ name, nullable })).sort(byName),
    );
    for (const column of columns) {
      const real = rows.find((row) => row.name === column.name)?.type ?? '';
      expect(column.type, `${table}.${column.name} is ${real} in the database`).toMatch(typesOf[real] ?? /$^/);
    }
  });

  test('are read whole: a column nobody declared and one nobody has are both found', () => {
    expect([
      ...columnsByInterface('export interface OneTable {\n  id: string;\n  gone: Timestamp | null;\n}\n').values(),
    ]).toEqual([
      [
        { name: 'id', nullable: false, type: 'string' },
        { name: 'gone', nullable: true, type: 'Timestamp' },
      ],
    ]);
    expect(tables.flatMap(([, columns]) => columns).length).toBeGreaterThan(150);
  });
});

/** How each database type may be spelled: literal unions are text, a 64-bit number is read as text. */
const typesOf: Record<string, RegExp> = {
  text: /^(Defaulted<)?(string|'|ColumnType<string,)/,
  int4: /^(Defaulted<|ColumnType<)?number/,
  int8: /^(Generated<|ColumnType<)?string/,
  xid8: /^(Generated<)?string/,
  float8: /^number/,
  bool: /^(Defaulted<)?boolean/,
  bytea: /^Buffer/,
  jsonb: /^(Document|ColumnType<)/,
  json: /^ColumnType</,
  timestamptz: /^(Defaulted)?Timestamp/,
  _text: /^(Defaulted<)?string\[\]/,
  _int4: /^number\[\]/,
};

function columnsByInterface(text: string): Map<string, Column[]> {
  const found = new Map<string, Column[]>();
  for (const [, name, body] of text.matchAll(/^export interface (\w+Table) \{\n(.*?)^\}/gms)) {
    const columns = [...(body ?? '').matchAll(/^ {2}(\w+): (.+);$/gm)].map(([, column, type]) => ({
      name: column ?? '',
      nullable: / \| null$/.test(type ?? ''),
      type: (type ?? '').replace(/ \| null$/, ''),
    }));
    found.set(name ?? '', columns);
  }
  return found;
}
