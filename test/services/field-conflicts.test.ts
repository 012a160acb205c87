// Fields, not only states: one value holds by the rule of its element, disagreement is an incident, and a person settles it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SystemKind } from '../../src/core/machine/definition.ts';
import { addConnection } from '../../src/services/connections/manage-connections.ts';
import { beginOnboardings } from '../../src/services/intake/begin-onboardings.ts';
import { verifyChain } from '../../src/services/log/verify-chain.ts';
import { erasePerson } from '../../src/services/persons/erase-person.ts';
import { readConflictValues } from '../../src/services/reports/read-conflicts.ts';
import { readKpis, reportWindow } from '../../src/services/reports/read-kpis.ts';
import { readSubject } from '../../src/services/reports/read-subject.ts';
import { type ConflictWish, settleConflict } from '../../src/services/settling/settle-conflicts.ts';
import { settleIncident } from '../../src/services/settling/settle-incidents.ts';
import type { ReportWindow } from '../../src/store/reports/kpis.ts';
import { compareCounts } from '../../src/store/reports/reconcile.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { type IntakeOptions, intake } from '../support/intakes.ts';

const actor = { kind: 'cli', id: 'tester' } as const;
let service: TestContext;

beforeAll(async () => {
  service = await createTestContext();
  for (const [id, elements] of [
    ['ats', ['offer.startDate']],
    ['hris', ['offer.startDate', 'offer.managerEmail', 'requisition.region']],
    ['board', []],
    ['quiet', []],
  ] as const) {
    const managed = await addConnection(service.context, actor, {
      id,
      adapter: 'signed-webhook',
      settings: {
        url: 'http://127.0.0.1:9/',
        states: id === 'quiet' ? ['withdrawn'] : ['active', 'hired'],
        elements: [...elements],
        confirm: { mode: 'receipt' },
        allowPrivate: true,
      },
      scope: {},
      secrets: { signingSecret: `whsec_${Buffer.alloc(32, 1).toString('base64')}` },
    });
    if (!managed.ok) throw new Error(JSON.stringify(managed));
  }
  const others = [
    {
      id: 'people',
      adapter: 'bamboohr',
      settings: { companyDomain: 'acme', baseUrl: 'http://127.0.0.1:9', keyField: 'customKey', trackOnboarding: true },
      secrets: { apiKey: 'key', webhookPrivateKey: 'hush' },
      direction: 'in',
    },
    {
      id: 'desks',
      adapter: 'signed-webhook',
      settings: {
        url: 'http://127.0.0.1:9/',
        machine: 'onboarding',
        states: ['preparing'],
        elements: ['offer.startDate'],
        confirm: { mode: 'receipt' },
        allowPrivate: true,
      },
      secrets: { signingSecret: `whsec_${Buffer.alloc(32, 1).toString('base64')}` },
    },
  ] as const;
  for (const one of others) {
    const managed = await addConnection(service.context, actor, { scope: {}, ...one });
    if (!managed.ok) throw new Error(JSON.stringify(managed));
  }
});
afterAll(async () => service[Symbol.asyncDispose]());

const db = () => service.context.database.reports;
const record = (ref: string, type: string, options: IntakeOptions = {}) =>
  service.context.recorder().record(intake(ref, type, options));
/** Says something as a system does. */
const say = (by: SystemKind, ref: string, type: string, data: Record<string, unknown>, occurredAt?: string) =>
  record(ref, type, { by, connection: by, data, ...(occurredAt === undefined ? {} : { occurredAt }) });

/** An application whose offer was accepted, with a start date by the ATS. */
async function accepted(ref: string, startDate = '2027-01-01'): Promise<string> {
  const skips = ['screening', 'scheduling', 'offer_approval'];
  const { subject } = await say('ats', ref, 'application.received', {
    'requisition.skips': skips,
    'candidate.email': `${ref.toLowerCase()}@example.com`,
  });
  for (const type of ['triage.started', 'interview.requested', 'offer.drafted', 'offer.extended'])
    expect(await say('ats', ref, type, {})).toMatchObject({ disposition: 'applied' });
  expect(await say('ats', ref, 'offer.accepted', { 'offer.startDate': startDate })).toMatchObject({
    disposition: 'applied',
  });
  return subject as string;
}

const incidents = (subject: string) =>
  db()
    .selectFrom('incident')
    .selectAll()
    .where('subject_id', '=', subject)
    .where('kind', '=', 'field_conflict')
    .orderBy('id')
    .execute();
const onlyIncident = async (subject: string) => {
  const [one, ...more] = (await incidents(subject)).filter((row) => row.settled_at === null);
  expect(more).toEqual([]);
  if (!one) throw new Error('There is no open incident.');
  return one;
};
const value = async (subject: string, element = 'offer.startDate') =>
  (await readSubject(service.context, subject, { values: true, reader: { actor } }))?.values?.find(
    (one) => one.element === element,
  );
const elementWrites = async (subject: string): Promise<string[]> =>
  (
    await db()
      .selectFrom('writeback')
      .select('connection_id')
      .where('subject_id', '=', subject)
      .where('cause', '=', 'element')
      .orderBy('connection_id')
      .execute()
  ).map((row) => row.connection_id);
const choose = (id: string, wish: Partial<ConflictWish> = {}) =>
  settleConflict(service.context, id, { actor, reason: 'asked them', choice: 'theirs', ...wish } as ConflictWish);

describe('an onboarding that has begun', () => {
  const start = 'offer.startDate';
  let employees = 4_710;

  /** The application of an accepted offer, and its onboarding in the HR system. */
  async function begun(ref: string): Promise<{ application: string; onboarding: string; employee: string }> {
    employees += 1;
    const employee = String(employees);
    const application = await accepted(ref);
    const known = intake(ref, 'offer.amended', { by: 'ats', connection: 'ats', data: { [start]: '2027-01-02' } });
    await service.context.recorder().record({
      ...known,
      alsoKnownAs: [...known.alsoKnownAs, { system: 'people', ref: employee }],
    });
    expect(await beginOnboardings(service.context)).toBe(1);
    const { subject_id: onboarding } = await db()
      .selectFrom('subject_ref')
      .select('subject_id')
      .where('machine', '=', 'onboarding')
      .where('external_id', '=', employee)
      .executeTakeFirstOrThrow();
    expect(await value(onboarding)).toMatchObject({ value: '2027-01-02' });
    return { application, onboarding, employee };
  }
  const stands = async (subject: string) =>
    db().selectFrom('subject').select(['state', 'version']).where('id', '=', subject).executeTakeFirstOrThrow();
  const onboard = (employee: string, type: string, by: SystemKind, data: Record<string, unknown> = {}) =>
    service.context.recorder().record({
      ...intake(employee, type, { by, data }),
      machine: 'onboarding',
      subject: { kind: 'ref', system: 'people', ref: employee },
    });
  const followed = () => beginOnboardings(service.context);

  test.each([false, true])('follows a settled start date before it is ready, hired: %s', async (hired) => {
    const { application, onboarding } = await begun(`O${hired}`);
    if (hired) expect(await say('ats', `O${hired}`, 'application.hired', {})).toMatchObject({ disposition: 'applied' });
    await say('hris', `O${hired}`, 'offer.amended', { [start]: '2027-03-15' });
    expect(await followed()).toBe(0);
    expect(await value(onboarding)).toMatchObject({ value: '2027-01-02' });
    expect(await choose((await onlyIncident(application)).id)).toMatchObject({ kind: 'done' });
    expect(await elementWrites(application)).toEqual(expect.arrayContaining(['ats', 'hris']));
    const before = await stands(onboarding);
    expect(before).toEqual({ state: 'preparing.created', version: 1 });
    expect(await followed()).toBe(1);
    expect(await value(onboarding)).toMatchObject({ value: '2027-03-15', source: 'interlock' });
    expect(await stands(onboarding)).toEqual(before);
    expect(await elementWrites(onboarding)).toEqual(['desks']);
    // Nothing is said twice, and nobody is asked to settle anything there.
    expect(await followed()).toBe(0);
    expect(await incidents(onboarding)).toEqual([]);
  });

  test('follows what the ATS changes, again and again', async () => {
    const { onboarding } = await begun('O3');
    for (const day of ['2027-04-01', '2027-05-01', '2027-06-01']) {
      await say('ats', 'O3', 'offer.amended', { [start]: day });
      expect(await followed()).toBe(1);
      expect(await value(onboarding)).toMatchObject({ value: day });
    }
    expect(await elementWrites(onboarding)).toHaveLength(3);
    await say('ats', 'O3', 'offer.amended', { [start]: '2027-06-01' });
    expect(await followed()).toBe(0);
  });

  test('takes another first day from HR before it is ready, which the ATS shows once a person said so', async () => {
    const { application, onboarding, employee } = await begun('O5');
    expect(await onboard(employee, 'start.moved', 'hris', { [start]: '2027-08-01' })).toMatchObject({
      disposition: 'stale',
      code: 'already_there',
      detail: { state: 'preparing.created', taken: [start] },
    });
    expect(await value(onboarding)).toMatchObject({ value: '2027-08-01' });
    expect(await elementWrites(onboarding)).toEqual(['desks']);
    // The ATS has the last word of it: there it is a conflict, and the onboarding is not told the old day again.
    expect(await followed()).toBe(0);
    expect(await elementWrites(application)).toEqual([]);
    expect(await value(onboarding)).toMatchObject({ value: '2027-08-01' });
    expect(await choose((await onlyIncident(application)).id)).toMatchObject({ kind: 'done' });
    expect(await elementWrites(application)).toEqual(expect.arrayContaining(['ats', 'hris']));
    expect(await value(application)).toMatchObject({ value: '2027-08-01' });
    expect(await followed()).toBe(0);
    expect(await incidents(onboarding)).toEqual([]);
    expect(await onboard(employee, 'start.moved', 'screening', { [start]: '2027-09-01' })).toMatchObject({
      disposition: 'refused',
    });
    expect(await onboard(employee, 'start.moved', 'hris')).toMatchObject({ disposition: 'refused' });
    // What never stood there is no amendment.
    const { subject } = await say('ats', 'O6', 'application.received', { 'candidate.email': 'o6@example.com' });
    expect(await say('ats', 'O6', 'offer.amended', { [start]: '2027-08-01' })).toMatchObject({
      disposition: 'refused',
    });
    expect(await value(subject as string)).toBeUndefined();
  });

  test('tells everybody of another first day once it is ready, and keeps what was agreed there since', async () => {
    const { application, onboarding, employee } = await begun('O4');
    for (const [type, by] of [
      ['documents.requested', 'hris'],
      ['documents.completed', 'hris'],
      ['check.requested', 'hris'],
      ['check.cleared', 'screening'],
      ['provisioning.started', 'hris'],
      ['provisioning.completed', 'hris'],
    ] as const)
      expect(await onboard(employee, type, by)).toMatchObject({ disposition: 'applied' });
    const { version } = await stands(onboarding);
    await say('ats', 'O4', 'offer.amended', { [start]: '2027-04-01' });
    expect(await followed()).toBe(1);
    expect(await stands(onboarding)).toEqual({ state: 'preparing.ready', version: version + 1 });
    expect(await value(onboarding)).toMatchObject({ value: '2027-04-01' });
    expect(await onboard(employee, 'start.moved', 'ats', { [start]: '2027-06-01' })).toMatchObject({
      disposition: 'applied',
    });
    // From the ATS itself it is no conflict: the offer follows.
    expect(await followed()).toBe(1);
    expect(await value(onboarding)).toMatchObject({ value: '2027-06-01' });
    expect(await value(application)).toMatchObject({ value: '2027-06-01' });
    expect(await followed()).toBe(0);
  });
});

describe('a value written against the rule', () => {
  test('is kept out, and stands in an incident with both values, who, when and the rule', async () => {
    const subject = await accepted('C1');
    const amended = await say('hris', 'C1', 'offer.amended', { 'offer.startDate': '2027-02-01' });
    expect(amended).toMatchObject({
      disposition: 'refused',
      code: 'element_conflict',
      detail: { elements: ['offer.startDate'], state: 'active.offer.accepted' },
    });
    expect(await value(subject)).toMatchObject({ value: '2027-01-01', source: 'connection:ats' });
    const row = await onlyIncident(subject);
    expect(row).toMatchObject({
      element: 'offer.startDate',
      connection_id: 'hris',
      event_id: amended.event,
      times: 1,
      detail: {
        rule: 'golden_source_wins',
        goldenSource: 'ats',
        ours: { source: 'connection:ats', by: 'ats' },
        theirs: { source: 'connection:hris', by: 'hris', event: amended.event },
      },
    });
    expect(JSON.stringify({ ...row, values_ct: row.values_ct?.toString('latin1') })).not.toMatch(/2027-0[12]-01/);
    expect(await readConflictValues(service.context, row.id, { actor })).toEqual({
      element: 'offer.startDate',
      ours: '2027-01-01',
      theirs: '2027-02-01',
      now: '2027-01-01',
    });
  });

  test('opens one incident however often it comes, and is counted', async () => {
    const subject = await accepted('C2');
    for (let time = 0; time < 3; time += 1)
      await say('hris', 'C2', 'offer.amended', { 'offer.startDate': '2027-02-01' });
    await Promise.all([1, 2, 3].map(() => say('hris', 'C2', 'offer.amended', { 'offer.startDate': '2027-03-01' })));
    const row = await onlyIncident(subject);
    expect(row.times).toBe(6);
    expect(await readConflictValues(service.context, row.id, { actor })).toMatchObject({ theirs: '2027-03-01' });
  });

  test('does not hold up a transition that does without it', async () => {
    const subject = await accepted('C3');
    const hired = await say('hris', 'C3', 'application.hired', {
      'offer.startDate': '2027-02-01',
      'offer.managerEmail': 'boss@example.com',
    });
    expect(hired).toMatchObject({ disposition: 'applied', detail: { to: 'hired', disputed: ['offer.startDate'] } });
    expect(await value(subject)).toMatchObject({ value: '2027-01-01' });
    expect(await value(subject, 'offer.managerEmail')).toMatchObject({ value: 'boss@example.com' });
    await onlyIncident(subject);
  });

  test('is none where only the spelling differs', async () => {
    const subject = await accepted('C4');
    await say('hris', 'C4', 'application.hired', { 'candidate.email': ' C4@Example.COM' });
    expect(await incidents(subject)).toEqual([]);
  });

  test('that came before its turn is weighed when its turn comes', async () => {
    await say('ats', 'C5', 'application.received', {
      'requisition.skips': ['screening', 'scheduling', 'offer_approval'],
    });
    for (const type of ['triage.started', 'interview.requested', 'offer.drafted', 'offer.extended'])
      await say('ats', 'C5', type, {});
    const later = new Date(Date.now() + 60_000).toISOString();
    const parked = await say('hris', 'C5', 'application.hired', { 'offer.startDate': '2027-02-01' }, later);
    expect(parked.disposition).toBe('parked');
    const { subject } = await say('ats', 'C5', 'offer.accepted', { 'offer.startDate': '2027-01-01' });
    const row = await db().selectFrom('event').selectAll().where('id', '=', parked.event).executeTakeFirstOrThrow();
    expect(row).toMatchObject({ disposition: 'applied', detail: { disputed: ['offer.startDate'] } });
    await onlyIncident(subject as string);
  });

  test('by two processes at once is found by whoever comes second', async () => {
    await using other = await createTestContext({ connectionString: service.connectionString });
    for (let round = 0; round < 8; round += 1) {
      const subject = await accepted(`C6-${round}`);
      const salaries = [
        intake(`C6-${round}`, 'application.hired', { by: 'ats', connection: 'ats', data: { 'offer.salary': 50_000 } }),
        intake(`C6-${round}`, 'application.hired', {
          by: 'hris',
          connection: 'hris',
          data: { 'offer.salary': 52_000 },
        }),
      ] as const;
      await Promise.all([service.context.recorder().record(salaries[0]), other.context.recorder().record(salaries[1])]);
      expect((await onlyIncident(subject)).element).toBe('offer.salary');
    }
  });
});

describe('by its rule', () => {
  test('the latest counts by when it happened, not by when it came', async () => {
    const at = (hour: number): string => new Date(Date.UTC(2026, 1, 1, hour)).toISOString();
    const subject = await accepted('R1');
    await say('hris', 'R1', 'application.hired', { 'candidate.location': 'Berlin' }, at(5));
    await say('ats', 'R1', 'hire.reverted', { 'candidate.location': 'Hamburg' }, at(3));
    expect(await value(subject, 'candidate.location')).toMatchObject({ value: 'Berlin' });
    await say('ats', 'R1', 'application.hired', { 'candidate.location': 'Bremen' }, at(7));
    expect(await value(subject, 'candidate.location')).toMatchObject({ value: 'Bremen' });
    expect(await incidents(subject)).toEqual([]);
  });

  test('the golden source counts as soon as it has spoken', async () => {
    const subject = await accepted('R2');
    await say('ats', 'R2', 'application.hired', { 'offer.managerEmail': 'recruiter-says@example.com' });
    expect(await value(subject, 'offer.managerEmail')).toMatchObject({ value: 'recruiter-says@example.com' });
    await say('hris', 'R2', 'hire.reverted', { 'offer.managerEmail': 'boss@example.com' });
    expect(await value(subject, 'offer.managerEmail')).toMatchObject({ value: 'boss@example.com' });
    expect(await incidents(subject)).toEqual([]);
  });

  test('facts that open guards follow the value that holds', async () => {
    const subject = await accepted('R3');
    await say('hris', 'R3', 'application.hired', { 'requisition.skips': ['interview'] });
    const row = await db().selectFrom('subject').selectAll().where('id', '=', subject).executeTakeFirstOrThrow();
    expect(row.facts).toMatchObject({ requisition: { skips: ['screening', 'scheduling', 'offer_approval'] } });
  });

  test('systems that agree at last need nobody', async () => {
    const subject = await accepted('R4');
    await say('hris', 'R4', 'offer.amended', { 'offer.startDate': '2027-02-01' });
    const { id } = await onlyIncident(subject);
    expect(await say('ats', 'R4', 'application.hired', { 'offer.startDate': '2027-02-01' })).toMatchObject({
      disposition: 'applied',
    });
    const [row] = await incidents(subject);
    expect(row).toMatchObject({ id, settled_by: 'interlock', resolution: 'The systems agree' });
    expect(await compareCounts(db())).toEqual([]);
  });

  test('a conflict that begins and ends within one batch is none', async () => {
    const subject = await accepted('R5');
    await Promise.all([
      say('hris', 'R5', 'offer.amended', { 'offer.startDate': '2027-02-01' }),
      say('ats', 'R5', 'application.hired', { 'offer.startDate': '2027-02-01' }),
    ]);
    expect((await incidents(subject)).filter((row) => row.settled_at === null)).toEqual([]);
    expect(await compareCounts(db())).toEqual([]);
  });
});

describe('an event that moves nothing', () => {
  test('may bring a value all the same, which goes to the systems that show it', async () => {
    const subject = await accepted('S1');
    const said = await record('S1', 'active.offer.accepted', {
      by: 'ats',
      connection: 'ats',
      stage: true,
      data: { 'offer.startDate': '2027-05-01' },
    });
    expect(said).toMatchObject({ disposition: 'stale', version: null, detail: { taken: ['offer.startDate'] } });
    expect(await value(subject)).toMatchObject({ value: '2027-05-01', source: 'connection:ats', event: said.event });
    // The board shows no dates, and the system that said so shows it already.
    expect(await elementWrites(subject)).toEqual(['hris']);
    expect(said.writebacks).toEqual([]);
  });

  const shows = (ref: string, connection: string, startDate: string) =>
    record(ref, 'active.offer.accepted', {
      by: 'hris',
      connection,
      stage: true,
      data: { 'offer.startDate': startDate },
    });

  test('may disagree', async () => {
    const subject = await accepted('S2');
    expect(await shows('S2', 'quiet', '2027-05-01')).toMatchObject({
      disposition: 'stale',
      detail: { disputed: ['offer.startDate'] },
    });
    expect(await value(subject)).toMatchObject({ value: '2027-01-01' });
    expect((await onlyIncident(subject)).connection_id).toBe('quiet');
  });

  test('may show what a write of ours is about to replace, which is no news; another value is', async () => {
    const subject = await accepted('S4');
    await say('ats', 'S4', 'offer.amended', { 'offer.startDate': '2027-03-01' });
    expect(await shows('S4', 'hris', '2027-01-01')).toMatchObject({ detail: { state: 'active.offer.accepted' } });
    expect(await incidents(subject)).toEqual([]);
    await shows('S4', 'quiet', '2027-01-01');
    expect((await onlyIncident(subject)).connection_id).toBe('quiet');
    await shows('S4', 'hris', '2027-07-01');
    expect(await incidents(subject)).toHaveLength(2);
  });

  test('changes facts and attributes, not the time in the state', async () => {
    const subject = await accepted('S3');
    const before = await db().selectFrom('subject').selectAll().where('id', '=', subject).executeTakeFirstOrThrow();
    await record('S3', 'active.offer.accepted', {
      by: 'ats',
      connection: 'ats',
      stage: true,
      data: { 'requisition.region': 'EU' },
    });
    const after = await db().selectFrom('subject').selectAll().where('id', '=', subject).executeTakeFirstOrThrow();
    expect(after).toEqual({ ...before, region: 'EU' });
    expect(await verifyChain(db(), service.context.vault)).toMatchObject({ kind: 'intact' });
  });
});

describe('a person', () => {
  test('chooses, and every system that shows the element is told; others are not', async () => {
    const subject = await accepted('P1');
    await say('hris', 'P1', 'offer.amended', { 'offer.startDate': '2027-02-01' });
    const { id } = await onlyIncident(subject);
    expect(await settleIncident(service.context, id, { actor, resolution: 'whatever' })).toEqual({
      kind: 'must_choose',
      about: 'field_conflict',
    });
    const decided = await choose(id);
    expect(decided).toMatchObject({ kind: 'done', element: 'offer.startDate', subject });
    expect(await elementWrites(subject)).toEqual(['ats', 'hris']);
    expect(await value(subject)).toMatchObject({ value: '2027-02-01', source: 'settled:cli:tester', event: id });
    const [row] = await incidents(subject);
    expect(row).toMatchObject({
      settled_by: 'cli:tester',
      resolution: 'Settled by hand: asked them',
      detail: { choice: 'theirs' },
    });
    const audit = await db().selectFrom('audit').selectAll().where('object_id', '=', id).execute();
    expect(audit.filter((one) => one.action === 'conflict.settled')).toMatchObject([
      { actor_id: 'tester', detail: { element: 'offer.startDate', choice: 'theirs', reason: 'asked them' } },
    ]);
    expect(await choose(id)).toEqual({ kind: 'already_settled' });
    const { version } = await db().selectFrom('subject').select('version').where('id', '=', subject).executeTakeFirstOrThrow(); // biome-ignore format: one look
    expect(version).toBe(6);
  });

  test('is not overruled by a system that repeats what was turned down, but by a later change of the golden source', async () => {
    const subject = await accepted('P2');
    await say('hris', 'P2', 'offer.amended', { 'offer.startDate': '2027-02-01' });
    await choose((await onlyIncident(subject)).id);
    expect(await say('ats', 'P2', 'offer.amended', { 'offer.startDate': '2027-01-01' })).toMatchObject({
      code: 'element_conflict',
    });
    const { detail } = await onlyIncident(subject);
    expect(detail).toMatchObject({ ours: { source: 'settled:cli:tester' }, theirs: { source: 'connection:ats' } });
    expect(await say('ats', 'P2', 'offer.amended', { 'offer.startDate': '2027-06-01' })).toMatchObject({
      disposition: 'applied',
    });
    expect(await value(subject)).toMatchObject({ value: '2027-06-01', source: 'connection:ats' });
    expect((await incidents(subject)).filter((row) => row.settled_at === null)).toEqual([]);
  });

  test('may choose a third value, if the dictionary takes it', async () => {
    const subject = await accepted('P3');
    await say('hris', 'P3', 'offer.amended', { 'offer.startDate': '2027-02-01' });
    const { id } = await onlyIncident(subject);
    const refused = await choose(id, { choice: 'other', value: 'soon' });
    expect(refused).toMatchObject({ kind: 'invalid_value', problems: [{ code: 'wrong_type' }] });
    expect(await choose(id, { choice: 'other', value: '2027-04-01' })).toMatchObject({ kind: 'done' });
    expect(await value(subject)).toMatchObject({ value: '2027-04-01' });
    const kept = await db().selectFrom('element_value').selectAll().where('subject_id', '=', subject).where('element', '=', 'offer.startDate').executeTakeFirstOrThrow(); // biome-ignore format: one look
    expect(kept).toMatchObject({ settled_by: 'cli:tester', by_kind: 'operator' });
    expect(kept.turned_down).toHaveLength(2);
  });

  test('settles all that is open about the element at once', async () => {
    const subject = await accepted('P4');
    await say('hris', 'P4', 'offer.amended', { 'offer.startDate': '2027-02-01' });
    await record('P4', 'offer.amended', { data: { 'offer.startDate': '2027-03-01' } });
    const open = await incidents(subject);
    expect(open).toHaveLength(2);
    expect(await choose(open[0]?.id as string, { choice: 'ours' })).toMatchObject({ kind: 'done' });
    expect((await incidents(subject)).every((row) => row.settled_at !== null)).toBe(true);
  });

  test('who settles while another does loses', async () => {
    const subject = await accepted('P5');
    await say('hris', 'P5', 'offer.amended', { 'offer.startDate': '2027-02-01' });
    const { id } = await onlyIncident(subject);
    const answers = await Promise.all([choose(id), choose(id, { choice: 'ours' }), choose(id)]);
    expect(answers.map((one) => one.kind).sort()).toEqual(['already_settled', 'already_settled', 'done']);
    expect(await elementWrites(subject)).toEqual(['ats', 'hris']);
  });

  test('finds nothing to settle once the person was erased', async () => {
    const subject = await accepted('P6');
    await say('hris', 'P6', 'offer.amended', { 'offer.startDate': '2027-02-01' });
    const { id } = await onlyIncident(subject);
    const { person_id } = await db().selectFrom('subject').select('person_id').where('id', '=', subject).executeTakeFirstOrThrow(); // biome-ignore format: one look
    await erasePerson(service.context, person_id, { actor, basis: 'consent_withdrawn', reason: 'request 2' });
    const [row] = await incidents(subject);
    expect(row).toMatchObject({ values_ct: null, detail: {}, element: 'offer.startDate' });
    expect(await choose(id)).toEqual({ kind: 'already_settled' });
    expect(await readConflictValues(service.context, id, { actor })).toBeUndefined();
  });
});

test('required elements that are missing are measured by system and region', async () => {
  const subject = await accepted('M1');
  await say('ats', 'M1', 'application.hired', { 'requisition.region': 'EU' });
  await say('ats', 'M1', 'hire.reverted', {});
  for (let time = 0; time < 2; time += 1)
    expect(await say('hris', 'M1', 'offer.amended', {})).toMatchObject({
      code: 'missing_elements',
      detail: { elements: ['offer.startDate'] },
    });
  await accepted('M2');
  await say('hris', 'M2', 'offer.amended', {});
  const report = await readKpis(service.context, reportWindow(undefined, undefined, Date.now()) as ReportWindow, [
    'day',
  ]);
  const row = { source: 'connection:hris', element: 'offer.startDate' };
  expect(report.missingElements).toEqual([
    { ...row, region: 'EU', events: 2 },
    { ...row, region: null, events: 1 },
  ]);
  const events = await db().selectFrom('event').select('id').where('code', '=', 'missing_elements').execute();
  expect(report.missingElements.reduce((sum, one) => sum + one.events, 0)).toBe(events.length);
  expect(report.fieldConflicts).toBe(
    (await db().selectFrom('incident').select('id').where('kind', '=', 'field_conflict').execute()).length,
  );
  expect(subject).toBeDefined();
});

test('the counts equal the ledger', async () => {
  expect(await compareCounts(db())).toEqual([]);
  const { rows } = await service.context.database.reports
    .selectFrom('kpi_hour')
    .select('count')
    .where('measure', '=', 'incident.field_conflict')
    .execute()
    .then((all) => ({ rows: all }));
  expect(rows.reduce((sum, row) => sum + Number(row.count), 0)).toBe(
    (await db().selectFrom('incident').select('id').where('kind', '=', 'field_conflict').execute()).length,
  );
});
