// Migrating: once, whole or not at all, never backwards; and what the rules in the database refuse even to its owner.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { projectFolder } from '../../src/project-folder.ts';
import { seededRandom } from '../../src/sandbox/kernel/random.ts';
import { dumpSchema } from '../../src/store/database/dump-schema.ts';
import { migrate, pendingMigrations } from '../../src/store/database/migrate.ts';
import { startProxy } from '../faults/rig/proxy.ts';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const files = (await readdir(join(projectFolder, 'migrations'))).filter((file) => /^\d{4}_.*\.sql$/.test(file)).sort();
const names = files.map((file) => file.replace(/\.sql$/, ''));

async function withClient<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const tablesOf = (client: pg.Client): Promise<string[]> =>
  client
    .query<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%' order by 1`,
    )
    .then(({ rows }) => rows.map((row) => row.name));

describe('a new database', () => {
  test('is brought up to date by one of twenty that try at once; the others find nothing to do', async () => {
    await using database = await createEmptyDatabase();
    expect(await pendingMigrations(database.connectionString)).toEqual(names);
    const answers = await Promise.all(Array.from({ length: 20 }, () => migrate(database.connectionString)));
    expect(answers.filter((answer) => answer.applied.length > 0)).toEqual([{ applied: names }]);
    expect(await pendingMigrations(database.connectionString)).toEqual([]);
    expect(await migrate(database.connectionString)).toEqual({ applied: [] });
  });
});

test('a start that has nothing to migrate does not wait for an answer that was swallowed', {
  timeout: 30_000,
}, async () => {
  const database = await createTestDatabase();
  const through = new URL(database.connectionString);
  const port = Number(through.port);
  await using proxy = await startProxy(() => port, seededRandom(1));
  through.hostname = '127.0.0.1';
  through.port = String(proxy.port);
  await withClient(database.connectionString, async (watcher) => {
    proxy.set({ kind: 'delay', minMs: 100, maxMs: 100 });
    const refused = expect(migrate(through.href)).rejects.toThrow(
      'The schema of the database could not be read: Query read timeout',
    );
    const look = `select from pg_stat_activity where datname = current_database() and application_name = 'interlock-migrate'`;
    await vi.waitUntil(async () => (await watcher.query(look)).rowCount !== 0, { timeout: 10_000, interval: 10 });
    proxy.set({ kind: 'black_hole' });
    await refused;
    proxy.heal();
    expect(await migrate(through.href)).toEqual({ applied: [] });
  });
  await database.drop();
});

describe('a migration that fails', () => {
  test('names itself, and nothing of it or of those before it stays', async () => {
    await using database = await createEmptyDatabase();
    await withClient(database.connectionString, async (client) => {
      await client.query('create table audit (somebody_elses int)');
      await expect(migrate(database.connectionString)).rejects.toThrow(
        'Migration 0004_governance_and_access failed and was rolled back: relation "audit" already exists',
      );
      expect(await tablesOf(client)).toEqual(['audit']);
      expect(await pendingMigrations(database.connectionString)).toEqual(names);
      await client.query('drop table audit');
    });
    expect(await migrate(database.connectionString)).toEqual({ applied: names });
  });

  test('cut off in the middle leaves nothing, and the next one does all of it', async () => {
    await using database = await createEmptyDatabase();
    await withClient(database.connectionString, async (other) => {
      // Its name is taken by an open transaction, so the migration stops in the middle and waits.
      await other.query('begin');
      await other.query('create table audit (somebody_elses int)');
      await withClient(database.connectionString, async (watcher) => {
        const cutOff = expect(migrate(database.connectionString)).rejects.toThrow(
          /^Migrati(on 0004\S+ failed and was rolled back|ng failed): /,
        );
        await vi.waitUntil(async () => {
          const { rowCount } = await watcher.query(
            `select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and application_name = 'interlock-migrate' and wait_event_type = 'Lock'`,
          );
          return rowCount !== 0;
        });
        await cutOff;
      });
      await other.query('rollback');
      expect(await tablesOf(other)).toEqual([]);
    });
    expect(await migrate(database.connectionString)).toEqual({ applied: names });
  });

  test('and was mended gives the same schema as one that never failed', async () => {
    await using mended = await createEmptyDatabase();
    await using straight = await createTestDatabase();
    await withClient(mended.connectionString, (client) => client.query('create table lane (somebody_elses int)'));
    await expect(migrate(mended.connectionString)).rejects.toThrow('Migration 0003_writebacks failed');
    await withClient(mended.connectionString, (client) => client.query('drop table lane'));
    await migrate(mended.connectionString);
    expect(await dumpSchema(mended.connectionString)).toBe(await dumpSchema(straight.connectionString));
  });
});

test('a database that a newer version migrated is refused, with what to do', async () => {
  await using database = await createTestDatabase();
  await withClient(database.connectionString, (client) =>
    client.query(
      `insert into kysely_migration (name, timestamp) values ('9999_from_the_future', '2099-01-01T00:00:00.000Z')`,
    ),
  );
  const message =
    'The database was migrated by a newer Interlock: this one has no migration 9999_from_the_future. Start that version, or restore a backup from before it.';
  await expect(migrate(database.connectionString)).rejects.toThrow(message);
  await expect(pendingMigrations(database.connectionString)).rejects.toThrow(message);
});

test('migrations are numbered without a gap', () => {
  expect(files.map((file) => Number(file.slice(0, 4)))).toEqual(files.map((_, index) => index + 1));
});

describe('the rules in the database hold for its owner too', () => {
  let database: TestDatabase;
  let owner: pg.Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    owner = new pg.Client({ connectionString: database.connectionString });
    owner.on('error', () => {});
    await owner.connect();
    await owner.query(oneOfEach);
  });

  afterAll(async () => {
    await owner.end();
    await database.drop();
  });

  const appendOnly = [
    'approval',
    'attempt',
    'audit',
    'checkpoint',
    'checkpoint_key',
    'dictionary_version',
    'echo',
    'proposal',
    'transition',
  ];
  const neverDeleted = [
    'client',
    'connection',
    'event',
    'incident',
    'lane',
    'machine_version',
    'person',
    'subject',
    'subject_ref',
    'writeback',
  ];

  test('she is the owner, and nothing but the rules is in her way', async () => {
    const { rows } = await owner.query(`select rolsuper from pg_roles where rolname = current_user`);
    expect(rows).toEqual([{ rolsuper: true }]);
  });

  test.each(appendOnly)('%s is append-only', async (table) => {
    const { rows } = await owner.query<{ column: string }>(
      `select column_name as column from information_schema.columns where table_name = $1 and is_identity = 'NO' limit 1`,
      [table],
    );
    const refusal = (operation: string): string => `${table} is append-only: ${operation} refused`;
    await expect(owner.query(`update ${table} set ${rows[0]?.column} = ${rows[0]?.column}`)).rejects.toThrow(
      refusal('UPDATE'),
    );
    await expect(owner.query(`delete from ${table}`)).rejects.toThrow(refusal('DELETE'));
    await expect(owner.query(`truncate ${table} cascade`)).rejects.toThrow('refused');
    expect((await owner.query(`select from ${table}`)).rowCount).toBe(1);
  });

  test.each(neverDeleted)('rows of %s stay', async (table) => {
    await expect(owner.query(`delete from ${table}`)).rejects.toThrow(`${table} is append-only: DELETE refused`);
    await expect(owner.query(`truncate ${table} cascade`)).rejects.toThrow('refused');
    expect((await owner.query(`select from ${table}`)).rowCount).toBe(1);
  });

  test.each<[what: string, statement: string, refusal: string]>([
    ['an event keeps what was said', `update event set claim_kind = 'raw'`, 'event evt_1 cannot be rewritten'],
    [
      'an event is settled once',
      `update event set disposition = 'refused', transition_version = null`,
      'event evt_1 is already applied',
    ],
    [
      'a payload is not replaced',
      `update event set payload_ct = '\\x02'`,
      'the payload of event evt_1 cannot be replaced',
    ],
    [
      'a confirmed writeback stays so',
      `update writeback set status = 'dead', reason = 'x'`,
      'writeback wrb_1 is already confirmed',
    ],
    [
      'a subject does not go back',
      `update subject set version = 1`,
      'subject sub_1 cannot go back from version 2 to 1',
    ],
    [
      'a released machine is frozen',
      `update machine_version set definition = '{"id": "other"}'`,
      'application v1 is released and frozen',
    ],
    [
      'an open incident has no twin',
      `insert into incident (id, kind, key, owner) values ('inc_2', 'divergence', 'k', 'o')`,
      'incident_open',
    ],
  ])('%s', async (_, statement, refusal) => {
    await expect(owner.query(statement)).rejects.toThrow(refusal);
  });

  test('erasure may empty a payload, and a diagram may be laid out', async () => {
    expect((await owner.query(`update event set payload_ct = null`)).rowCount).toBe(1);
    expect((await owner.query(`update machine_version set layout = '{}'`)).rowCount).toBe(1);
  });
});

const oneOfEach = `
  insert into connection (id, adapter, kind) values ('ats', 'greenhouse', 'ats');
  insert into person (id, data_key, commit_key, master_key_id) values ('per_1', '\\x01', '\\x01', 'm');
  insert into subject (id, machine, machine_version, state, version, chain_head, person_id, state_since)
    values ('sub_1', 'application', 1, 's', 2, '\\x00', 'per_1', now());
  insert into subject_ref (system, machine, external_id, subject_id) values ('ats', 'application', '1', 'sub_1');
  insert into event (id, source, external_id, fingerprint, machine, claim_kind, claim, by_kind, person_id, payload_ct, occurred_at, received_at,
    disposition, transition_version, settled_at)
    values ('evt_1', 'connection:ats', '1', 'f', 'application', 'event', 't', 'ats', 'per_1', '\\x01', now(), now(), 'applied', 1, now());
  insert into transition (subject_id, version, event_id, type, from_state, to_state, machine, machine_version, machine_hash, source, by_kind,
    occurred_at, recorded_at, payload_commit, prev_hash, hash)
    values ('sub_1', 1, 'evt_1', 't', 'a', 'b', 'application', 1, 'h', 's', 'ats', now(), now(), '\\x00', '\\x00', '\\x00');
  insert into lane (subject_id, connection_id, next_seq) values ('sub_1', 'ats', 1);
  insert into writeback (id, subject_id, connection_id, lane_seq, subject_version, machine, machine_version, event_type, from_state, target_state,
    cause, status, occurred_at, created_at, settled_at)
    values ('wrb_1', 'sub_1', 'ats', 1, 1, 'application', 1, 't', 'a', 'b', 'transition', 'confirmed', now(), now(), now());
  insert into attempt (writeback_id, attempt, outcome, mode, dispatched_at) values ('wrb_1', 1, 'confirmed', 'apply', now());
  insert into echo (writeback_id, event_id, value) values ('wrb_1', 'evt_1', 'b');
  insert into incident (id, kind, key, owner) values ('inc_1', 'divergence', 'k', 'o');
  insert into machine_version (machine, version, hash, definition) values ('application', 1, 'h', '{}');
  insert into dictionary_version (version, hash, document) values (1, 'h', '{}');
  insert into account (id, name) values ('acc_1', 'n');
  insert into client (id, name, kind, scopes, secret_hash_current) values ('cli_1', 'n', 'ats', '{}', 'h');
  insert into checkpoint_key (id, public_key, private_key_ct) values ('k', '\\x00', '\\x00');
  insert into approval (id, kind, name, version, hash, role, account_id, decision, required, display_name, signer, key_id, signature)
    values ('apr_1', 'machine', 'application', 1, 'h', 'ta', 'acc_1', 'approved', '{ta,it}', 'n', 's', 'k', '\\x00');
  insert into checkpoint (n, epoch, fence, count, total, root, prev, system_identifier, timeline, key_id, signature, sealed_at)
    values (1, 1, '1', 1, 1, '\\x00', '\\x00', '1', 1, 'k', '\\x00', now());
  insert into proposal (machine, version, hash, definition, note, proposer_kind, proposer_id) values ('application', 9, 'h', '{}', 'n', 'cli', 'c');
  insert into audit (actor_kind, actor_id, action, object_kind, object_id) values ('system', 's', 'a', 'o', '1');
`;
