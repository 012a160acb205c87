// Plants the corpus in everything that candidates, vendors and people write: through the real doors first, then straight into the rows.
import { createHmac, randomUUID } from 'node:crypto';
import { CompiledQuery } from 'kysely';
import { rights } from '../../../src/core/access/roles.ts';
import { manageClients } from '../../../src/services/clients/manage-clients.ts';
import { addConnection } from '../../../src/services/connections/manage-connections.ts';
import { proposeVersion } from '../../../src/services/versions/propose-version.ts';
import { type Browser, by, password, type TestConsole } from '../../support/console.ts';
import { greenhouseStages, secrets } from '../../support/hiring-office.ts';
import { idOf, ledgerRows } from '../../support/ledger-rows.ts';
import { corpus } from './corpus.ts';

export interface Planted {
  /** An admin and committee member with every right, whose own name is hostile. */
  browser: Browser;
  /** How many texts each door took. */
  taken: Record<string, number>;
}

export async function plant(desk: TestConsole): Promise<Planted> {
  const taken: Record<string, number> = {};
  await connections(desk);
  taken.events = await byEvents(desk);
  taken.webhooks = await byWebhooks(desk);
  await byRows(desk);
  const browser = await somebody(desk);
  taken.notes = await byNotes(desk, browser);
  const definition = { ...desk.service.context.machines.latest('application').definition, description: corpus[0] };
  const version = String(desk.service.context.machines.latest('application').version + 1);
  const proposed = await proposeVersion(desk.service.context, { ...definition, version }, corpus[4] ?? '', by);
  taken.proposals = proposed.kind === 'proposed' ? 1 : 0;
  return { browser, taken };
}

const at = (nth: number): string => corpus[nth % corpus.length] ?? '';

async function somebody(desk: TestConsole): Promise<Browser> {
  const added = await desk.accounts.add(
    { name: at(0), email: 'hostile@example.com', roles: ['admin', 'committee'] },
    by,
  );
  if (added.kind !== 'added') throw new Error(added.kind);
  await desk.accounts.setRights(added.id, Object.keys(rights) as 'export'[], by);
  await desk.links.choosePassword(added.link, password, 'r');
  const browser = desk.browser();
  await browser.post('/sign-in', { email: 'hostile@example.com', password });
  return browser;
}

async function connections({ service: { context } }: TestConsole): Promise<void> {
  const settings = { baseUrl: 'https://vendor.example', authUrl: 'https://vendor.example', rejectionReasonId: 14 };
  const added = await addConnection(context, by.actor, {
    id: 'greenhouse',
    adapter: 'greenhouse',
    settings: { ...settings, stages: greenhouseStages, allowCandidateEmails: true },
    scope: {},
    secrets,
  });
  if (!added.ok) throw new Error(JSON.stringify(added));
}

/** An API client's events: names, titles, regions, reasons, the sender's own ids; its client's name is hostile too. */
async function byEvents({ service: { context }, app }: TestConsole): Promise<number> {
  const clients = manageClients(context, context.database.engine);
  const { id, secret } = await clients.create({ name: at(1).slice(0, 120), kind: 'ats', scopes: ['events:write'] }, by);
  const granted = await send(app, '/oauth2/token', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret }),
  });
  const { access_token: token } = (await granted.json()) as { access_token: string };
  const kinds = [
    (text: string) => ({ type: 'application.received', data: dataOf(text) }),
    (text: string) => ({ type: 'application.rejected', data: { 'rejection.reason': text } }),
    (text: string) => ({ type: text, data: {} }),
  ];
  let taken = 0;
  for (const [step, kind] of kinds.entries()) {
    const events = corpus.map((text, nth) => ({
      id: `${text.slice(0, 60)}-${nth}-${step}`,
      subject: { system: 'ats', ref: `${text.slice(0, 80)}-${nth}` },
      occurredAt: new Date().toISOString(),
      ...kind(text),
    }));
    // One by one as many at once: what one door refuses of a list must not keep the others out.
    const answers = await Promise.all(
      events.map((event) =>
        send(app, '/v1/events', {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
          body: JSON.stringify(event),
        }),
      ),
    );
    // Refused by the machine is on record, and so on pages; refused for its form is not.
    taken += answers.filter(({ status }) => status < 300 || status === 409).length;
  }
  return taken;
}

/** Again what is turned away because the machine is busy, as every sender does. */
async function send(app: TestConsole['app'], path: string, init: RequestInit): Promise<Response> {
  for (let round = 0; ; round += 1) {
    const answer = await app.request(`http://interlock.test${path}`, init);
    if (answer.status !== 503 || round > 100) return answer;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

const dataOf = (text: string): Record<string, unknown> => ({
  'candidate.firstName': text,
  'candidate.lastName': text,
  'candidate.location': text,
  'application.source': text,
  'application.referrer': text,
  'requisition.title': text,
  'requisition.region': text,
  'requisition.businessUnit': text,
  'requisition.department': text,
  'requisition.location': text,
});

/** Greenhouse's webhooks: names, stages that nobody knows, fields that nobody mapped, actions and bodies that make no sense. */
async function byWebhooks({ app }: TestConsole): Promise<number> {
  const bodies = corpus.flatMap((text, nth) => {
    const candidate = { id: 1_000 + nth, first_name: text, last_name: text, title: text, [text]: text };
    const application = (stage: string) => ({
      id: 9_000 + nth,
      applied_at: '2026-11-20T10:00:00Z',
      current_stage: { id: 1, name: stage },
      jobs: [{ id: 77, name: text }],
      candidate,
      custom_fields: { [text]: { name: text, type: 'short_text', value: text } },
    });
    return [
      { action: 'new_candidate_application', payload: { application: application('Application Review') } },
      { action: 'candidate_stage_change', payload: { application: application(text) } },
      { action: 'candidate_stage_change', payload: { [text]: text } },
    ];
  });
  let taken = 0;
  for (let from = 0; from < bodies.length; from += 30) {
    const answers = await Promise.all(
      bodies.slice(from, from + 30).map((body) => {
        const raw = JSON.stringify(body);
        const signature = `sha256 ${createHmac('sha256', secrets.webhookSecret).update(raw).digest('hex')}`;
        const headers = { 'content-type': 'application/json', 'greenhouse-event-id': randomUUID(), signature };
        return send(app, '/hooks/greenhouse', { method: 'POST', headers, body: raw });
      }),
    );
    taken += answers.filter(({ status }) => status === 200).length;
  }
  return taken;
}

/** What no door would let in, as if one had failed: pages must not rely on doors. */
async function byRows({ service: { context } }: TestConsole): Promise<void> {
  const db = context.database.engine;
  const rows = ledgerRows(db);
  const run = (statement: string, ...values: unknown[]) => db.executeQuery(CompiledQuery.raw(statement, values));
  await rows.connection('board');
  for (const [nth, text] of corpus.entries()) {
    const subject = await rows.subject({ state: 'active.triage', slaDueAt: new Date(Date.now() - 1_000 * nth) });
    await run('update subject set region = $1, business_unit = $1, requisition_type = $1 where id = $2', text, subject);
    await rows.transition(subject, 1);
    const detail = { state: 'active.triage', detail: text, [text]: text, allowed: [text], shown: text, stage: text };
    const event = await rows.event({
      subject,
      claim: text,
      source: `client:${text}`,
      code: 'illegal_transition',
      detail,
    });
    const eventType = nth % 2 ? text : 'triage.started';
    const writeback = await rows.writeback(subject, 'board', { status: 'dead', reason: text, eventType });
    await rows.attempt(writeback, 1, 'refused').catch(() => undefined);
    const kinds = [
      'field_conflict',
      'divergence',
      'dead_writeback',
      'duplicate_profile',
      'event_expired',
      'fingerprint_conflict',
      'quarantined_event',
      'unmapped_stage',
      'mapping_gone',
      'polling_stale',
      'wave_held',
      'file_trouble',
    ];
    const incident = await rows.incident(kinds[nth % kinds.length] ?? '', {
      subject,
      connection: 'board',
      writeback,
      event,
      detail,
      owner: text,
    });
    await run('update lane set held_reason = $1, held_at = now() where subject_id = $2', text, subject);
    await run(
      `insert into shown (id, subject_id, connection_id, seen_at, stage, states, trouble, trouble_since, failure) values ($1, $2, 'board', now(), $3, array[$3], 'moved', now(), $3)`,
      idOf('rdg'),
      subject,
      text,
    );
    await run(
      `insert into unknown_field (connection_id, pointer, kind, code, seen) values ('board', $1, 'unmapped', $1, 3) on conflict do nothing`,
      `/${text}`,
    );
    const broken = `imp_${idOf('evt').slice(4)}`;
    await run(
      `insert into import (id, source, fingerprint, status, rows_done, rows_error, begun_by, format, states, errors_file, rules)
       values ($1, $2, $1, $3, 1, 1, $2, $4, jsonb_build_object($2::text, $2::text), $2, jsonb_build_object($2::text, 1))`,
      broken,
      text,
      nth % 2 ? 'done' : 'running',
      nth % 3 ? 'csv' : 'parts',
    );
    await run(`insert into import_error (import_id, place, line, rule, todo) values ($1, 1, 1, $2, $2)`, broken, text);
    await run(
      `insert into audit (actor_kind, actor_id, action, object_kind, object_id, detail) values ('client', $1, $1, $1, $1, jsonb_build_object('x', $1::text))`,
      text,
    );
    await run('insert into incident_note (incident_id, author, body) values ($1, $2, $2)', incident, text);
  }
  await run(
    `insert into catalogue (connection_id, stages, fields, missing) values ('board', $1, $1, $2::jsonb) on conflict do nothing`,
    [...corpus],
    JSON.stringify(corpus.map((text) => ({ kind: 'stage', name: text, states: [text], elements: [text] }))),
  );
  await run(`update connection set circuit = 'open', circuit_reason = $1 where id = 'board'`, at(4));
}

async function byNotes({ service: { context } }: TestConsole, browser: Browser): Promise<number> {
  const incidents = await context.database.engine
    .selectFrom('incident')
    .select('id')
    .orderBy('id')
    .limit(corpus.length)
    .execute();
  let taken = 0;
  for (const [nth, { id }] of incidents.entries()) {
    const said = await browser.post(`/incidents/${id}/notes`, { note: at(nth) });
    if (said.headers.get('location')?.includes('noted')) taken += 1;
  }
  return taken;
}
