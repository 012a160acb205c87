// Locks and slow queries of others: an event waits a little and is taken, or is refused in time, and reports starve nobody.
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { type Api, type ApiClient, openApi } from '../support/api.ts';

let api: Api;
let client: ApiClient;
let rival: pg.Client;
beforeAll(async () => {
  api = await openApi();
  client = await api.client('ats');
  rival = new pg.Client({ connectionString: api.service.connectionString });
  await rival.connect();
});
afterAll(async () => {
  await rival.end();
  await api[Symbol.asyncDispose]();
});

let serial = 0;
const post = (ref: string, type = 'application.received', id = `contention-${++serial}`) =>
  client.events({ id, type, subject: { system: 'ats', ref }, occurredAt: new Date().toISOString() });
const timed = async <T>(work: Promise<T>): Promise<[T, number]> => {
  const from = performance.now();
  return [await work, performance.now() - from];
};

describe('a row that somebody else has locked', () => {
  test('is waited for, by trying again', async () => {
    await post('locked');
    await rival.query('begin');
    await rival.query('select from subject for update');
    const posting = timed(post('locked', 'triage.started'));
    // Longer than one wait for a lock.
    await sleep(1_400);
    await rival.query('rollback');
    const [answer, ms] = await posting;
    expect(answer.status).toBe(201);
    expect(ms).toBeGreaterThan(1_000);
  });

  test('is the end of nobody in a deadlock', async () => {
    await post('deadlock-a');
    await post('deadlock-b');
    const { rows } = await rival.query(
      `select subject_id as id from subject_ref where external_id like 'deadlock-%' order by subject_id`,
    );
    await rival.query(`set deadlock_timeout = '100ms'`);
    await rival.query('begin');
    // Against the order that everybody else keeps.
    await rival.query('select from subject where id = $1 for update', [rows[1].id]);
    const posting = Promise.all([post('deadlock-a', 'triage.started'), post('deadlock-b', 'triage.started')]);
    await sleep(300);
    const grabbed = rival.query('select from subject where id = $1 for update', [rows[0].id]).then(
      () => 'locked',
      (error: { code?: string }) => error.code,
    );
    expect(['locked', '40P01']).toContain(await grabbed);
    await rival.query('rollback');
    expect((await posting).map((one) => one.status)).toEqual([201, 201]);
  });
});

describe('a table that somebody else has locked', { timeout: 60_000 }, () => {
  test('fails events in bounded time, and the same event is taken once afterwards', async () => {
    await rival.query('begin');
    await rival.query('lock table event in access exclusive mode');
    const refused = await Promise.all(
      Array.from({ length: 12 }, (_, at) => timed(post(`table-${at}`, undefined, `table-${at}`))),
    );
    expect(refused.map(([answer]) => answer.status)).toEqual(refused.map(() => 503));
    expect(refused[0]?.[0].headers.get('retry-after')).toMatch(/^[1-5]$/);
    expect(Math.max(...refused.map(([, ms]) => ms))).toBeLessThan(limits.answerMs + 1_500);
    await rival.query('rollback');
    const taken = await Promise.all(refused.map((_, at) => post(`table-${at}`, undefined, `table-${at}`)));
    // What timed out may have been recorded after all: then this is a repetition.
    expect(taken.map((one) => one.status).every((status) => status === 201 || status === 200)).toBe(true);
    const { rows } = await rival.query(`select count(*)::int as count from event where external_id like 'table-%'`);
    expect(rows).toEqual([{ count: 12 }]);
  });
});

describe('reports that take for ever', () => {
  test('keep no event waiting, and do not make the service unready', async () => {
    const { reports } = api.service.context.database;
    const slow = Promise.allSettled(Array.from({ length: 12 }, () => sql`select pg_sleep(3)`.execute(reports)));
    await sleep(100);
    const [answer, ms] = await timed(post('beside-reports'));
    expect(answer.status).toBe(201);
    expect(ms).toBeLessThan(1_000);
    const [ready] = await timed(api.request('/readyz'));
    expect(ready.status).toBe(200);
    // Those that found no connection were told so at once; the service has three.
    const fates = await slow;
    expect(fates.filter((fate) => fate.status === 'fulfilled')).toHaveLength(3);
  });
});
