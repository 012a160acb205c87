// Every figure that a page marks equals the rows of the ledger, counted by nothing of ours, and what the API says; after a season with faults.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routes } from '../../src/console/routes.ts';
import { limits } from '../../src/core/limits.ts';
import { watchAlerts } from '../../src/services/alerts/watch-alerts.ts';
import { manageClients } from '../../src/services/clients/manage-clients.ts';
import { watchAgreement } from '../../src/services/reconcile/reconcile-figures.ts';
import { keepTallies } from '../../src/services/reports/keep-tallies.ts';
import { manageParties } from '../../src/services/versions/manage-parties.ts';
import { type Browser, by, openConsole, password, type TestConsole } from '../support/console.ts';
import { ago, day, hour, ledgerRows } from '../support/ledger-rows.ts';
import { type Expected, expectedFigures, versionOf } from './numbers/expected.ts';
import { type Ledger, readLedger } from './numbers/ledger.ts';
import { playSeason } from './season.ts';

const slowMs = 2 * limits.leaseMs;
let desk: TestConsole;
let browser: Browser;
let ledger: Ledger;
let expected: Expected;
/** Every marked figure by page and name. */
const shown = new Map<string, ReadonlyMap<string, readonly string[]>>();

beforeAll(async () => {
  desk = await openConsole();
  await desk.prepare();
  const { context } = desk.service;
  await playSeason(context.database.engine);
  await makeTrouble();
  await watchAgreement(context)();
  await signSome();
  await watchAlerts(context, 'http://interlock.test')();
  // Most of what pages show comes from hours and days that were counted, as in a service that runs.
  while ((await keepTallies(context)) > 0);
  browser = await desk.signedIn('admin', 'committee');
  ledger = await readLedger(context.database.engine);
  expected = expectedFigures(ledger, Date.now(), slowMs);
  for (const { method, path, roles } of routes) {
    // A page for anybody has no figures; one with parameters is about one thing.
    if (method !== 'GET' || roles === 'public' || path.includes(':') || path === '/live') continue;
    const { text, headers } = await browser.get(`${path}?period=30d`);
    if (headers.get('content-type')?.includes('text/html')) shown.set(path, figuresOf(text));
  }
  shown.set('the comparison', figuresOf((await browser.get('/machines/application/2/diff/1')).text));
  shown.set(
    'the diagram',
    figuresOf((await browser.get(`/machines/application/${versionOf(ledger)}?period=30d`)).text),
  );
}, 240_000);
afterAll(async () => desk[Symbol.asyncDispose]());

/** Two parties of four sign the application machine, one the dictionary. */
async function signSome(): Promise<void> {
  const { context } = desk.service;
  const sign = async (who: Browser, party: string, path: string, hash: string) => {
    const fields = { hash, party, name: 'Ada', decision: 'approved', reason: '', password };
    const { status, text } = await who.post(path, fields);
    if (status !== 303) throw new Error(`${party} could not sign ${path}: ${status} ${text}`);
  };
  for (const party of ['IT', 'Product owner']) {
    const signer = await desk.signedIn('committee');
    await manageParties(context).set(signer.id, [party], by);
    await sign(signer, party, '/machines/application/2/release', context.machines.get('application', 2).hash);
    if (party === 'IT') await sign(signer, party, '/dictionary/1/release', context.dictionary.hash);
  }
}

/** What a season does not have by itself: everything that can be wrong at once. */
async function makeTrouble(): Promise<void> {
  const db = desk.service.context.database.engine;
  const rows = ledgerRows(db);
  const subjects = (await db.selectFrom('subject').select('id').orderBy('id').execute()).map(({ id }) => id);
  const some = (nth: number): string => subjects[nth % subjects.length] ?? '';
  for (const [nth, kind] of [
    'field_conflict',
    'field_conflict',
    'field_conflict',
    'quarantined_event',
    'unmapped_stage',
  ].entries())
    await rows.incident(kind, {
      subject: some(nth * 3),
      connection: 'board',
      openedAt: ago(nth * hour),
      settled: nth === 1,
    });
  for (const nth of [1, 2, 3, 4])
    await rows.incident('divergence', {
      subject: some(nth * 7),
      connection: 'greenhouse-eu',
      openedAt: ago(hour),
      detail: { shows: 'active.triage' },
    });
  for (const disposition of ['parked', 'parked', 'echo', 'stale', 'quarantined', 'quarantined'])
    await rows.event({
      subject: some(5),
      disposition,
      receivedAt: ago(2 * hour),
      ...(disposition === 'quarantined' ? { code: 'not_understood' } : {}),
    });
  await rows.event({
    subject: some(6),
    code: 'missing_elements',
    detail: { state: 'active.triage', elements: ['rejection.reason'] },
  });
  await db
    .insertInto('kpi_hour')
    .values({
      hour: new Date(Math.floor((Date.now() - day) / hour) * hour),
      measure: 'event.duplicate',
      machine: 'application',
      event_type: '',
      connection_id: '',
      count: '11',
    } as never)
    .execute();
  for (const status of ['waived', 'superseded', 'leased', 'ready'] as const)
    await rows.writeback(some(11), 'bamboohr', { status, createdAt: ago(3 * hour), settledAt: ago(2 * hour) });
  await rows.writeback(some(12), 'bamboohr', {
    status: 'confirmed',
    createdAt: ago(hour),
    settledAt: ago(hour / 2),
    contradictions: 3,
    conflicts: 1,
  });
  await rows.writeback(some(13), 'bamboohr', {
    status: 'confirmed',
    createdAt: ago(hour),
    settledAt: ago(hour / 2),
    settledBy: 'origin',
  });
  const unknown = ['/application/custom', '/application/gone', '/candidate/x'].map((pointer, nth) => ({
    connection_id: nth === 2 ? 'board' : 'greenhouse-eu',
    ...{ pointer, kind: 'unmapped' as const, code: '', seen: nth + 1 },
  }));
  await db
    .insertInto('unknown_field')
    .values(unknown as never)
    .execute();
  await db.updateTable('connection').set({ circuit: 'open' }).where('id', '=', 'board').execute();
}

const figuresOf = (text: string): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, string[]>();
  for (const [, value = '', name = ''] of text.matchAll(/<data value="([^"]*)" data-figure="([^"]*)">/g))
    found.set(name, [...(found.get(name) ?? []), value]);
  return found;
};

/**
 * Held elsewhere: what is on the diagram and in its table by tests of their own below, and so are the owners on /stuck, whose names
 * come from the machine and whose sum is that of the causes. Nothing is sealed in this season, and so there are no figures of the log.
 */
const elsewhere = (name: string): boolean => /^(flow|stuck\.owner)\./.test(name);

test.each([
  ...routes
    .filter(({ method, path, roles }) => method === 'GET' && roles !== 'public' && !path.includes(':'))
    .map(({ path }) => [path]),
  ['the comparison'],
])('what %s says is what the ledger says', (path) => {
  const wrong: string[] = [];
  for (const [name, values] of shown.get(path) ?? []) {
    if (elsewhere(name)) continue;
    const wanted = expected[name] ?? 0;
    for (const value of values)
      if (!near(value, Object.hasOwn(expected, name) ? (expected[name] ?? null) : wanted))
        wrong.push(`${name}: the page says ${value}, the rows ${wanted}`);
  }
  expect(wrong).toEqual([]);
});

test('nothing that the ledger has is left out of the pages that count it', () => {
  const pages: Record<string, RegExp> = {
    '/overview': /^overview\./,
    '/stuck': /^stuck\.(?!owner)/,
    '/events': /^events\.[a-z]+$/,
    '/incidents': /^incidents\./,
    '/writebacks': /^writebacks\./,
    '/agreement': /^agreement\.(pairs|open)/,
    'the diagram': /^flow\./,
    '/access': /^access\./,
    '/machines': /^signatures\./,
    '/applications': /^applications\./,
    '/alerts': /^alerts\.firing/,
    '/dictionary': /^dictionary\./,
    'the comparison': /^diff\./,
  };
  for (const [path, pattern] of Object.entries(pages)) {
    const names = Object.keys(expected).filter((name) => pattern.test(name) && (expected[name] ?? 0) !== 0);
    const there = shown.get(path) ?? new Map();
    expect([path, names.filter((name) => !there.has(name))]).toEqual([path, []]);
    expect([path, names.length > 0]).toEqual([path, true]);
  }
});

test('the diagram, its table and the rows say the same of every state', () => {
  const table = shown.get('the diagram') ?? new Map();
  for (const [name, values] of table)
    if (name.startsWith('flow.')) expect([name, values]).toEqual([name, values.map(() => String(expected[name] ?? 0))]);
});

test('the hints on the picture say it too', async () => {
  const { text } = await browser.get(`/machines/application/${versionOf(ledger)}/diagram.svg?period=30d`);
  const hints = [...text.matchAll(/<title>([\d,]+) in ([^<]+)<\/title>/g)];
  expect(hints.length).toBeGreaterThan(8);
  const total = hints.reduce((sum, [, number = '0']) => sum + Number(number.replaceAll(',', '')), 0);
  expect(total).toBe(ledger.subject.filter((row) => row.machine === 'application').length);
});

describe('the sums', () => {
  test('of dispositions, of causes and of kinds add up', () => {
    const of = (prefix: string, names: readonly string[]): number =>
      names.reduce((sum, name) => sum + Number(expected[`${prefix}.${name}`] ?? 0), 0);
    const endings = ['applied', 'duplicate', 'echo', 'stale', 'refused', 'quarantined', 'parked'];
    expect(of('overview', endings)).toBe(expected['overview.received']);
    const owners = [...(shown.get('/stuck') ?? [])].filter(([name]) => name.startsWith('stuck.owner.'));
    expect(owners.length).toBeGreaterThan(1);
    expect(owners.reduce((sum, [, [value]]) => sum + Number(value), 0)).toBe(expected['stuck.all']);
  });

  test('are those of the API', async () => {
    const clients = manageClients(desk.service.context, desk.service.context.database.engine);
    const scopes = ['reports:read', 'incidents:read', 'writebacks:read'] as const;
    const { id, secret } = await clients.create({ name: 'Reader', kind: 'operator', scopes: [...scopes] }, by);
    const token = (
      await answered<{ access_token: string }>('/oauth2/token', {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret }),
      })
    ).access_token;
    const get = <T>(path: string) => answered<T>(path, { headers: { authorization: `Bearer ${token}` } });
    const kpis = await get<Kpis>(`/v1/kpis?from=${ago(30 * day).toISOString()}&group=connection`);
    expect(kpis.totals.confirmedRate).toBeCloseTo(expected['overview.confirmedRate'] ?? -1, 12);
    expect(kpis.totals.contradicted).toBe(expected['overview.contradicted']);
    expect(kpis.dispositions.received).toBe(expected['overview.received']);
    for (const row of kpis.rows) expect(row.writebacks).toBe(expected[`overview.writebacks.${row.connection}`]);
    const { totals } = await get<{ totals: Record<string, number> }>('/v1/stuck');
    for (const [cause, total] of Object.entries(totals))
      expect([cause, total]).toEqual([cause, expected[`stuck.${cause}`] ?? 0]);
    for (const one of kpis.agreement) {
      expect([one.connection, one.pairs]).toEqual([one.connection, expected[`agreement.pairs.${one.connection}`] ?? 0]);
      expect([one.connection, one.open]).toEqual([one.connection, expected[`agreement.open.${one.connection}`] ?? 0]);
    }
    const { items } = await get<{ items: { settledAt: string | null }[] }>('/v1/incidents?limit=200');
    expect(items.filter(({ settledAt }) => settledAt === null).length).toBe(expected['incidents.open']);
  });
});

/** What of the answer is compared. */
interface Kpis {
  totals: { confirmedRate: number; contradicted: number };
  dispositions: { received: number };
  rows: { connection: string; writebacks: number }[];
  agreement: { connection: string; pairs: number; open: number }[];
}

/** Asks until the answer is there: while the machine is held up, load is shed. */
async function answered<T>(path: string, init: RequestInit): Promise<T> {
  for (let round = 0; ; round += 1) {
    const answer = await desk.app.request(`http://interlock.test${path}`, init);
    if (answer.status === 503 && round < 60) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      continue;
    }
    const body = await answer.text();
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${body}`);
    return JSON.parse(body) as T;
  }
}

test('a figure that were one more would be found', () => {
  const name = 'overview.received';
  expect(near(String((expected[name] ?? 0) + 1), expected[name] ?? null)).toBe(false);
  expect(near(String(expected[name]), expected[name] ?? null)).toBe(true);
});

function near(text: string, wanted: number | null): boolean {
  if (wanted === null) return text === '';
  return (
    text !== '' && Math.abs(Number(text) - wanted) <= Math.abs(wanted) * 1e-9 + (Number.isInteger(wanted) ? 0 : 0.01)
  );
}
