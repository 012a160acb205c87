// The pages of connections: how each does, why, what to do about it, and that no secret is ever on them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Measure } from '../../src/core/figures/kpi.ts';
import { addConnection } from '../../src/services/connections/manage-connections.ts';
import { appendCounts } from '../../src/store/engine/kpi.ts';
import { countUnknownFields } from '../../src/store/reconcile/unknown-fields.ts';
import { openIncidents } from '../../src/store/settling/incidents.ts';
import { type Browser, openConsole, type TestConsole } from '../support/console.ts';
import { greenhouseStages } from '../support/hiring-office.ts';
import { ago, hour, idOf, type LedgerRows, ledgerRows, minute } from '../support/ledger-rows.ts';

const secrets = { clientId: 'gh-client-id', clientSecret: 'never-on-a-page-1', webhookSecret: 'never-on-a-page-2' };

let desk: TestConsole;
let rows: LedgerRows;
let operator: Browser;
let viewer: Browser;
beforeAll(async () => {
  desk = await openConsole();
  rows = ledgerRows(desk.service.context.database.engine);
  operator = await desk.signedIn('operator');
  viewer = await desk.signedIn('viewer');
  await add('greenhouse-eu');
}, 60_000);
afterAll(async () => desk[Symbol.asyncDispose]());

const engine = () => desk.service.context.database.engine;
async function add(id: string): Promise<void> {
  const added = await addConnection(
    desk.service.context,
    { kind: 'cli', id: 'test' },
    {
      id,
      adapter: 'greenhouse',
      settings: { stages: greenhouseStages, rejectionReasonId: 14, allowCandidateEmails: true },
      scope: { machines: ['application'] },
      secrets,
    },
  );
  if (!added.ok) throw new Error(JSON.stringify(added));
}
const change = (id: string, values: Record<string, unknown>) =>
  engine().updateTable('connection').set(values).where('id', '=', id).execute();
const row = (id: string) =>
  engine().selectFrom('connection').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const counted = (connection: string, counts: Partial<Record<Measure, number>>, source = connection) =>
  Object.entries(counts).map(([measure, count]) => ({
    measure: measure as Measure,
    machine: 'application',
    eventType: 'triage.started',
    connection: source,
    count,
  }));
const audited = (id: string) =>
  engine().selectFrom('audit').select(['action', 'detail']).where('object_id', '=', id).orderBy('id').execute();

describe('health', () => {
  test('of one that never did anything is good, and its figures are told as unknown', async () => {
    const list = await viewer.get('/connections');
    expect(list.status).toBe(200);
    expect(list.text).toContain('greenhouse-eu');
    expect(list.text).toContain('Well');
    const one = await viewer.get('/connections/greenhouse-eu');
    expect(one.text).toContain('Nothing is in the way');
    expect(one.text).toContain('Every field that came is mapped.');
  });

  test('says what came, what was shown and what waits, each of its own connection', async () => {
    await rows.connection('ats');
    await rows.connection('other');
    await rows.event({ source: 'connection:ats', receivedAt: ago(2 * minute) });
    await rows.event({
      source: 'connection:ats',
      receivedAt: ago(3 * minute),
      disposition: 'quarantined',
      code: 'unknown_event',
    });
    const shown = await rows.writeback(await rows.subject(), 'ats', {
      status: 'confirmed',
      settledBy: 'readback',
      createdAt: ago(hour),
      settledAt: ago(hour - 4_000),
    });
    await rows.attempt(shown, 1, 'confirmed', ago(hour - 4_000));
    await rows.writeback(await rows.subject(), 'ats', { status: 'dead', reason: 'http_422', createdAt: ago(hour) });
    await rows.writeback(await rows.subject(), 'ats', { status: 'ready', createdAt: ago(30 * minute) });
    await appendCounts(engine(), counted('ats', { 'event.received': 2 }, 'connection:ats'));
    await appendCounts(engine(), counted('ats', { 'writeback.confirmed': 1, 'writeback.dead': 1 }));
    const { text } = await viewer.get('/connections/ats');
    expect(text).toContain('2 min ago');
    expect(text).toContain('2 events');
    expect(text).toContain('50.0 %');
    expect(text).toContain('4.0 s');
    expect(text).toContain('last shown 59 min ago');
    expect(text).toContain('the next one made 30 min ago');
    expect(text).toContain('1 write given up');
    expect(text).toContain('Unknown event');
    const other = (await viewer.get('/connections/other')).text;
    expect(other).toContain('0 events');
    expect(other).not.toContain('given up.');
  });

  test('says why the circuit is open and until when, and what to do about refused credentials', async () => {
    await add('circuit');
    await change('circuit', {
      circuit: 'open',
      circuit_reason: 'unauthorised',
      circuit_until: new Date(Date.now() + 10 * minute),
    });
    const { text } = await operator.get('/connections/circuit');
    expect(text).toContain('refuses our credentials');
    expect(text).toMatch(/in (9|10) min/);
    expect(text).toContain('/connections/circuit/close-circuit');
    await change('circuit', { circuit_reason: 'retryable' });
    expect((await operator.get('/connections/circuit')).text).toContain('failed more often than not');
  });

  test('names what is gone at the vendor with what it holds up, unknown stages and fields', async () => {
    await add('gone');
    const missing = [{ kind: 'stage', name: 'Offer <b>', states: ['active.offer.extended'], elements: [] }];
    await engine()
      .insertInto('catalogue')
      .values({
        connection_id: 'gone',
        fingerprint: 'x',
        missing: JSON.stringify(missing),
        changed_at: ago(hour),
        read_at: ago(minute),
      })
      .execute();
    await engine()
      .transaction()
      .execute(async (tx) => {
        await countUnknownFields(
          tx,
          'gone',
          [{ pointer: '/candidate/shoe', kind: 'unmapped', code: '', seen: 3 }],
          100,
        );
        await openIncidents(tx, [
          {
            id: idOf('inc'),
            kind: 'unmapped_stage',
            key: 'unmapped_stage/gone/Limbo',
            subject_id: null,
            connection_id: 'gone',
            writeback_id: null,
            event_id: null,
            owner: 'integration',
            detail: { stage: 'Limbo <i>' },
          },
        ]);
      });
    const { text } = await viewer.get('/connections/gone');
    expect(text).toContain('Offer &lt;b&gt;');
    expect(text).toContain('active.offer.extended');
    expect(text).toContain('Limbo &lt;i&gt;');
    expect(text).toContain('/candidate/shoe');
    expect(text).toContain('1 stage or field of the mapping is gone');
  });
});

describe('what is done about one', () => {
  test('pausing and resuming ask why, and are on record', async () => {
    const without = await operator.post('/connections/greenhouse-eu/pause', { reason: '' });
    expect([without.status, without.text.includes('Say why')]).toEqual([422, true]);
    expect((await row('greenhouse-eu')).status).toBe('active');
    const paused = await operator.post('/connections/greenhouse-eu/pause', { reason: 'they migrate tonight' });
    expect(paused.headers.get('location')).toBe('/connections/greenhouse-eu?said=pause');
    expect((await row('greenhouse-eu')).status).toBe('paused');
    expect((await operator.get('/connections/greenhouse-eu')).text).toContain('A person paused it');
    await operator.post('/connections/greenhouse-eu/resume', { reason: 'migrated' });
    expect((await row('greenhouse-eu')).status).toBe('active');
    expect((await audited('greenhouse-eu')).slice(-2)).toMatchObject([
      { action: 'connection.paused', detail: { reason: 'they migrate tonight' } },
      { action: 'connection.active', detail: { reason: 'migrated' } },
    ]);
  });

  test('a circuit is closed once, by whom and why on record', async () => {
    await add('closing');
    await change('closing', {
      circuit: 'open',
      circuit_reason: 'retryable',
      circuit_until: new Date(Date.now() + hour),
    });
    expect((await operator.post('/connections/closing/close-circuit', { reason: 'they are well' })).status).toBe(303);
    expect(await row('closing')).toMatchObject({ circuit: 'closed', circuit_until: null });
    const again = await operator.post('/connections/closing/close-circuit', { reason: 'they are well' });
    expect([again.status, again.text.includes('closed already')]).toEqual([422, true]);
    expect((await audited('closing')).filter(({ action }) => action === 'connection.circuit_closed')).toMatchObject([
      { detail: { reason: 'they are well', because: 'retryable' } },
    ]);
  });

  test('the pace is changed as far as it makes sense; an empty field leaves it to the adapter', async () => {
    const url = '/connections/greenhouse-eu/pace';
    const half = await operator.post(url, { requests: '10', perMs: '', concurrency: '2', reason: 'they asked' });
    expect([half.status, half.text.includes('go together')]).toEqual([422, true]);
    expect((await operator.post(url, { requests: '10', perMs: '1000', concurrency: '900', reason: 'x' })).status).toBe(
      422,
    );
    expect(
      (await operator.post(url, { requests: '10', perMs: '1000', concurrency: '2', reason: 'they asked' })).status,
    ).toBe(303);
    expect((await row('greenhouse-eu')).pace).toEqual({ requests: 10, perMs: 1000, concurrency: 2 });
    expect((await operator.get('/connections/greenhouse-eu')).text).toContain('10 requests in 1 s; 2 at once');
    await operator.post(url, { requests: '', perMs: '', concurrency: '', reason: 'as ever' });
    expect((await row('greenhouse-eu')).pace).toEqual({});
  });

  test('is for operators, and only for connections that are there', async () => {
    expect((await viewer.post('/connections/greenhouse-eu/pause', { reason: 'no' })).status).toBe(403);
    expect((await viewer.get('/connections/greenhouse-eu')).text).not.toContain(
      '<form method="post" action="/connections',
    );
    expect((await operator.post('/connections/nowhere/pause', { reason: 'no' })).status).toBe(404);
    expect((await viewer.get('/connections/nowhere')).status).toBe(404);
  });
});

test('no secret is on any of these pages, only the names of those that are set', async () => {
  for (const path of ['/connections', '/connections/greenhouse-eu', '/connections/circuit']) {
    const { text } = await operator.get(path);
    for (const secret of Object.values(secrets)) expect(text).not.toContain(secret);
  }
  expect((await operator.get('/connections/greenhouse-eu')).text).toContain('clientSecret');
});
