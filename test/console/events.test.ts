// The pages of events that were not taken: sums that add up to all that arrived, why, what was possible, and replaying with each result.
import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dispositions } from '../../src/core/deciding/intake.ts';
import { addConnection, updateConnection } from '../../src/services/connections/manage-connections.ts';
import { reportWindow } from '../../src/services/reports/read-kpis.ts';
import { countDispositions } from '../../src/store/reports/dispositions.ts';
import { type Browser, by, openConsole, type TestConsole } from '../support/console.ts';
import { secrets } from '../support/hiring-office.ts';
import { ago, day, hour, type LedgerRows, ledgerRows } from '../support/ledger-rows.ts';

const settings = {
  baseUrl: 'http://127.0.0.1:9',
  authUrl: 'http://127.0.0.1:9',
  stages: { 'active.received': 'Application Review' },
  rejectionReasonId: 14,
  allowCandidateEmails: true,
};
let desk: TestConsole;
let rows: LedgerRows;
let operator: Browser & { id: string };
let viewer: Browser;
beforeAll(async () => {
  desk = await openConsole();
  rows = ledgerRows(db());
  operator = await desk.signedIn('operator');
  viewer = await desk.signedIn('viewer');
  const added = await addConnection(desk.service.context, by.actor, {
    id: 'greenhouse',
    adapter: 'greenhouse',
    settings,
    scope: {},
    secrets,
  });
  expect(added).toEqual({ ok: true });
  await fill();
}, 120_000);
afterAll(async () => desk[Symbol.asyncDispose]());

const db = () => desk.service.context.database.engine;
const wordsOf = (html: string): string =>
  html
    .slice(html.indexOf('<main'))
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&quot;', '"')
    .replace(/\s+/g, ' ');
const bodyRows = (text: string): number => [...text.matchAll(/id="evt_/g)].length;

async function fill(): Promise<void> {
  const subject = await rows.subject({ state: 'active.triage' });
  const refusal = {
    state: 'active.received',
    allowed: ['triage.started', 'application.withdrawn'],
    detail: '"offer.extended" is not possible',
  };
  for (let nth = 0; nth < 7; nth += 1)
    await rows.event({
      subject,
      claim: 'offer.extended',
      code: 'illegal_transition',
      detail: refusal,
      source: 'connection:greenhouse',
      receivedAt: ago(nth * hour),
    });
  await rows.event({
    subject,
    claim: 'application.rejected',
    code: 'source_not_authorised',
    detail: { ...refusal, allowed: [] },
    receivedAt: ago(hour),
  });
  await rows.event({
    subject,
    claim: 'offer.extended',
    code: 'closed',
    machine: 'onboarding',
    receivedAt: ago(20 * day),
  });
  await rows.event({ subject, disposition: 'stale', code: 'already_there', receivedAt: ago(hour) });
  await rows.event({
    disposition: 'parked',
    parkedFor: 'subject',
    claim: 'screening.completed',
    receivedAt: ago(hour / 2),
  });
  await rows.event({
    subject,
    disposition: 'parked',
    parkedFor: 'probe',
    claim: 'active.offer',
    claimKind: 'stage',
    receivedAt: ago(hour / 2),
  });
  for (let nth = 0; nth < 3; nth += 1) await rows.transition(subject, nth + 1, { recordedAt: ago(hour) });
}

let applications = 500;
/** An application that Greenhouse moved to a stage which is mapped to nothing: the quarantined event. */
async function inUnknownStage(stage = 'Triage'): Promise<string> {
  applications += 1;
  const at = new Date(Date.now() - 60_000).toISOString();
  const about = (application: object) => ({ application: { id: applications, last_activity_at: at, ...application } });
  await deliver({ action: 'new_candidate_application', payload: about({ applied_at: at }) });
  const id = await deliver({ action: 'candidate_stage_change', payload: about({ current_stage: { name: stage } }) });
  const event = await db().selectFrom('event').select('id').where('external_id', '=', id).executeTakeFirstOrThrow();
  return event.id;
}

async function deliver(payload: unknown): Promise<string> {
  const id = randomUUID();
  const body = JSON.stringify(payload);
  const signature = `sha256 ${createHmac('sha256', secrets.webhookSecret).update(body).digest('hex')}`;
  const headers = { 'content-type': 'application/json', 'greenhouse-event-id': id, signature };
  const answer = await desk.app.request('http://interlock.test/hooks/greenhouse', { method: 'POST', headers, body });
  expect(answer.status).toBe(200);
  return id;
}

const map = async (stages: Record<string, string>): Promise<void> => {
  const changed = { ...settings, stages: { ...settings.stages, ...stages } };
  expect(await updateConnection(desk.service.context, by.actor, 'greenhouse', { settings: changed })).toEqual({
    ok: true,
  });
};

describe('the sum', () => {
  test.each(['24h', '7d', '30d'])('of all lists is all that was received, as reports count it: %s', async (period) => {
    const days = Number.parseInt(period, 10) === 24 ? 1 : Number.parseInt(period, 10);
    const { text } = await operator.get(`/events?period=${period}`);
    const sum = /<nav aria-label="What became of them">(.*?)<\/nav>/s.exec(text)?.[1] ?? '';
    const [all, ...parts] = [...sum.matchAll(/<b>([\d,]+)<\/b>/g)].map(([, one]) =>
      Number((one ?? '').replaceAll(',', '')),
    );
    expect(parts).toHaveLength(dispositions.length);
    expect(parts.reduce((total, one) => total + one, 0)).toBe(all);
    const now = Date.now();
    const window = reportWindow(new Date(now - days * day).toISOString(), undefined, now);
    if (!window) throw new Error('no window');
    const [ledger] = await countDispositions(db(), [window]);
    expect(all).toBe(ledger?.received);
    expect(all).toBeGreaterThan(10);
  });

  test('counts what each tab lists', async () => {
    for (const tab of ['refused', 'quarantined', 'parked', 'applied', 'echo', 'stale']) {
      const { text } = await operator.get(`/events?period=30d&tab=${tab}`);
      const number = new RegExp(`tab=${tab}[^"]*"[^>]*>(?:<(?!b>)[^>]*>)*<b>(\\d+)</b>`).exec(text)?.[1];
      expect([tab, bodyRows(text)]).toEqual([tab, Number(number)]);
    }
  });

  test('has repetitions, which leave no row', async () => {
    const text = wordsOf((await operator.get('/events?tab=duplicate')).text);
    expect(text).toContain('Nothing of this kind arrived in this period.');
  });
});

describe('refused', () => {
  test('says why, where it stood, and what would have been possible', async () => {
    const text = wordsOf((await operator.get('/events')).text);
    expect(text).toContain(
      'The event is not possible in this state "offer.extended" is not possible It stood in Received.',
    );
    expect(text).toContain('Possible for a system of the kind “ATS”: triage.started , application.withdrawn');
    expect(text).toContain('Nothing was possible for a system of the kind “ATS” there.');
  });

  test.each([
    ['connection=greenhouse', 7],
    ['code=source_not_authorised', 1],
    ['claim=application.rejected', 1],
    ['machine=onboarding', 0],
    ['machine=onboarding&period=30d', 1],
    ['connection=nowhere', 0],
    ['connection=%00&code=%07', 8],
  ])('narrows by %s', async (query, count) => {
    expect(bodyRows((await operator.get(`/events?${query}`)).text)).toBe(count);
  });

  test('goes back page by page without a gap', async () => {
    const subject = await rows.subject();
    const at = ago(2 * day);
    for (let nth = 0; nth < 120; nth += 1)
      await rows.event({
        subject,
        claim: 'triage.repeated',
        code: 'illegal_transition',
        receivedAt: nth % 3 === 0 ? at : ago(2 * day + nth * 1_000),
      });
    const seen: string[] = [];
    let address: string | undefined = '/events?period=7d&claim=triage.repeated';
    while (address !== undefined) {
      const { text }: { text: string } = await operator.get(address);
      seen.push(...[...text.matchAll(/id="(evt_\w+)"/g)].map(([, id]) => id ?? ''));
      address = /href="([^"]+after=[^"]+)">Earlier/.exec(text)?.[1]?.replaceAll('&amp;', '&');
    }
    expect([seen.length, new Set(seen).size]).toEqual([120, 120]);
  });
});

test('what waits says for what, until when, and what comes then', async () => {
  const text = wordsOf((await operator.get('/events?tab=parked')).text);
  expect(text).toMatch(
    /Waits until somebody tells us of the subject Until in \d+ min ; then it is refused, with an incident/,
  );
  expect(text).toMatch(
    /now in Offer .*Waits until the system was asked what it shows now .*then it is judged by what the system shows/,
  );
});

describe('quarantined', () => {
  test('groups stages that nobody has mapped, and says how to map them', async () => {
    await inUnknownStage('Sourced');
    await inUnknownStage('Sourced');
    const text = wordsOf((await operator.get('/events?tab=quarantined')).text);
    expect(text).toMatch(/Sourced greenhouse 2 .* Map the stage "Sourced" in the settings of greenhouse/);
    expect(bodyRows((await operator.get('/events?tab=quarantined&stage=Sourced&connection=greenhouse')).text)).toBe(2);
  });

  test('one is replayed: before the mapping is mended nothing happens, afterwards it counts', async () => {
    const event = await inUnknownStage('Phone');
    const replay = () => operator.post('/events/replay', { do: 'ticked', [`tick-${event}`]: 'on', tab: 'quarantined' });
    const refused = await replay();
    expect(refused.status).toBe(303);
    expect(wordsOf((await operator.get(refused.headers.get('location') ?? '')).text)).toMatch(
      new RegExp(`${event} Still not understood .*Mend the mapping first; nothing was recorded`),
    );
    await map({ 'active.triage': 'Phone' });
    const done = (await replay()).headers.get('location') ?? '';
    expect(wordsOf((await operator.get(done)).text)).toMatch(
      new RegExp(`1 event counts now; 0 are as before.*${event} Applied`),
    );
    const again = (await replay()).headers.get('location') ?? '';
    expect(wordsOf((await operator.get(again)).text)).toContain('Replayed before');
    expect(wordsOf((await operator.get('/events?tab=quarantined&stage=Phone')).text)).toContain('Replayed just now');
    await map({});
  });

  test('many are replayed, each with its own result, and what was replayed is left out the next time', async () => {
    const two = [await inUnknownStage('Board'), await inUnknownStage('Board')];
    await map({ 'active.triage': 'Board' });
    const all = { do: 'matching', tab: 'quarantined', stage: 'Board', connection: 'greenhouse' };
    const first = wordsOf(
      (await operator.get((await operator.post('/events/replay', all)).headers.get('location') ?? '')).text,
    );
    expect(first).toContain('2 events count now; 0 are as before.');
    for (const event of two) expect(first).toMatch(new RegExp(`${event} Applied`));
    const second = wordsOf(
      (await operator.get((await operator.post('/events/replay', all)).headers.get('location') ?? '')).text,
    );
    expect(second).toContain('Nothing was replayed');
    expect((await operator.get('/events?tab=quarantined')).text).not.toContain('>Board</a>');
    await map({});
  });

  test('is replayed by operators only', async () => {
    const event = await inUnknownStage();
    expect((await viewer.get('/events?tab=quarantined')).text).not.toContain('action="/events/replay"');
    expect((await viewer.post('/events/replay', { do: 'ticked', [`tick-${event}`]: 'on' })).status).toBe(403);
  });

  test('the page of results says only what it knows', async () => {
    const bad =
      'evt_x.replayed.applied,<b>,evt_01j9zc8m3vf2xr7w5q0t4k6hbe.stolen.x,evt_01j9zc8m3vf2xr7w5q0t4k6hbe.erased.';
    const text = wordsOf(
      (await operator.get(`/events/replayed?${new URLSearchParams({ did: bad, back: 'https://evil.example/' })}`)).text,
    );
    expect(text.match(/evt_/g)).toHaveLength(1);
    expect(text).toContain('Its payload or the person is gone');
    expect((await operator.get(`/events/replayed?back=//evil.example`)).text).not.toContain('evil');
  });
});
