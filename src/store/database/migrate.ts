// Brings a database to this version's schema: numbered SQL files, forward only, each in a transaction under an advisory lock.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Kysely,
  type Migration,
  type MigrationInfo,
  type MigrationProvider,
  Migrator,
  PostgresDialect,
  sql,
} from 'kysely';
import type { CrashPoint } from '../../core/crash-points.ts';
import { projectFolder } from '../../project-folder.ts';
import type { Db } from './database.ts';
import { createPool } from './pool.ts';

/** What a look at the schema may take, and what migrating a large database may, ms a statement. */
const lookMs = 5_000;
const migrateMs = 600_000;

/** Applies what is missing. Rejects, naming the migration, when one fails or when the database is newer than this code. */
export async function migrate(connectionString: string, crashPoint?: CrashPoint): Promise<{ applied: string[] }> {
  // As at most starts; and an answer that the network swallows is not waited for as long as a migration may take.
  if ((await pendingMigrations(connectionString)).length === 0) return { applied: [] };
  const db = openForMigration(connectionString, migrateMs);
  try {
    const { error, results } = await migrator(db, crashPoint).migrateToLatest();
    if (error) {
      const failed = results?.find((result) => result.status === 'Error')?.migrationName;
      throw new Error(explain(error, failed), { cause: error });
    }
    return { applied: (results ?? []).map((result) => result.migrationName) };
  } finally {
    await db.destroy();
  }
}

/** Names of migrations this code has and the database lacks; rejects when the database is newer. */
export async function pendingMigrations(connectionString: string): Promise<string[]> {
  const db = openForMigration(connectionString, lookMs);
  try {
    const { known, executed } = await readMigrations(db);
    const newer = executed.find((name) => !known.some((one) => one.name === name));
    if (newer) throw new Error(newerDatabase(newer));
    return known.filter((one) => one.executedAt === undefined).map((one) => one.name);
  } finally {
    await db.destroy();
  }
}

async function readMigrations(db: Kysely<unknown>): Promise<{ known: readonly MigrationInfo[]; executed: string[] }> {
  try {
    return { known: await migrator(db).getMigrations(), executed: await executedMigrations(db) };
  } catch (error) {
    throw new Error(`The schema of the database could not be read: ${(error as Error).message}`, { cause: error });
  }
}

/** The migrator's own list leaves out what it has no file for. */
async function executedMigrations(db: Kysely<unknown>): Promise<string[]> {
  const exists = await sql<{ found: boolean }>`select to_regclass('kysely_migration') is not null as found`.execute(db);
  if (!exists.rows[0]?.found) return [];
  return (await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)).rows.map(
    (row) => row.name,
  );
}

/** Migrations that the connected database lacks, and those it has from a newer version: both empty when code and schema fit. */
export async function schemaDifference(db: Db): Promise<{ missing: string[]; newer: string[] }> {
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
  const applied = new Set(rows.map((row) => row.name));
  const known = (await migrationFiles()).map((file) => file.replace(/\.sql$/, ''));
  return {
    missing: known.filter((name) => !applied.has(name)),
    newer: [...applied].filter((name) => !known.includes(name)),
  };
}

function openForMigration(connectionString: string, statementMs: number): Kysely<unknown> {
  const pool = createPool({
    connectionString,
    name: 'migrate',
    max: 2,
    connectMs: 10_000,
    statementMs,
    lockMs: 30_000,
    idleInTransactionMs: statementMs,
  });
  return new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
}

const migrator = (db: Kysely<unknown>, crashPoint?: CrashPoint): Migrator =>
  new Migrator({ db, provider: sqlFiles(join(projectFolder, 'migrations'), crashPoint) });

const migrationFiles = async (): Promise<string[]> =>
  (await readdir(join(projectFolder, 'migrations'))).filter((file) => /^\d{4}_.*\.sql$/.test(file)).sort();

function sqlFiles(folder: string, crashPoint?: CrashPoint): MigrationProvider {
  return {
    async getMigrations() {
      const files = await migrationFiles();
      const migrations: Record<string, Migration> = {};
      for (const file of files) {
        const text = await readFile(join(folder, file), 'utf8');
        migrations[file.replace(/\.sql$/, '')] = { up: (db) => carryOut(db, text, crashPoint) };
      }
      return migrations;
    },
  };
}

async function carryOut(db: Kysely<unknown>, statements: string, crashPoint?: CrashPoint): Promise<void> {
  const done = sql.raw(statements).execute(db);
  if (crashPoint) {
    // The server has begun by then: between any two of the statements, for those of a file travel together.
    await Promise.race([done, sleep(3)]);
    crashPoint('migration.file_under_way');
  }
  await done;
  crashPoint?.('migration.file_applied');
}

function explain(error: unknown, failed: string | undefined): string {
  const text = error instanceof Error ? error.message : String(error);
  if (failed) return `Migration ${failed} failed and was rolled back: ${text}`;
  const newer = /previously executed migration (\S+) is missing/.exec(text)?.[1];
  return newer ? newerDatabase(newer) : `Migrating failed: ${text}`;
}

const newerDatabase = (migration: string): string =>
  `The database was migrated by a newer Interlock: this one has no migration ${migration}. Start that version, or restore a backup from before it.`;
