// Files as the service takes and makes them: each row once, whole files or none, and done only when the system has said or shown it.
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { updateConnection } from '../../src/services/connections/manage-connections.ts';
import {
  age,
  type FileExchangeBench,
  inboundSettings,
  openFileExchange,
  outboundSettings,
  textOf,
} from '../support/file-exchange.ts';
import { startSftpServer } from '../support/sftp-server.ts';

let bench: FileExchangeBench;
beforeEach(async () => {
  bench = await openFileExchange();
});
afterEach(() => bench[Symbol.asyncDispose]());

const db = () => bench.service.context.database.engine;
const inFolder = (name: string): string => join(bench.legacy.folder, 'in', name);
const at = (hour: number, minute = 0): Date => new Date(Date.UTC(2026, 0, 5, hour, minute));
const applicants = (count: number, status = 'NEW'): void => {
  for (let i = 1; i <= count; i += 1) bench.legacy.move(`A${i}`, status, at(8), { first_name: `Kim ${i}` });
};
async function added(...given: Parameters<FileExchangeBench['add']>): Promise<void> {
  const managed = await bench.add(...given);
  if (!managed.ok) throw new Error(JSON.stringify(managed));
}

describe('a file that is dropped', () => {
  beforeEach(() => added('legacy'));

  test('becomes events, once, and is put away', async () => {
    applicants(3);
    await bench.legacy.drop('a.csv');
    await bench.exchange();
    expect(await bench.dispositions()).toEqual(['applied', 'applied', 'applied']);
    expect(await bench.stateOf('A2')).toBe('active.received');
    expect(await bench.arrived()).toMatchObject([
      { state: 'taken', rows: 3, rows_done: 3, recorded: 3, repeated: 0, faults: 0, put_away: true },
    ]);
    expect(await bench.names('in')).toEqual(['done']);
    expect(await bench.names('in/done')).toEqual(['a.csv']);
    expect(await bench.troubles()).toEqual([]);
  });

  test("of the next night's run only the news are events", async () => {
    applicants(3);
    await bench.legacy.drop('night.csv');
    await bench.exchange();
    bench.legacy.move('A2', 'REVIEW', at(9));
    await bench.legacy.drop('night.csv');
    await bench.exchange();
    expect(await bench.dispositions()).toEqual(['applied', 'applied', 'applied', 'applied']);
    expect(await bench.stateOf('A2')).toBe('active.triage');
    expect((await bench.arrived())[1]).toMatchObject({ recorded: 1, repeated: 2 });
    expect(await bench.names('in/done')).toHaveLength(2);
  });

  test('twice is recognised as a whole, and told of', async () => {
    applicants(2);
    await bench.legacy.drop('a.csv');
    await bench.exchange();
    await bench.legacy.put('b.csv', await textOf(join(bench.legacy.folder, 'in/done/a.csv')));
    await bench.exchange();
    expect(await bench.dispositions()).toHaveLength(2);
    expect((await bench.arrived()).map((one) => one.state)).toEqual(['taken', 'duplicate']);
    expect(await bench.troubles()).toEqual(['duplicate']);
  });

  test('with a row in it twice makes one transition', async () => {
    applicants(1);
    const row = bench.legacy.records.get('A1');
    await bench.legacy.drop('a.csv', row ? [row, row] : []);
    await bench.exchange();
    expect(await bench.dispositions()).toEqual(['applied']);
    expect((await bench.arrived())[0]).toMatchObject({ recorded: 1, repeated: 1 });
  });

  test('keeps the order of its rows about one application', async () => {
    const rows = ['NEW', 'REVIEW', 'TEST'].map((status, index) => ({
      reference: 'A1',
      status,
      since: `2026-01-05 0${index}:00:00`,
    }));
    await bench.legacy.drop('a.csv', rows);
    await bench.legacy.put(
      'a.csv',
      (await textOf(inFolder('a.csv'))).replace('export_run', 'export_run;first_name').replaceAll(/;1\r/g, ';1;Kim\r'),
    );
    await bench.exchange();
    expect(await bench.dispositions()).toEqual(['applied', 'applied', 'applied']);
    expect(await bench.stateOf('A1')).toMatch(/^active\.screening/);
  });

  test('with an unknown stage holds up nothing: one incident for the stage', async () => {
    applicants(3);
    bench.legacy.move('A1', 'LIMBO', at(8));
    bench.legacy.move('A2', 'LIMBO', at(8));
    await bench.legacy.drop('a.csv');
    await bench.exchange();
    expect((await bench.dispositions()).sort()).toEqual(['applied', 'quarantined', 'quarantined']);
    const open = await db().selectFrom('incident').select('kind').where('settled_at', 'is', null).execute();
    expect(open).toEqual([{ kind: 'quarantined_event' }]);
    expect((await bench.arrived())[0]).toMatchObject({ state: 'taken', quarantined: 2, recorded: 1 });
  });

  test('with rows that cannot be read is taken without them, which are told of by line alone', async () => {
    await bench.legacy.put(
      'a.csv',
      'reference;status;since;first_name\r\nA1;NEW;2026-01-05 08:00:00;Kim\r\nMaria da Silva;NEW\r\nA3;NEW;soon;Maria\r\n',
    );
    await bench.exchange();
    expect(await bench.dispositions()).toEqual(['applied']);
    expect(await textOf(join(bench.legacy.folder, 'in/errors/a.errors.csv'))).toBe(
      'line,reason\r\n3,columns_missing\r\n4,moment_unreadable\r\n',
    );
    expect((await bench.arrived())[0]).toMatchObject({ rows: 3, recorded: 1, faults: 2, state: 'taken' });
    expect(await bench.troubles()).toEqual(['rows_left_out']);
    const all = JSON.stringify(await db().selectFrom('incident').selectAll().execute());
    expect(all).not.toMatch(/Maria|soon/);
  });

  test('without the agreed columns waits as a whole, until it or the settings are mended', async () => {
    applicants(1);
    await bench.legacy.drop('a.csv');
    const text = await textOf(inFolder('a.csv'));
    await bench.legacy.put('a.csv', text.replace('status', 'state'));
    await bench.exchange();
    expect(await bench.dispositions()).toEqual([]);
    expect(await bench.arrived()).toMatchObject([{ state: 'held', reason: 'columns_missing' }]);
    expect(await bench.troubles()).toEqual(['columns_missing']);
    const [incident] = await db().selectFrom('incident').select(['detail', 'owner']).execute();
    expect(incident).toMatchObject({ owner: 'integration', detail: { columns: ['status'] } });
    await bench.legacy.put('a.csv', text);
    await bench.exchange();
    expect(await bench.dispositions()).toEqual(['applied']);
    expect(await bench.troubles()).toEqual([]);
  });

  test('is tried again with new settings, without being touched', async () => {
    await bench.legacy.put('a.csv', 'reference;state;since;first_name\r\nA1;NEW;2026-01-05 08:00:00;Kim\r\n');
    await bench.exchange();
    expect(await bench.troubles()).toEqual(['columns_missing']);
    const row = await db().selectFrom('connection').select('settings').executeTakeFirstOrThrow();
    const columns = { ...inboundSettings.columns, stage: 'state' };
    await updateConnection(bench.service.context, { kind: 'cli', id: 'test' }, 'legacy', {
      settings: { ...row.settings, inbound: { ...inboundSettings, columns } },
    });
    await bench.exchange();
    expect(await bench.dispositions()).toEqual(['applied']);
    expect(await bench.troubles()).toEqual([]);
  });

  test('is left alone while it grows, and told of when the rest never comes', async () => {
    applicants(2);
    await bench.legacy.drop('whole.csv');
    const text = await textOf(inFolder('whole.csv'));
    await rm(inFolder('whole.csv'));
    await writeFile(inFolder('a.csv'), text.slice(0, -12));
    await bench.exchange();
    expect(await bench.dispositions()).toEqual([]);
    expect(await bench.troubles()).toEqual([]);
    await sql`update file_in set changed_at = changed_at - interval '1 hour', first_seen_at = first_seen_at - interval '1 hour', checked_at = checked_at - interval '1 hour'`.execute(
      db(),
    );
    await bench.turn();
    expect(await bench.troubles()).toEqual(['half_written']);
    await writeFile(inFolder('a.csv'), text);
    await bench.exchange();
    expect(await bench.dispositions()).toEqual(['applied', 'applied']);
    expect(await bench.troubles()).toEqual([]);
  });

  test('is not looked at before it has kept its size for a while', async () => {
    applicants(1);
    await bench.legacy.drop('a.csv');
    await bench.turn();
    expect(await bench.arrived()).toMatchObject([{ state: 'arriving' }]);
    await bench.legacy.drop('a.csv');
    await bench.turn();
    expect(await bench.arrived()).toMatchObject([{ state: 'arriving' }]);
    expect(await bench.dispositions()).toEqual([]);
  });

  test('without rows is told of', async () => {
    await bench.legacy.put('a.csv', '');
    await bench.legacy.put('b.csv', 'reference;status;since;first_name\r\n');
    await bench.exchange();
    expect((await bench.arrived()).map((one) => one.state)).toEqual(['empty', 'empty']);
    expect(await bench.troubles()).toEqual(['empty', 'empty']);
  });

  test('leaves nobody in the log, the incidents or the plain columns', async () => {
    bench.legacy.move('A1', 'NEW', at(8), { first_name: 'Wilhelmina' });
    await bench.legacy.drop('wilhelmina.csv');
    await bench.exchange();
    const rows = await db().selectFrom('file_in').selectAll().execute();
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows).toLowerCase()).not.toContain('wilhelmina');
    expect(rows[0]?.name_ct?.toString('utf8').toLowerCase()).not.toContain('wilhelmina');
  });
});

test('a marker says that a file is whole, and is put away with it', async () => {
  await added('legacy', { inbound: { ...inboundSettings, complete: { by: 'marker', suffix: '.done' } } });
  applicants(1);
  await bench.legacy.drop('a.csv');
  await bench.exchange();
  expect(await bench.dispositions()).toEqual([]);
  await bench.legacy.put('a.csv.done', '');
  await bench.turn();
  await bench.turn();
  expect(await bench.dispositions()).toEqual(['applied']);
  expect(await bench.names('in')).toEqual(['done']);
});

test('a marker that never comes is an incident', async () => {
  await added('legacy', { inbound: { ...inboundSettings, complete: { by: 'marker', suffix: '.done' } } });
  applicants(1);
  await bench.legacy.drop('a.csv');
  await bench.turn();
  await sql`update file_in set first_seen_at = first_seen_at - interval '1 hour'`.execute(db());
  await bench.turn();
  expect(await bench.troubles()).toEqual(['marker_missing']);
});

test('a file that does not come when it was promised is an incident, until it comes', async () => {
  await added('legacy', { inbound: { ...inboundSettings, expectedEveryMinutes: 60 } });
  await bench.turn();
  expect(await bench.troubles()).toEqual([]);
  await sql`update file_turn set created_at = created_at - interval '2 hours'`.execute(db());
  await bench.turn();
  expect(await bench.troubles()).toEqual(['late']);
  applicants(1);
  await bench.legacy.drop('a.csv');
  await bench.exchange();
  expect(await bench.troubles()).toEqual([]);
});

test('a folder that may not be changed is read all the same, and each file once', async () => {
  await added('legacy', { inbound: { ...inboundSettings, afterwards: 'leave' } });
  applicants(2);
  await bench.legacy.drop('a.csv');
  await chmod(join(bench.legacy.folder, 'in'), 0o555);
  await bench.exchange();
  await bench.exchange();
  expect(await bench.dispositions()).toEqual(['applied', 'applied']);
  expect(await bench.arrived()).toMatchObject([{ state: 'taken', recorded: 2, repeated: 0, put_away: true }]);
  expect(await bench.names('in')).toEqual(['a.csv']);
});

test('a folder that is not there is an incident when that lasts', async () => {
  await added('legacy');
  await rm(join(bench.legacy.folder, 'in'), { recursive: true });
  await bench.turn();
  expect(await bench.troubles()).toEqual([]);
  await sql`update file_turn set created_at = created_at - interval '1 hour'`.execute(db());
  await bench.turn();
  expect(await bench.troubles()).toEqual(['no_file']);
  await mkdir(join(bench.legacy.folder, 'in'));
  await bench.turn();
  expect(await bench.troubles()).toEqual([]);
});

describe('a writeback', () => {
  async function subject(): Promise<void> {
    applicants(1);
    await bench.legacy.drop('a.csv');
    await bench.exchange();
    expect(await bench.stateOf('A1')).toBe('active.received');
  }
  const queued = (rows = 1) =>
    vi.waitFor(
      async () =>
        expect(await db().selectFrom('file_row').select('state').where('state', '=', 'queued').execute()).toHaveLength(
          rows,
        ),
      { timeout: 25_000, interval: 50 },
    );

  test('is a row of the next file, and done when the system answers for it', async () => {
    await added('legacy', { outbound: outboundSettings });
    await subject();
    bench.service.startEngine();
    await bench.record('A1', 'triage.started');
    await queued();
    await bench.turn();
    const taken = await bench.legacy.take({ result: () => 'ok' });
    expect(taken).toMatchObject([{ reference: 'A1', stage: 'REVIEW', first_name: 'Kim 1' }]);
    expect(['ready', 'leased']).toContain((await bench.writebacks('A1')).at(-1)?.status);
    await bench.turn();
    await bench.settled('A1');
    expect((await bench.writebacks('A1')).at(-1)).toMatchObject({ target_state: 'active.triage', status: 'confirmed' });
    expect(await bench.names('out')).toHaveLength(2);
    const [row] = await db().selectFrom('file_row').select(['cells_ct', 'state']).execute();
    expect(row).toEqual({ cells_ct: null, state: 'written' });
  });

  test('that the system refuses is dead, with its code', async () => {
    await added('legacy', { outbound: outboundSettings });
    await subject();
    bench.service.startEngine();
    await bench.record('A1', 'triage.started');
    await queued();
    await bench.turn();
    await bench.legacy.take({ result: () => 'error' });
    await bench.turn();
    await bench.settled('A1');
    expect((await bench.writebacks('A1')).at(-1)).toMatchObject({ status: 'dead', reason: 'row_refused' });
  });

  test('is done when the next file of the system shows it, and not before; an older file is no news', async () => {
    await added('legacy', { outbound: { ...outboundSettings, proof: { by: 'inbound' } } });
    await subject();
    bench.service.startEngine();
    await bench.record('A1', 'triage.started');
    await queued();
    await bench.turn();
    // Written before it had read ours, and dropped after.
    await bench.legacy.drop('older.csv', [
      { reference: 'A1', status: 'NEW', since: '2026-01-05 08:30:00', first_name: 'Kim 1' },
    ]);
    await age(inFolder('older.csv'), 3_600_000);
    await bench.exchange();
    expect(await bench.stateOf('A1')).toBe('active.triage');
    expect((await bench.arrived()).at(-1)).toMatchObject({ outdated: 1, recorded: 0 });
    expect(['ready', 'leased']).toContain((await bench.writebacks('A1')).at(-1)?.status);
    await bench.legacy.take();
    await bench.legacy.drop('next.csv');
    await age(inFolder('next.csv'), -5_000);
    await bench.exchange();
    await bench.settled('A1');
    expect((await bench.writebacks('A1')).at(-1)).toMatchObject({ target_state: 'active.triage', status: 'confirmed' });
    expect(await bench.stateOf('A1')).toBe('active.triage');
  });

  test('to a system that proves nothing is delivered, and no figure calls that confirmed', async () => {
    const unproven = { outbound: { ...outboundSettings, proof: { by: 'nothing' } } };
    expect(await bench.add('both-ways', unproven)).toMatchObject({ ok: false, problems: [{ pointer: '/direction' }] });
    await added('source');
    await added('observer', { ...unproven, inbound: undefined }, 'out');
    await subject();
    bench.service.startEngine();
    await bench.record('A1', 'triage.started');
    await queued();
    await bench.turn();
    await bench.settled('A1');
    const all = await db()
      .selectFrom('writeback')
      .select(['status', 'reason', 'settled_by'])
      .where('connection_id', '=', 'observer')
      .execute();
    expect(all[0]).toEqual({ status: 'waived', reason: 'delivered_unproven', settled_by: 'schedule' });
    const counts = await db()
      .selectFrom('kpi_hour')
      .select(['measure'])
      .where('connection_id', '=', 'observer')
      .execute();
    const measures = counts.map((one) => one.measure);
    expect(measures).toContain('writeback.waived');
    expect(measures.filter((one) => one.includes('confirmed'))).toEqual([]);
  });

  test('without any answer in time is told of, and goes out again under the same id', async () => {
    await added('legacy', { outbound: outboundSettings });
    await subject();
    bench.service.startEngine();
    await bench.record('A1', 'triage.started');
    await queued();
    await bench.turn();
    await bench.legacy.take();
    await sql`update file_row set written_at = written_at - interval '3 days'`.execute(db());
    await bench.turn();
    expect(await bench.troubles()).toEqual(['not_proven']);
    await sql`update writeback set due_at = clock_timestamp() where status = 'ready'`.execute(db());
    await queued();
    await bench.turn();
    expect(await bench.legacy.take({ result: () => 'ok' })).toEqual([]);
    expect([...bench.legacy.seen.values()]).toEqual([2]);
    await bench.turn();
    await bench.settled('A1');
    expect((await bench.writebacks('A1')).at(-1)).toMatchObject({ status: 'confirmed' });
    expect(await bench.troubles()).toEqual([]);
  });
});

describe('a one-way connection', () => {
  test('in: nothing is ever written there', async () => {
    await added('legacy', { outbound: outboundSettings }, 'in');
    applicants(1);
    await bench.legacy.drop('a.csv');
    await bench.exchange();
    await bench.record('A1', 'triage.started');
    expect(await bench.stateOf('A1')).toBe('active.triage');
    expect(await bench.writebacks('A1')).toEqual([]);
  });

  test('out: nothing that it says is a cause', async () => {
    await added('legacy', { outbound: { ...outboundSettings, proof: { by: 'inbound' } } }, 'out');
    applicants(1);
    await bench.legacy.drop('a.csv');
    await bench.exchange();
    expect(await bench.dispositions()).toEqual([]);
    expect(await bench.arrived()).toMatchObject([{ state: 'taken', recorded: 0 }]);
  });
});

test('over SFTP the same happens', async () => {
  await using server = await startSftpServer(bench.legacy.folder, { username: 'drop', password: 'hush' });
  const place = {
    kind: 'sftp',
    host: '127.0.0.1',
    port: server.port,
    username: 'drop',
    hostKey: server.hostKey,
    path: '/in',
  };
  await mkdir(join(bench.legacy.folder, 'in/in'), { recursive: true });
  const managed = await bench.add('remote', { place, inbound: inboundSettings });
  expect(managed.ok).toBe(true);
  await sql`update connection set secrets_current = ${bench.service.context.vault.sealSecrets('remote', { password: 'hush' })}`.execute(
    db(),
  );
  applicants(3);
  await bench.legacy.drop('in/a.csv'.replace('in/', ''));
  await writeFile(inFolder('in/a.csv'), await textOf(inFolder('a.csv')));
  await bench.exchange();
  expect(await bench.dispositions()).toEqual(['applied', 'applied', 'applied']);
  expect(await bench.names('in/in')).toEqual(['done']);
});
