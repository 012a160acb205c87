// The sealer: complete behind its fence, one at a time, harmless when it dies, and awake to a database that is another or went back.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import {
  checkpointOfLine,
  checkpointToLine,
  isSignedBy,
  type SignedCheckpoint,
} from '../../src/core/log/checkpoint.ts';
import { ownKeys } from '../../src/services/log/checkpoint-keys.ts';
import { createSealer } from '../../src/services/log/run-sealer.ts';
import { sealLog, sealNow } from '../../src/services/log/seal-log.ts';
import { verifyLog } from '../../src/services/log/verify-log.ts';
import { settleEpoch } from '../../src/store/database/epoch.ts';
import { listCheckpoints } from '../../src/store/log/checkpoints.ts';
import { logStart, readSealable } from '../../src/store/log/log-places.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { until } from '../support/hiring-office.ts';
import { intake } from '../support/intakes.ts';

let service: TestContext;
let owner: pg.Client;
let folder: string;
const said: { level: string; message: string; fields: Record<string, unknown> }[] = [];
const say = (level: string) => (fields: Record<string, unknown>, message: string) =>
  void said.push({ level, message, fields });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock-seal-'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  said.length = 0;
  service = await createTestContext({ log: { info: say('info'), warn: say('warn'), error: say('error') } });
  owner = await client();
});
afterEach(async () => {
  await owner.end();
  await service[Symbol.asyncDispose]();
});

async function client(): Promise<pg.Client> {
  const one = new pg.Client({ connectionString: service.connectionString });
  one.on('error', () => {});
  await one.connect();
  return one;
}

let count = 0;
async function applicants(number: number): Promise<void> {
  count += 1;
  for (let at = 0; at < number; at += 1)
    await service.context.recorder().record(intake(`S${count}-${at}`, 'application.received'));
}

const all = (): Promise<SignedCheckpoint[]> => listCheckpoints(service.context.database.reports, 0, 1_000);
const verdict = () => verifyLog(service.context.database.reports, service.context.vault);

/** Whoever else works on this PostgreSQL may hold the fence for a moment. */
async function sealed(rows: number): Promise<SignedCheckpoint> {
  await until(async () => {
    await sealNow(service.context);
    return (await all()).at(-1)?.total === rows;
  });
  return (await all()).at(-1) as SignedCheckpoint;
}

/** As somebody who may do everything would. */
async function tamper(statement: string): Promise<void> {
  await owner.query('set session_replication_role = replica');
  await owner.query(statement);
  await owner.query('set session_replication_role = origin');
}

test('seals what was recorded, and nothing twice', async () => {
  await applicants(3);
  const first = await sealed(3);
  expect(await sealNow(service.context)).toBeNull();
  await applicants(2);
  const second = await sealed(5);
  expect(second.n).toBe((await all()).length);
  expect(first.epoch).toBe(1);
  const keys = await ownKeys(service.context.database.reports, service.context.vault);
  expect([...keys.keys()]).toEqual([first.key]);
  for (const one of await all()) expect(isSignedBy(one, keys.get(one.key) as never)).toBe(true);
  expect(await verdict()).toEqual({
    kind: 'intact',
    subjects: 5,
    transitions: 5,
    checkpoints: second.n,
    unsealed: 0,
    anchors: 0,
  });
});

test('a transaction that stays open holds the fence back, and is warned of', async () => {
  await applicants(1);
  await sealed(1);
  const open = await client();
  await open.query('begin');
  await open.query('select pg_current_xact_id()');
  await applicants(2);
  expect(await sealNow(service.context)).toBeNull();
  await tamper(`update transition set recorded_at = clock_timestamp() - interval '61 s' where version = 1`);
  const sealer = createSealer(service.context, join(folder, 'fence.ndjson'));
  await sealer.once();
  await sealer.once();
  expect(said.filter((line) => line.message.includes('cannot be sealed'))).toHaveLength(1);
  const lag = await service.context.metrics.registry.getSingleMetric('interlock_seal_lag_seconds')?.get();
  expect(lag?.values[0]?.value).toBeGreaterThan(60);
  await open.query('commit');
  await open.end();
  await sealed(3);
});

test('waits until enough rows are there or one is old enough', async () => {
  await applicants(1);
  await until(
    async () => (await readSealable(service.context.database.engine as never, logStart, 10)).rows.length === 1,
  );
  await sealLog(service.context);
  expect(await all()).toEqual([]);
  await tamper(`update transition set recorded_at = recorded_at - ${limits.sealAgeMs} * interval '1 ms'`);
  await sealLog(service.context);
  expect(await all()).toHaveLength(1);
});

describe('one sealer at a time', () => {
  test('who does not get the lock does nothing', async () => {
    await applicants(1);
    await owner.query('begin');
    await owner.query('select pg_advisory_xact_lock(471100016)');
    expect(await sealNow(service.context)).toBeNull();
    await owner.query('rollback');
    await sealed(1);
  });

  test('two at once leave one chain of checkpoints', async () => {
    await using other = await createTestContext({ connectionString: service.connectionString });
    for (let round = 1; round <= 5; round += 1) {
      await applicants(2);
      await until(async () => {
        await Promise.all([sealNow(service.context), sealNow(other.context)]);
        return (await all()).at(-1)?.total === round * 2;
      });
    }
    expect(await verdict()).toMatchObject({ kind: 'intact', transitions: 10, unsealed: 0 });
  });
});

describe('a sealer that dies', () => {
  const dying = (place: string) => ({
    ...service.context,
    crashPoint(name: string) {
      if (name === place) throw new Error('killed');
    },
  });

  test('with the root computed leaves nothing behind', async () => {
    await applicants(1);
    await until(async () => {
      await expect(sealNow(dying('sealer.root_computed'))).rejects.toThrow('killed');
      return true;
    });
    expect(await all()).toEqual([]);
    expect((await sealed(1)).n).toBe(1);
    expect(await verdict()).toMatchObject({ kind: 'intact', checkpoints: 1 });
  });

  test('before the anchor was written has it written by the next', async () => {
    const file = join(folder, 'died', 'anchors.ndjson');
    await applicants(1);
    await until(async () => {
      await expect(sealNow(dying('sealer.committed'))).rejects.toThrow('killed');
      return true;
    });
    await createSealer(service.context, file).once();
    expect((await readFile(file, 'utf8')).trim().split('\n').map(checkpointOfLine)).toEqual(await all());
  });
});

describe('the file of anchors', () => {
  const linesIn = async (file: string) => (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');

  test('gets every checkpoint once, also over restarts and after a torn line', async () => {
    const file = join(folder, 'torn.ndjson');
    await applicants(1);
    await sealed(1);
    await createSealer(service.context, file).once();
    await applicants(1);
    const second = await sealed(2);
    const half = checkpointToLine(second).slice(0, 40);
    await writeFile(file, half, { flag: 'a' });
    const sealer = createSealer(service.context, file);
    await sealer.once();
    await sealer.once();
    expect(sealer.notices()).toEqual([]);
    expect(await linesIn(file)).toEqual([
      ...(await all()).slice(0, 1).map(checkpointToLine),
      half,
      checkpointToLine(second),
    ]);
  });

  test('that cannot be written does not keep the log from being sealed', async () => {
    await applicants(1);
    await tamper(`update transition set recorded_at = recorded_at - interval '1 minute'`);
    const sealer = createSealer(service.context, join(folder, 'torn.ndjson', 'below-a-file'));
    await until(async () => {
      await expect(sealer.once()).rejects.toThrow();
      return (await all()).length === 1;
    });
  });

  test('shows that the database went back: told once in the audit log, and to people', async () => {
    const file = join(folder, 'back.ndjson');
    for (const rows of [1, 2, 3]) {
      await applicants(1);
      await sealed(rows);
    }
    await createSealer(service.context, file).once();
    const lost = (await all()).slice(1);
    await tamper(`delete from transition where xid >= (select fence from checkpoint where n = 1);
      delete from subject where id not in (select subject_id from transition);
      delete from event where id not in (select event_id from transition);
      delete from checkpoint where n > 1;`);
    for (const round of [1, 2]) {
      const sealer = createSealer(service.context, file);
      await sealer.once();
      expect(sealer.notices(), `start ${round}`).toEqual([
        expect.stringMatching(/^The database went back: checkpoints 2 to 3/),
      ]);
    }
    expect(said.filter((line) => line.fields.code === 'epoch_mismatch')).toHaveLength(2);
    const { rows } = await owner.query(`select action, detail from audit where object_kind = 'checkpoint'`);
    expect(rows).toEqual([
      {
        action: 'database.epoch_mismatch',
        detail: { lost: 2, lastRoot: lost[1]?.root, lastSealedAt: lost[1]?.sealedAt },
      },
    ]);
    await applicants(1);
    await sealed(2);
    const sealer = createSealer(service.context, file);
    await sealer.once();
    expect((await linesIn(file)).map((line) => checkpointOfLine(line)?.n)).toEqual([1, 2, 3, 2]);
    const anchors = (await linesIn(file)).map((line) => checkpointOfLine(line) as SignedCheckpoint);
    const { reports } = service.context.database;
    expect(await verifyLog(reports, service.context.vault, { anchors })).toEqual({
      kind: 'broken',
      found: { kind: 'checkpoint', n: 2, fault: 'anchor_differs' },
    });
  });
});

describe('another database cluster', () => {
  const cameFromElsewhere = `update checkpoint set system_identifier = '1'`;

  test('begins a new epoch, so that smaller transaction ids are sealed after larger ones', async () => {
    await applicants(2);
    await sealed(2);
    expect(await settleEpoch(service.connectionString)).toBeNull();
    // As after restoring a dump: rows of a busy server, one of them not sealed yet, on a fresh one.
    await applicants(1);
    await tamper(`update transition set xid = (xid::text::bigint + 5000000000)::text::xid8;
      update checkpoint set fence = (fence::text::bigint + 5000000000)::text::xid8`);
    await applicants(1);
    expect(await sealNow(service.context)).toBeNull();
    await tamper(`delete from transition where xid < '5000000000'`);
    expect(await settleEpoch(service.connectionString)).toBe(2);
    expect(await settleEpoch(service.connectionString)).toBeNull();
    await applicants(2);
    expect(await sealed(5)).toMatchObject({ epoch: 2, n: (await all()).length });
  });

  test('is noticed at the start, and put on record with the first checkpoint there', async () => {
    await applicants(1);
    await sealed(1);
    await tamper(cameFromElsewhere);
    expect(await settleEpoch(service.connectionString)).toBe(2);
    const sealer = createSealer(service.context, join(folder, 'elsewhere.ndjson'));
    await sealer.once();
    expect(sealer.notices()).toEqual([expect.stringContaining('another database cluster')]);
    await applicants(1);
    const first = await sealed(2);
    expect(first.epoch).toBe(2);
    const { rows } = await owner.query(`select action, object_id, detail from audit where object_kind = 'checkpoint'`);
    expect(rows).toEqual([
      {
        action: 'database.changed',
        object_id: String(first.n),
        detail: {
          was: { epoch: 1, systemIdentifier: '1', timeline: first.timeline },
          is: { epoch: 2, systemIdentifier: first.systemIdentifier, timeline: first.timeline },
        },
      },
    ]);
  });
});

test('one transaction is never split between checkpoints, however many rows it has', async () => {
  const { recorder } = service.context;
  await Promise.all([1, 2, 3, 4, 5].map((at) => recorder().record(intake(`Big-${at}`, 'application.received'))));
  await applicants(12);
  // Whoever else works on this PostgreSQL may hold the fence for a moment; what is before it stays before it.
  const sealable = async () => (await readSealable(service.context.database.engine as never, logStart, 1_000)).rows;
  await until(async () => (await sealable()).length === 17);
  await service.context.database.engine.transaction().execute(async (tx) => {
    const { rows: groups } = await readSealable(tx, logStart, 1_000);
    expect(groups).toHaveLength(17);
    for (const rowsMax of [1, 2, 3]) {
      const parts: string[][] = [];
      for (let after = logStart; ; ) {
        const { rows, fence } = await readSealable(tx, after, rowsMax);
        if (rows.length === 0) break;
        parts.push(rows.map((row) => row.xid));
        after = fence;
      }
      expect(parts.flat()).toEqual(groups.map((row) => row.xid));
      expect(parts.length).toBeGreaterThan(1);
      for (const [at, part] of parts.entries()) expect(part.at(-1)).not.toBe(parts[at + 1]?.[0]);
    }
  });
});
