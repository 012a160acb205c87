// The page of one subject: where it stands and why, every kind of entry in its lane, parts that add up, acts, and who may see what.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PersonId } from '../../src/core/ids.ts';
import { readSubject } from '../../src/services/reports/read-subject.ts';
import { openVault } from '../../src/services/vault.ts';
import { readAudit } from '../../src/services/write-audit.ts';
import { type Browser, openConsole, type TestConsole } from '../support/console.ts';
import { intake } from '../support/intakes.ts';
import { ago, day, hour, idOf, type LedgerRows, ledgerRows, minute } from '../support/ledger-rows.ts';

let desk: TestConsole;
let rows: LedgerRows;
let operator: Browser & { id: string };
let viewer: Browser;
/** One with every kind of entry there is. */
let rich: string;
let dead: string;
let conflict: string;
beforeAll(async () => {
  desk = await openConsole();
  rows = ledgerRows(db());
  operator = await desk.signedIn('operator');
  viewer = await desk.signedIn('viewer');
  await rows.connection('greenhouse-eu');
  await rows.connection('bamboohr');
  await makeRich();
}, 120_000);
afterAll(async () => desk[Symbol.asyncDispose]());

const db = () => desk.service.context.database.engine;
const reader = { actor: { kind: 'cli' as const, id: 'tester' } };
/** What a reader sees, without the markup. */
const wordsOf = (html: string): string =>
  html
    .slice(html.indexOf('<main'))
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replace(/\s+/g, ' ');
const page = async (subject: string, query = '', browser: Browser = operator): Promise<string> =>
  wordsOf((await browser.get(`/subjects/${subject}${query}`)).text);

async function makeRich(): Promise<void> {
  rich = await rows.subject({ state: 'active.triage', slaDueAt: ago(-2 * day), ref: 'A-77' });
  await rows.event({
    subject: rich,
    claim: 'offer.extended',
    code: 'illegal_transition',
    detail: {
      detail: '"offer.extended" is not possible from "active.received"',
      state: 'active.received',
      allowed: ['triage.started'],
    },
    source: 'connection:greenhouse-eu',
    receivedAt: ago(3 * hour),
  });
  await rows.transition(rich, 1, { recordedAt: ago(2 * hour) });
  const echoed = await rows.writeback(rich, 'bamboohr', {
    status: 'confirmed',
    settledBy: 'echo',
    createdAt: ago(2 * hour),
    settledAt: ago(2 * hour - 4_000),
  });
  const echo = await rows.event({
    subject: rich,
    disposition: 'echo',
    source: 'connection:bamboohr',
    receivedAt: ago(2 * hour - 4_000),
  });
  await db().insertInto('echo').values({ writeback_id: echoed, event_id: echo, value: 'active.triage' }).execute();
  dead = await rows.writeback(rich, 'greenhouse-eu', {
    status: 'dead',
    reason: 'stage_not_found',
    createdAt: ago(2 * hour),
    tries: 8,
  });
  await rows.attempt(dead, 1, 'retryable', ago(2 * hour - minute));
  await rows.attempt(dead, 2, 'refused', ago(2 * hour - 2 * minute));
  await db()
    .insertInto('shown')
    .values({
      id: 'rdg_1',
      subject_id: rich,
      connection_id: 'greenhouse-eu',
      stage: 'Phone <b>Screen</b>',
      states: ['active.received'],
      seen_at: ago(hour),
      trouble: 'moved',
      trouble_since: ago(hour),
    } as never)
    .execute();
  await rows.incident('dead_writeback', {
    subject: rich,
    writeback: dead,
    connection: 'greenhouse-eu',
    openedAt: ago(90 * minute),
  });
  conflict = await rows.incident('field_conflict', {
    subject: rich,
    connection: 'bamboohr',
    openedAt: ago(80 * minute),
  });
  await rows.event({
    subject: rich,
    disposition: 'parked',
    parkedFor: 'turn',
    claim: 'interview.scheduled',
    receivedAt: ago(70 * minute),
  });
  await db()
    .insertInto('checkpoint_key')
    .values({ id: 'k', public_key: Buffer.alloc(32), private_key_ct: Buffer.alloc(32) })
    .execute();
  await db()
    .insertInto('approval')
    .values({
      id: idOf('apr'),
      kind: 'machine',
      name: 'application',
      version: desk.service.context.machines.latest('application').version,
      hash: 'h',
      role: 'IT',
      account_id: operator.id,
      decision: 'approved',
      required: ['IT'],
      display_name: 'Person 1',
      signer: 's',
      key_id: 'k',
      signature: Buffer.alloc(64),
      decided_at: ago(30 * day),
    } as never)
    .execute();
  await operator.post(`/incidents/${conflict}/notes`, { note: 'asked the recruiter <script>' });
}

describe('the head', () => {
  test('says where it stands, since when, why it is stuck, whose turn it is and what comes by itself', async () => {
    const head =
      /<p class="standing bad" role="status">(.*?)<\/p>/s.exec((await operator.get(`/subjects/${rich}`)).text)?.[1] ??
      '';
    expect(wordsOf(`<main${head}`)).toMatch(
      /Triage since 1 d ago .* Stuck since 2 h ago : Writing to greenhouse-eu was given up .* It is the turn of recruiting operations .* until somebody redrives or waives it/,
    );
    const text = await page(rich);
    expect(text).toMatch(
      /"interview.scheduled" came early.*It is decided again after each transition of this subject; else it is refused, with an incident \( in \d+ min/,
    );
    expect(text).toMatch(/wrote an element against its rule.*Until somebody decides: what held before goes on to hold/);
  });

  test('says that nothing is in the way, and who has the turn until when', async () => {
    const calm = await rows.subject({ state: 'active.triage', slaDueAt: ago(-2 * day) });
    expect(await page(calm)).toMatch(
      /In Triage since .*nothing is in the way.*It is the turn of Recruiter.*due in 1 d/,
    );
    const over = await rows.subject({ state: 'hired', ended: true });
    expect(await page(over)).toMatch(/Ended in Hired .*Nobody has to do anything/);
  });

  test.each([
    [
      'a circuit that is open',
      { circuit: 'open', circuit_until: ago(-10 * minute) },
      /bamboohr is tried again \( in (9|10) min/,
    ],
    ['a pause', { status: 'paused' }, /It goes on when somebody resumes bamboohr/],
    ['a vendor that asked to wait', { blocked_until: ago(-5 * minute) }, /bamboohr is asked again \( in (4|5) min/],
  ])('says what comes after %s', async (_, change, words) => {
    const subject = await rows.subject({ state: 'active.triage' });
    await rows.writeback(subject, 'bamboohr', { status: 'ready', createdAt: ago(hour), tries: 3 });
    await db()
      .updateTable('connection')
      .set(change as never)
      .where('id', '=', 'bamboohr')
      .execute();
    try {
      expect(await page(subject)).toMatch(words);
    } finally {
      await db()
        .updateTable('connection')
        .set({ circuit: 'closed', circuit_until: null, blocked_until: null, status: 'active' })
        .where('id', '=', 'bamboohr')
        .execute();
    }
  });
});

describe('the timeline', () => {
  test('has every kind of entry, each with who and when', async () => {
    const text = await page(rich);
    for (const words of [
      /greenhouse-eu: offer\.extended Refused The event is not possible in this state: "offer\.extended" is not possible/,
      /Possible instead: triage\.started/,
      /Triage from Received v1/,
      /Confirmed Triage after 4\.0 s, by its own echo/,
      /Echo of our own write shows Triage/,
      /Given up Triage .* The stage of this state is not there any more 2 attempts .* Failed for now · 200 \(5 ms\)/,
      /Was read shows Received \(“Phone <b>Screen<\/b>”\): not the canonical state/,
      /Two values for one field Open/,
      /Person 1 noted “asked the recruiter <script>”/,
      /Person 1 noted something about an incident/,
      /interview\.scheduled Waiting Waits for the event that must come before it, until in/,
      /Person 1 signed version \d of the machine for IT/,
    ])
      expect(text).toMatch(words);
  });

  test('puts each entry into the lane of its system', async () => {
    const { text } = await operator.get(`/subjects/${rich}`);
    const heads = [...text.matchAll(/<th scope="col">([^<]*)<\/th>/g)].map(([, head]) => head);
    expect(heads).toEqual(['When (UTC)', 'Interlock', 'bamboohr', 'greenhouse-eu']);
    const row =
      [...text.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, one]) => one ?? '').find((one) => one.includes('v1</span>')) ??
      '';
    const cells = row
      .split('<td')
      .slice(1)
      .map((cell) => wordsOf(`<main><td${cell}`));
    expect(cells).toHaveLength(3);
    expect(cells[0]).toContain('Triage from Received');
    expect(cells[1]).toContain('Confirmed');
    expect(cells[2]).toContain('Given up');
  });

  test('shows what the API shows, to the entry', async () => {
    const timeline = await readSubject(desk.service.context, rich, { values: false, reader });
    const kinds = new Set(timeline?.entries.map((one) => one.kind));
    expect([...kinds].sort()).toEqual([
      'action',
      'approval',
      'echo',
      'event',
      'incident',
      'note',
      'reading',
      'transition',
      'writeback',
    ]);
    const { text } = await operator.get(`/subjects/${rich}`);
    expect(text.match(/class="entry/g)).toHaveLength(timeline?.entries.length ?? -1);
  });

  test('narrows to what moved, was said, was written, was done by people, who looked, and to one system', async () => {
    const shown = async (query: string): Promise<string> => {
      const { text } = await operator.get(`/subjects/${rich}${query}`);
      return wordsOf(`<main${text.slice(text.indexOf('class="lanes"'))}`);
    };
    expect(await shown('?show=moves')).toContain('Triage from Received');
    expect(await shown('?show=moves')).not.toContain('Given up');
    expect(await shown('?show=writes')).toContain('Given up');
    expect(await shown('?show=said')).toContain('Refused');
    expect(await shown('?show=people')).toContain('signed version');
    expect(await shown('')).not.toContain('looked at this subject');
    expect(await shown('?show=looks')).toContain('Person 1 looked at this subject');
    const one = await shown('?system=bamboohr');
    expect(one).toContain('by its own echo');
    expect(one).not.toContain('Given up');
    expect(await shown('?show=nonsense&system=%00&before=never')).toContain('Given up');
  });

  test('goes back part by part, without a gap and without a repetition', async () => {
    const long = await rows.subject({ state: 'active.triage' });
    // Some of one moment, which stay together across the end of a part.
    for (let nth = 0; nth < 260; nth += 1)
      await rows.event({
        subject: long,
        disposition: 'stale',
        code: 'already_there',
        claim: `said.${nth}.`,
        receivedAt: ago(10 * hour - Math.floor(nth / 7) * minute),
      });
    const seen: string[] = [];
    let address: string | undefined = `/subjects/${long}`;
    for (let part = 0; address !== undefined && part < 9; part += 1) {
      const { text }: { text: string } = await operator.get(address);
      seen.push(...[...text.matchAll(/said\.(\d+)\./g)].map(([, nth]) => nth ?? ''));
      address = /href="([^"]+before=[^"]+)#timeline">Earlier/.exec(text)?.[1]?.replaceAll('&amp;', '&');
    }
    expect(seen).toHaveLength(260);
    expect(new Set(seen).size).toBe(260);
    const api: string[] = [];
    let before: string | undefined;
    do {
      const part = await readSubject(desk.service.context, long, { values: false, reader, before, rowsMax: 40 });
      api.unshift(...(part?.entries.flatMap((one) => (one.kind === 'event' ? [one.claim ?? ''] : [])) ?? []));
      before = part?.next ?? undefined;
    } while (before !== undefined);
    expect(api).toHaveLength(260);
    expect(new Set(api).size).toBe(260);
  });
});

describe('acts', () => {
  test('redrive, and what came of it is on the page and in the log', async () => {
    const subject = await rows.subject({ state: 'active.triage' });
    const writeback = await rows.writeback(subject, 'greenhouse-eu', { status: 'dead', reason: 'http_409' });
    const said = await operator.post(`/subjects/${subject}/acts`, {
      act: 'redrive',
      writeback,
      reason: 'mended there',
    });
    expect([said.status, said.headers.get('location')]).toEqual([303, `/subjects/${subject}?said=redriven`]);
    expect(await page(subject, '?said=redriven')).toContain('It is due now');
    expect(await page(subject, '?show=people')).toMatch(/Person 1 had a write tried again “mended there”/);
    const again = await operator.post(`/subjects/${subject}/acts`, { act: 'redrive', writeback, reason: 'once more' });
    expect(again.headers.get('location')).toBe(`/subjects/${subject}?said=not_dead`);
    expect(await page(subject, '?said=not_dead')).toContain('Nothing was done');
  });

  test('waive, hold and release', async () => {
    const subject = await rows.subject({ state: 'active.triage' });
    const writeback = await rows.writeback(subject, 'greenhouse-eu', { status: 'dead', reason: 'http_409' });
    const act = async (fields: Record<string, string>) =>
      (await operator.post(`/subjects/${subject}/acts`, { reason: 'a reason', ...fields })).headers
        .get('location')
        ?.split('said=')[1];
    expect(await act({ act: 'hold', connection: 'greenhouse-eu' })).toBe('held');
    expect(await page(subject)).toMatch(
      /Given up 1 waiting Held Release the lane .* Person 1 held the lane “a reason”/,
    );
    expect(await act({ act: 'hold', connection: 'greenhouse-eu' })).toBe('already_held');
    expect(await act({ act: 'release', connection: 'greenhouse-eu' })).toBe('still_held');
    expect(await act({ act: 'waive', writeback })).toBe('waived');
    expect(await act({ act: 'waive', writeback })).toBe('already_settled');
    expect(await act({ act: 'release', connection: 'greenhouse-eu' })).toBe('not_held');
    expect(await act({ act: 'hold', connection: 'nowhere' })).toBe('unknown');
    expect(await act({ act: 'burn', writeback })).toBe('unknown');
    expect(await act({ act: 'waive', writeback, reason: 'tell jo@example.com' })).toBe('reason');
  });

  test('are offered only to who may act, and refused to all others', async () => {
    const { text } = await viewer.get(`/subjects/${rich}`);
    expect(text).not.toContain(`action="/subjects/`);
    expect(text).toContain('An operator or an admin can act on it.');
    expect((await viewer.post(`/subjects/${rich}/acts`, { act: 'waive', writeback: dead, reason: 'x' })).status).toBe(
      403,
    );
  });
});

describe('personal values', () => {
  test('are on a page of their own, for some roles, and each look is on record before it is made', async () => {
    const context = desk.service.context;
    const recorded = await context
      .recorder()
      .record(intake('V1', 'application.received', { data: { 'candidate.email': 'ada@example.com' } }));
    const subject = recorded.subject ?? '';
    expect((await operator.get(`/subjects/${subject}`)).text).not.toContain('ada@example.com');
    expect((await viewer.get(`/subjects/${subject}/values`)).status).toBe(403);
    expect((await viewer.get(`/subjects/${subject}`)).text).not.toContain('/values');
    const { text } = await operator.get(`/subjects/${subject}/values`);
    expect(text).toContain('ada@example.com');
    const { items } = await readAudit(db(), { objectKind: 'subject', objectId: subject });
    expect(items.map(({ action }) => action).sort()).toEqual(['subject.read', 'subject.read', 'subject.read_personal']);
  });

  test('that were encrypted with another key are said to be so, with what to do, and no other page fails for them', async () => {
    const { context } = desk.service;
    const { subject } = await context
      .recorder()
      .record(intake('V2', 'application.received', { data: { 'candidate.email': 'bea@example.com' } }));
    const { person_id: person } = await db()
      .selectFrom('subject')
      .select('person_id')
      .where('id', '=', subject ?? '')
      .executeTakeFirstOrThrow();
    const { wrapped } = openVault(Buffer.alloc(32, 9)).newPerson(person as PersonId);
    await db().updateTable('person').set(wrapped).where('id', '=', person).execute();
    context.vault.forget(person as PersonId);
    const { status, text } = await operator.get(`/subjects/${subject}/values`);
    expect(status).toBe(503);
    expect(wordsOf(text)).toMatch(/Encrypted with another key .*INTERLOCK_MASTER_KEY/);
    expect(wordsOf(text)).not.toContain('Trying again');
    expect((await operator.get(`/subjects/${subject}`)).status).toBe(200);
  });

  test.each([
    '/subjects/sub_1',
    '/subjects/sub_01j9zc8m3vf2xr7w5q0t4k6hbe',
    '/subjects/sub_01j9zc8m3vf2xr7w5q0t4k6hbe/values',
  ])('%s is not there', async (path) => expect((await operator.get(path)).status).toBe(404));
});
