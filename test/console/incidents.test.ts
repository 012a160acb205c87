// Incidents on pages, in the API and on the command line: found by kind, owner, age and system; taken on, noted, and settled by kind.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SystemKind } from '../../src/core/machine/definition.ts';
import { manageClients } from '../../src/services/clients/manage-clients.ts';
import { addConnection } from '../../src/services/connections/manage-connections.ts';
import { erasePerson } from '../../src/services/persons/erase-person.ts';
import { proposeMerges } from '../../src/services/persons/propose-merges.ts';
import { readAudit } from '../../src/services/write-audit.ts';
import { onDatabase } from '../support/command-line.ts';
import { type Browser, by, openConsole, type TestConsole } from '../support/console.ts';
import { intake } from '../support/intakes.ts';
import { ago, day, hour, type LedgerRows, ledgerRows, minute } from '../support/ledger-rows.ts';

let desk: TestConsole;
let rows: LedgerRows;
let operator: Browser & { id: string; email: string };
let auditor: Browser;
let viewer: Browser;
beforeAll(async () => {
  desk = await openConsole();
  rows = ledgerRows(db());
  operator = await desk.signedIn('operator');
  auditor = await desk.signedIn('auditor');
  viewer = await desk.signedIn('viewer');
  for (const id of ['ats', 'hris']) await subscribe(id);
}, 120_000);
afterAll(async () => desk[Symbol.asyncDispose]());

const db = () => desk.service.context.database.engine;
const wordsOf = (html: string): string =>
  html
    .slice(html.indexOf('<main'))
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replace(/\s+/g, ' ');
const page = async (path: string, browser: Browser = operator): Promise<string> =>
  wordsOf((await browser.get(path)).text);
const listed = (text: string): string[] =>
  [...text.matchAll(/href="\/incidents\/(inc_\w+)"/g)].map(([, id]) => id ?? '');
/** Sends a form, and gives the code of what came of it. */
const send = async (path: string, fields: Record<string, string>): Promise<string | undefined> => {
  const said = await operator.post(path, fields);
  expect(said.status).toBe(303);
  return said.headers.get('location')?.split('said=')[1];
};
const row = (id: string) => db().selectFrom('incident').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

async function subscribe(id: string): Promise<void> {
  const added = await addConnection(desk.service.context, by.actor, {
    id,
    adapter: 'signed-webhook',
    settings: {
      url: 'http://127.0.0.1:9/',
      states: ['active', 'hired'],
      elements: ['offer.startDate'],
      confirm: { mode: 'receipt' },
      allowPrivate: true,
    },
    scope: {},
    secrets: { signingSecret: `whsec_${Buffer.alloc(32, 1).toString('base64')}` },
  });
  if (!added.ok) throw new Error(JSON.stringify(added));
}

const say = (system: SystemKind, ref: string, type: string, data: Record<string, unknown>) =>
  desk.service.context.recorder().record(intake(ref, type, { by: system, connection: system, data }));

/** Two systems give two start dates of one offer. */
async function conflict(ref: string): Promise<{ subject: string; incident: string }> {
  const skips = ['screening', 'scheduling', 'offer_approval'];
  const { subject } = await say('ats', ref, 'application.received', {
    'requisition.skips': skips,
    'candidate.email': `${ref.toLowerCase()}@example.com`,
  });
  for (const type of ['triage.started', 'interview.requested', 'offer.drafted', 'offer.extended'])
    expect(await say('ats', ref, type, {})).toMatchObject({ disposition: 'applied' });
  await say('ats', ref, 'offer.accepted', { 'offer.startDate': '2027-01-01' });
  expect(await say('hris', ref, 'offer.amended', { 'offer.startDate': '2027-02-01' })).toMatchObject({
    code: 'element_conflict',
  });
  const found = await db()
    .selectFrom('incident')
    .select('id')
    .where('subject_id', '=', subject)
    .where('kind', '=', 'field_conflict')
    .executeTakeFirstOrThrow();
  return { subject: subject ?? '', incident: found.id };
}

describe('the list', () => {
  test('is narrowed by kind, owner, connection, age and who has it; settled ones say how', async () => {
    const young = await rows.incident('event_expired', {
      openedAt: ago(10 * minute),
      connection: 'ats',
      detail: { claim: 'offer.extended', waitedFor: 'turn' },
    });
    const old = await rows.incident('mapping_gone', {
      openedAt: ago(3 * day),
      connection: 'hris',
      owner: 'administrator of hris',
      detail: { kind: 'stage', name: 'Offer', states: [], elements: [] },
    });
    const settled = await rows.incident('polling_stale', { settled: true, connection: 'ats' });
    const found = async (query: string) => listed((await operator.get(`/incidents?${query}`)).text);
    expect(await found('')).toEqual(expect.arrayContaining([young, old]));
    expect(await found('')).not.toContain(settled);
    expect(await found('kind=mapping_gone')).toEqual([old]);
    expect(await found('connection=ats')).toEqual([young]);
    expect(await found('owner=administrator+of+hris')).toEqual([old]);
    expect(await found('age=1d')).toEqual([old]);
    expect(await found('assigned=me')).toEqual([]);
    expect(await send(`/incidents/${old}/assign`, { account: operator.id })).toBe('assigned');
    expect(await found('assigned=me')).toEqual([old]);
    expect(await found('assigned=nobody')).toEqual([young]);
    expect(await found('status=settled')).toEqual([settled]);
    expect(await page('/incidents?status=settled')).toMatch(/by themselves|done/);
    expect(await page('/incidents')).toContain('hris has no stage “Offer” any more');
    expect(await page('/incidents')).toContain('offer.extended: waits for the event that must come before it');
    expect(await found('kind=nonsense&age=forever&assigned=jo&owner=%07')).toEqual(
      expect.arrayContaining([young, old]),
    );
  });

  test('goes on page by page, the oldest first', async () => {
    for (let nth = 0; nth < 60; nth += 1)
      await rows.incident('unmapped_stage', {
        openedAt: ago(9 * day - nth),
        connection: 'ats',
        detail: { stage: `s${nth}` },
      });
    const first = (await operator.get('/incidents?kind=unmapped_stage')).text;
    const next = /href="([^"]+after=[^"]+)">More/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const second = (await operator.get(next)).text;
    expect([listed(first).length, listed(second).length]).toEqual([50, 10]);
    expect(new Set([...listed(first), ...listed(second)]).size).toBe(60);
    const counted = /kind=unmapped_stage"[^>]*>(?:<(?!b>)[^>]*>)*<b>(\d+)<\/b>/.exec(first)?.[1];
    expect(counted).toBe('60');
  });
});

describe('who takes care of it', () => {
  test('is said on the page, in the log, and only of people who can settle it', async () => {
    const id = await rows.incident('divergence', { connection: 'ats', openedAt: ago(hour) });
    expect(await page(`/incidents/${id}`)).toContain('nobody has taken it on');
    expect(await send(`/incidents/${id}/assign`, { account: operator.id })).toBe('assigned');
    expect(await send(`/incidents/${id}/assign`, { account: operator.id })).toBe('assigned');
    expect(await page(`/incidents/${id}`)).toContain('Person 1 takes care of it');
    const { id: watcher } = await desk.account('viewer');
    expect(await send(`/incidents/${id}/assign`, { account: watcher })).toBe('not_a_carer');
    expect(await send(`/incidents/${id}/assign`, { account: 'acc_nobody' })).toBe('not_a_carer');
    expect(await send(`/incidents/${id}/assign`, { account: '' })).toBe('unassigned');
    const { items } = await readAudit(db(), { objectKind: 'incident', objectId: id });
    expect(items.map(({ action, detail }) => [action, detail.to])).toEqual([
      ['incident.assigned', null],
      ['incident.assigned', operator.id],
    ]);
    expect(await send(`/incidents/${id}/settle`, { reason: 'put right' })).toBe('settled');
    expect(await send(`/incidents/${id}/assign`, { account: operator.id })).toBe('already_settled');
    expect(await send(`/incidents/${id}/settle`, { reason: 'once more' })).toBe('already_settled');
    expect(await page(`/incidents/${id}`)).toMatch(/Settled just now by Person 1: put right/);
  });

  test('and notes: also in the API and on the command line', async () => {
    const id = await rows.incident('divergence', { connection: 'ats' });
    const clients = manageClients(desk.service.context, db());
    const { id: client, secret } = await clients.create(
      { name: 'Desk', kind: 'operator', scopes: ['incidents:read', 'incidents:manage'] },
      by,
    );
    /** Repeats what is turned away because the machine is busy, as a caller should. */
    const patiently = async (path: string, init: RequestInit) => {
      for (let round = 0; ; round += 1) {
        const answer = await desk.app.request(path, init);
        const body = (await answer.json()) as Record<string, unknown>;
        if (body.code !== 'overloaded' || round > 20) return { status: answer.status, body };
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    };
    const granted = await patiently('/oauth2/token', {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
    });
    const headers = { authorization: `Bearer ${granted.body.access_token}`, 'content-type': 'application/json' };
    const api = (method: string, path: string, body?: unknown) =>
      patiently(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    expect(await api('POST', `/v1/incidents/${id}/assign`, { account: operator.id })).toMatchObject({
      status: 200,
      body: { assignedTo: operator.id },
    });
    expect(
      await api('POST', `/v1/incidents/${id}/assign`, { account: 'acc_01j9zc8m3vf2xr7w5q0t4k6hbe' }),
    ).toMatchObject({ status: 422 });
    expect(await api('GET', `/v1/incidents?assigned=${operator.id}&connection=ats`)).toMatchObject({
      body: { items: [{ id, assignedTo: operator.id }] },
    });
    expect(await api('POST', `/v1/incidents/${id}/notes`, { note: 'called the vendor' })).toMatchObject({
      status: 200,
      body: { items: [{ author: `client:${client}`, note: 'called the vendor' }] },
    });
    expect(await api('POST', `/v1/incidents/${id}/notes`, { note: '' })).toMatchObject({ status: 422 });
    expect(await api('POST', '/v1/incidents/inc_01j9zc8m3vf2xr7w5q0t4k6hbe/notes', { note: 'x' })).toMatchObject({
      status: 404,
    });
    const interlock = onDatabase(desk.service.connectionString);
    expect(await interlock('incident', 'note', id, '--text', 'case 4711')).toMatchObject({
      exitCode: 0,
      stdout: `Noted on ${id}.\n`,
    });
    expect((await interlock('incident', 'note', id, '--text', ' ')).exitCode).toBe(2);
    expect(await interlock('incident', 'assign', id, '--nobody')).toMatchObject({
      exitCode: 0,
      stdout: `Nobody takes care of ${id} any more.\n`,
    });
    expect((await row(id)).assigned_to).toBeNull();
    expect(await interlock('incident', 'assign', id, '--to', operator.email.toUpperCase())).toMatchObject({
      exitCode: 0,
      stdout: `Person 1 takes care of ${id}.\n`,
    });
    expect((await row(id)).assigned_to).toBe(operator.id);
    expect((await interlock('incident', 'assign', id)).exitCode).toBe(2);
    expect((await interlock('incident', 'assign', id, '--to', 'nobody@example.com')).exitCode).toBe(1);
    expect(await send(`/incidents/${id}/notes`, { note: 'third <b>' })).toBe('noted');
    expect(await send(`/incidents/${id}/notes`, { note: '  ' })).toBe('note');
    expect(await page(`/incidents/${id}`)).toMatch(
      /Desk [\w ]+ called the vendor \w+, on the command line [\w ]+ case 4711 Person 1 just now third &lt;b&gt;/,
    );
    expect(await api('GET', `/v1/incidents/${id}/notes`)).toMatchObject({
      body: { items: [{}, {}, { note: 'third <b>' }] },
    });
  }, 60_000);

  test('notes are never rewritten, and go when the person does', async () => {
    const { subject, incident } = await conflict('E1');
    expect(await send(`/incidents/${incident}/notes`, { note: 'Ada said February' })).toBe('noted');
    const change = (values: Record<string, unknown>) =>
      db()
        .updateTable('incident_note')
        .set(values as never)
        .where('incident_id', '=', incident)
        .execute();
    await expect(change({ body: 'another' })).rejects.toThrow(/cannot be rewritten/);
    await expect(change({ author: 'account:acc_other' })).rejects.toThrow(/cannot be rewritten/);
    await expect(db().deleteFrom('incident_note').where('incident_id', '=', incident).execute()).rejects.toThrow();
    const { person_id: person } = await db()
      .selectFrom('subject')
      .select('person_id')
      .where('id', '=', subject)
      .executeTakeFirstOrThrow();
    expect(
      await erasePerson(desk.service.context, person, {
        actor: by.actor,
        basis: 'consent_withdrawn',
        reason: 'request 1',
      }),
    ).toMatchObject({ kind: 'erased' });
    expect(await db().selectFrom('incident_note').select('body').where('incident_id', '=', incident).execute()).toEqual(
      [{ body: null }],
    );
    const text = await page(`/incidents/${incident}`);
    expect(text).toContain('Gone: the person was erased.');
    expect(text).not.toContain('February');
  });
});

describe('settled by its kind', () => {
  test('two values: both with who, when and the rule, for who may see them; one is chosen', async () => {
    const { incident } = await conflict('C1');
    const text = await page(`/incidents/${incident}`);
    expect(text).toMatch(/The rule of this element: the word of one system counts \(ats\)\./);
    expect(text).toMatch(
      /Holds now 2027-01-01 Said by ats just now .*Was written against the rule 2027-02-01 Said by hris just now/,
    );
    expect(await page(`/incidents/${incident}`, auditor)).toContain('2027-02-01');
    const blind = await page(`/incidents/${incident}`, viewer);
    expect(blind).toContain('Your role may not see the values themselves.');
    expect(blind).not.toMatch(/2027-0[12]-01/);
    const { items } = await readAudit(db(), { objectKind: 'incident', objectId: incident });
    expect(items.filter(({ action }) => action === 'conflict.read')).toHaveLength(2);
    expect(await send(`/incidents/${incident}/settle`, { reason: 'by hand' })).toBe('must_choose');
    expect(await send(`/incidents/${incident}/choose`, { choice: 'theirs', reason: '' })).toBe('reason');
    expect(await send(`/incidents/${incident}/choose`, { choice: 'other', value: 'soon', reason: 'asked' })).toBe(
      'invalid_value',
    );
    expect(
      await send(`/incidents/${incident}/choose`, { choice: 'other', value: '2027-03-01', reason: 'asked her' }),
    ).toBe('chosen');
    expect(await send(`/incidents/${incident}/choose`, { choice: 'ours', reason: 'asked' })).toBe('already_settled');
    expect(await page(`/incidents/${incident}`)).toContain('Settled by hand: asked her');
  });

  test('perhaps one person twice: what they share, both with their subjects; linked or told apart', async () => {
    const found = async (refs: readonly string[], email: string): Promise<string> => {
      for (const ref of refs)
        await say('ats', ref, 'application.received', {
          'candidate.email': email,
          'candidate.firstName': 'Ada',
          'candidate.lastName': `L${refs[0]}`,
        });
      await proposeMerges(desk.service.context);
      const open = await db()
        .selectFrom('incident')
        .select('id')
        .where('kind', '=', 'duplicate_profile')
        .where('settled_at', 'is', null)
        .execute();
      expect(open).toHaveLength(1);
      return open[0]?.id ?? '';
    };
    const one = await found(['D1', 'D2'], 'ada@example.com');
    const text = await page(`/incidents/${one}`);
    expect(text).toContain('They have the same address');
    expect(text.match(/per_\w+ sub_\w+ Application, Received/g)).toHaveLength(2);
    expect(await send(`/incidents/${one}/link`, { reason: 'asked her' })).toBe('unknown');
    expect(await send(`/incidents/${one}/link`, { same: 'yes', reason: 'asked her' })).toBe('linked');
    const other = await found(['D3', 'D4'], 'bea@example.com');
    expect(await send(`/incidents/${other}/link`, { same: 'no', reason: 'twins' })).toBe('told_apart');
    expect(await send(`/incidents/${other}/link`, { same: 'no', reason: 'twins' })).toBe('already_settled');
  });

  test('a write that was given up: redriven from here, and back to here', async () => {
    const subject = await rows.subject();
    const writeback = await rows.writeback(subject, 'ats', { status: 'dead', reason: 'stage_not_found' });
    const incident = await rows.incident('dead_writeback', { subject, writeback, connection: 'ats' });
    expect(await page(`/incidents/${incident}`)).toContain(
      'The stage of this state is not there any more. It was to show Triage in ats.',
    );
    expect(await send(`/incidents/${incident}/settle`, { reason: 'x' })).toBe('writeback_dead');
    const said = await operator.post(`/subjects/${subject}/acts`, {
      act: 'redrive',
      writeback,
      reason: 'mended',
      back: `/incidents/${incident}`,
    });
    expect(said.headers.get('location')).toBe(`/incidents/${incident}?said=redriven`);
    const away = await operator.post(`/subjects/${subject}/acts`, {
      act: 'redrive',
      writeback,
      reason: 'mended',
      back: '//evil.example',
    });
    expect(away.headers.get('location')).toBe('/?said=not_dead');
  });

  test('nothing is offered to who may only look, and refused', async () => {
    const id = await rows.incident('divergence', { connection: 'ats' });
    const { text } = await viewer.get(`/incidents/${id}`);
    expect(text.slice(text.indexOf('<main'), text.indexOf('</main'))).not.toContain('<form');
    for (const verb of ['assign', 'notes', 'settle', 'choose', 'link'])
      expect((await viewer.post(`/incidents/${id}/${verb}`, { reason: 'x' })).status).toBe(403);
  });

  test.each(['/incidents/inc_1', '/incidents/inc_01j9zc8m3vf2xr7w5q0t4k6hbe'])('%s is not there', async (path) =>
    expect((await operator.get(path)).status).toBe(404),
  );
});
