// The log on the command line: verified in the database, exported, and verified again by somebody who has no database.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sealNow } from '../../src/services/log/seal-log.ts';
import { commandLine, type Interlock, onDatabase } from '../support/command-line.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { until } from '../support/hiring-office.ts';
import { intake } from '../support/intakes.ts';

const secret = 'Canary-Quokka';
let service: TestContext;
let interlock: Interlock;
/** Somebody else, elsewhere: no database, no master key. */
const auditor = commandLine({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' });
let folder: string;
const file = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock-audit-'));
  service = await createTestContext();
  interlock = onDatabase(service.connectionString);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function applicant(ref: string): Promise<string> {
  const recorder = service.context.recorder();
  await recorder.record(intake(ref, 'application.received', { data: { 'candidate.lastName': secret } }));
  for (const type of ['triage.started', 'screening.invited']) await recorder.record(intake(ref, type));
  const row = await service.context.database.reports
    .selectFrom('subject_ref')
    .select('subject_id')
    .where('external_id', '=', ref)
    .executeTakeFirstOrThrow();
  return row.subject_id;
}

/** All of it: transactions elsewhere in the cluster, of other tests, put off what came after they began. */
async function seal(): Promise<void> {
  const db = service.context.database.reports;
  await until(async () => {
    await sealNow(service.context);
    const sealed = await db
      .selectFrom('checkpoint')
      .select((all) => all.fn.max('total').as('total'))
      .executeTakeFirst();
    const recorded = await db
      .selectFrom('transition')
      .select((all) => all.fn.countAll().as('all'))
      .executeTakeFirst();
    return Number(sealed?.total ?? 0) === Number(recorded?.all);
  }, 30_000);
}

/** As somebody would who owns the database server; what is done is undone at the end. */
async function tampered(statement: string, values: unknown[], look: () => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: service.connectionString });
  await client.connect();
  await client.query('set session_replication_role = replica');
  await client.query('create table kept as select * from transition');
  await client.query(statement, values);
  await look();
  await client.query('delete from transition');
  await client.query('insert into transition select * from kept');
  await client.query('drop table kept');
  await client.end();
}

async function verdict(by: Interlock, ...more: string[]) {
  const ran = await by('audit', 'verify', '--json', ...more);
  const { seconds: _, unreadableAnchors: __, ...said } = JSON.parse(ran.stdout);
  return { exitCode: ran.exitCode, ...said };
}

test('there is no key before there is a checkpoint', async () => {
  expect(await interlock('audit', 'key')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('made with the first checkpoint'),
  });
  expect((await interlock('audit', 'checkpoints')).stdout).toBe('There are none after that.\n');
});

describe('once there is a log', () => {
  let good: string;
  let bad: string;

  beforeAll(async () => {
    good = await applicant('V1');
    bad = await applicant('V2');
    await seal();
    await writeFile(file('anchors.ndjson'), (await interlock('audit', 'checkpoints', '--lines')).stdout);
    await writeFile(file('key.pem'), (await interlock('audit', 'key')).stdout);
    await interlock('audit', 'export', file('log.ndjson'));
  });

  const outside = () => ['--export', file('log.ndjson'), '--anchor', file('anchors.ndjson'), '--key', file('key.pem')];

  test('it is intact as it was written, here and elsewhere', async () => {
    const lines = (await readFile(file('anchors.ndjson'), 'utf8')).trim().split('\n').length;
    const intact = { exitCode: 0, kind: 'intact', subjects: 2, transitions: 6, checkpoints: lines, unsealed: 0 };
    expect(await verdict(interlock)).toEqual({ ...intact, anchors: 0 });
    expect(await verdict(interlock, '--anchor', file('anchors.ndjson'))).toEqual({ ...intact, anchors: lines });
    expect(await verdict(auditor, ...outside())).toEqual({ ...intact, anchors: lines });
    expect((await interlock('audit', 'verify')).stdout).toMatch(
      /^The log is intact: 6 transitions of 2 subjects, every hash as it was\. \d checkpoints seal all but 0 of them\.\n$/,
    );
  });

  test('an export holds nothing personal, is not overwritten, and needs a key to be believed', async () => {
    expect(await readFile(file('log.ndjson'), 'utf8')).not.toContain(secret);
    expect(await interlock('audit', 'export', file('log.ndjson'))).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('EEXIST'),
    });
    expect((await auditor('audit', 'verify', '--export', file('log.ndjson'))).exitCode).toBe(2);
    expect(await auditor('audit', 'verify', '--export', file('none'), '--key', file('key.pem'))).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('no such file'),
    });
  });

  test('the first row that is not what it was is named', async () => {
    const row = (subject: string, version: number, fault: string) => ({
      exitCode: 1,
      kind: 'broken',
      found: { kind: 'row', subject, version, fault },
    });
    const earlier = `update transition set occurred_at = occurred_at - interval '1 day' where subject_id = $1 and version = 2`;
    await tampered(earlier, [bad], async () => {
      expect(await verdict(interlock)).toEqual(row(bad, 2, 'changed'));
      expect((await interlock('audit', 'verify')).stdout).toContain(`The row of version 2 of ${bad} was changed`);
    });
    await tampered('delete from transition where subject_id = $1 and version = 2', [bad], async () =>
      expect(await verdict(interlock)).toEqual(row(bad, 2, 'missing')),
    );
    await tampered('delete from transition where subject_id = $1 and version = 3', [good], async () =>
      expect(await verdict(interlock)).toEqual(row(good, 3, 'end_cut_off')),
    );
    expect((await verdict(interlock)).kind).toBe('intact');
  });

  test('an export that was changed or cut is not intact', async () => {
    const lines = (await readFile(file('log.ndjson'), 'utf8')).split('\n');
    const as = async (changed: string[]) => {
      await writeFile(file('changed.ndjson'), changed.join('\n'));
      const [, , ...others] = outside();
      return (await verdict(auditor, '--export', file('changed.ndjson'), ...others)).found;
    };
    expect(await as(lines.slice(0, -3))).toMatchObject({ kind: 'export', fault: 'incomplete' });
    expect(await as(lines.map((line) => line.replace('triage.started', 'triage.stopped')))).toMatchObject({
      kind: expect.stringMatching(/row|machine/),
    });
    expect(await as(['{"kind":"other"}', ...lines])).toEqual({ kind: 'export', line: 1, fault: 'unreadable' });
    const unsealed = lines.filter((line) => !line.includes('"kind":"checkpoint"'));
    expect(await as(unsealed.map((line) => line.replace(/"checkpoints":\d+/, '"checkpoints":0')))).toEqual({
      kind: 'checkpoint',
      n: 1,
      fault: 'anchor_missing',
    });
  });

  test('another key than the installation’s is not believed', async () => {
    const { generateKeyPairSync } = await import('node:crypto');
    const other = generateKeyPairSync('ed25519').publicKey.export({ format: 'pem', type: 'spki' });
    await writeFile(file('other.pem'), other);
    expect((await verdict(interlock, '--key', file('other.pem'))).found).toEqual({
      kind: 'checkpoint',
      n: 1,
      fault: 'key_unknown',
    });
  });
});
