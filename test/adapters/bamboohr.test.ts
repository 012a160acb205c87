// BambooHR: the contract for creating and for hiring, never two employees, webhook translation, and the vendor's own payloads.
import { createHmac } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createdId, parseEmployee, parseList, sameValue } from '../../src/adapters/bamboohr/employee.ts';
import { bamboohr } from '../../src/adapters/bamboohr/index.ts';
import { changesOf, newEmployee } from '../../src/adapters/bamboohr/outbound.ts';
import { type BambooHrSettings, baseUrlOf, settingsSchema, stateOf } from '../../src/adapters/bamboohr/settings.ts';
import { createVendorHttp, type OwnedVendorHttp } from '../../src/adapters/http.ts';
import type { TranslateContext, Translation, VendorContext, Work } from '../../src/adapters/port.ts';
import {
  accepted,
  creatingBench,
  hired,
  hiringBench,
  keyField,
  made,
  ofSubject,
  secrets,
  settingsFor,
  start,
  statusOf,
} from '../../src/certify/benches/bamboohr.ts';
import type { BambooHrSandbox } from '../../src/sandbox/bamboohr.ts';
import { adapterContract } from '../support/adapter-contract.ts';
import { mappingOf } from '../support/mappings.ts';

const mapping = mappingOf('bamboohr');

describe('creating a pre-hire', () => adapterContract(creatingBench));

describe('hiring one that is there', () => adapterContract(hiringBench));

describe('one person, one employee', () => {
  let vendor: BambooHrSandbox;
  let http: OwnedVendorHttp;
  beforeAll(() => {
    http = createVendorHttp({ allowPrivateAddresses: true, timeoutMs: 300, bodyBytesMax: 1_000_000 });
  });
  afterAll(() => http.close());
  beforeEach(async () => {
    vendor = await start();
  });
  afterEach(() => vendor.close());
  const context = (change: Record<string, unknown> = {}): VendorContext<BambooHrSettings> => ({
    connection: 'bamboohr',
    settings: settingsFor(vendor.url, change),
    mapping,
    secrets,
    http,
    signal: new AbortController().signal,
  });
  const apply = async (work: Work, change: Record<string, unknown> = {}) =>
    (await bamboohr.apply(work, context(change))).outcome;

  test('a create gives the id from Location, with our key, e-mail, date and status', async () => {
    const work = accepted();
    expect(await apply(work)).toEqual({ kind: 'confirmed', ref: '121' });
    expect(vendor.employees()[0]?.fields).toMatchObject({
      [keyField]: work.subject,
      homeEmail: work.elements['candidate.email'],
      hireDate: '2027-01-04',
      employmentHistoryStatus: 'Pre-Hire',
    });
  });

  test.each(['save_then_hang', 'save_then_500', 'reset'] as const)(
    'a create that ended in %s is found by its key, and its id is told',
    async (fault) => {
      const work = accepted();
      vendor.faults.next(fault);
      expect(await apply(work)).toEqual({ kind: 'confirmed', ref: '121' });
      expect(await apply({ ...work, attempt: 2 })).toEqual({ kind: 'confirmed_already', ref: '121' });
      expect(vendor.employees()).toHaveLength(1);
    },
  );

  test('a create whose reading failed too is ambiguous, and the next attempt finds it', async () => {
    const work = accepted();
    vendor.faults.next('save_then_hang');
    // Only the first look is let through.
    const first = apply(work);
    await expect.poll(() => vendor.employees().length).toBe(1);
    vendor.faults.next('error_before', { on: 'read' });
    expect((await first).kind).toBe('ambiguous');
    expect(await apply({ ...work, attempt: 2 })).toEqual({ kind: 'confirmed_already', ref: '121' });
    expect(vendor.employees()).toHaveLength(1);
  });

  test('an id from a create that saved nothing is not trusted, whoever has it by now', async () => {
    const work = accepted();
    vendor.faults.next('save_nothing');
    expect(await apply(work)).toMatchObject({ kind: 'accepted', ref: '121' });
    const other = vendor.addByHand({ firstName: 'Grace', lastName: 'Other', employmentHistoryStatus: 'Pre-Hire' });
    expect(await apply({ ...work, ref: other, attempt: 2 })).toEqual({ kind: 'confirmed', ref: '123' });
    expect(await apply({ ...accepted(), ref: '999' })).toEqual({ kind: 'confirmed', ref: '124' });
    expect(vendor.employees().find(({ id }) => id === other)?.fields).toMatchObject({ firstName: 'Grace' });
  });

  test('a pre-hire that HR typed in with the same e-mail is adopted, in any case of the letters', async () => {
    const work = accepted();
    const id = vendor.addByHand({
      firstName: 'Ada',
      lastName: `Test${made}`,
      homeEmail: `ADA${made}@Example.com`,
      employmentHistoryStatus: 'Pre-Hire',
    });
    expect(await apply(work)).toEqual({ kind: 'confirmed', ref: id });
    expect(ofSubject(vendor, work).map((one) => one.id)).toEqual([id]);
    expect(vendor.employees()).toHaveLength(1);
  });

  test('a colleague with the same e-mail is not turned into a pre-hire unless a person says so', async () => {
    const work = accepted();
    const id = vendor.addByHand({
      firstName: 'Ada',
      lastName: `Test${made}`,
      homeEmail: `ada${made}@example.com`,
      employmentHistoryStatus: 'Full-Time',
    });
    expect(await apply(work)).toEqual({ kind: 'conflict', seen: 'hired' });
    expect(vendor.log.entries(id)).toHaveLength(1);
    expect(await apply({ ...work, overwrites: ['*'] })).toEqual({ kind: 'confirmed', ref: id });
  });

  test('somebody else of the same name is left alone', async () => {
    const work = accepted();
    vendor.addByHand({
      firstName: 'Ada',
      lastName: `Test${made}`,
      homeEmail: 'another@example.com',
      employmentHistoryStatus: 'Full-Time',
    });
    expect(await apply(work)).toEqual({ kind: 'confirmed', ref: '122' });
  });

  test.each([
    ['another_employee_with_email', [{ [keyField]: 'sub_other' }]],
    ['another_employee_with_email', [{}, {}]],
    ['two_employees_with_key', [{ [keyField]: 'ours' }, { [keyField]: 'ours' }]],
  ])('%s is for a person', async (reason, there) => {
    const work = accepted();
    for (const fields of there) {
      const key = (fields as Record<string, string>)[keyField];
      vendor.addByHand({
        firstName: 'Ada',
        lastName: `Test${made}`,
        homeEmail: `ada${made}@example.com`,
        ...(key ? { [keyField]: key === 'ours' ? work.subject : key } : {}),
      });
    }
    expect(await apply(work)).toEqual({ kind: 'refused', reason });
    expect(vendor.employees()).toHaveLength(there.length);
  });

  test('without names nobody is looked for or created', async () => {
    expect(await apply(accepted({ elements: {} }))).toEqual({ kind: 'refused', reason: 'missing_name' });
  });

  test('a key field that the API user may not see creates nobody twice', async () => {
    const work = accepted();
    vendor.addByHand({ firstName: 'Ada', lastName: `Test${made}` });
    expect(await apply(work, { keyField: 'customHidden' })).toEqual({
      kind: 'refused',
      reason: 'key_field_not_visible',
    });
    expect(vendor.employees()).toHaveLength(1);
  });

  test('up to fifty namesakes are told apart by their keys; more are for a person', async () => {
    const elements = { 'candidate.firstName': 'Ada', 'candidate.lastName': 'Many' };
    const work = accepted({ elements });
    for (let i = 0; i < 49; i += 1) vendor.addByHand({ firstName: 'Ada', lastName: 'Many' });
    const id = vendor.addByHand({ firstName: 'Ada', lastName: 'Many', [keyField]: work.subject });
    expect(await apply(work)).toEqual({ kind: 'confirmed', ref: id });
    vendor.addByHand({ firstName: 'Ada', lastName: 'Many' });
    expect(await apply(accepted({ elements }))).toEqual({ kind: 'refused', reason: 'too_many_namesakes' });
  });

  test('a hire of somebody unknown creates the employee', async () => {
    const work = accepted();
    expect(await apply({ ...hired(work, null), previousState: null })).toEqual({ kind: 'confirmed', ref: '121' });
    expect(statusOf(vendor, work)).toEqual(['Full-Time']);
  });

  test('once hired, what HR corrected stays', async () => {
    const work = accepted();
    await apply(work);
    vendor.editByHand('121', { firstName: 'Ada Maria', homeEmail: 'new@example.com' });
    expect(await apply(hired(work, '121'))).toEqual({ kind: 'confirmed' });
    expect(vendor.employees()[0]?.fields).toMatchObject({
      firstName: 'Ada Maria',
      homeEmail: 'new@example.com',
      employmentHistoryStatus: 'Full-Time',
    });
  });

  test('an amended start date is written, and only that', async () => {
    const work = accepted();
    await apply(work);
    vendor.editByHand('121', { firstName: 'Ada Maria' });
    const amended: Work = {
      ...work,
      ref: '121',
      previousState: work.targetState,
      eventType: 'offer.amended',
      elements: { ...work.elements, 'offer.startDate': '2027-02-01' },
    };
    expect(await apply(amended)).toEqual({ kind: 'confirmed' });
    expect(vendor.employees()[0]?.fields).toMatchObject({ firstName: 'Ada Maria', hireDate: '2027-02-01' });
  });

  test('once hired, a start date that was settled anew is written, and only that; the hire itself writes none', async () => {
    const work = accepted();
    await apply(work);
    vendor.editByHand('121', { firstName: 'Ada Maria', hireDate: '2027-05-01' });
    expect(await apply(hired(work, '121'))).toEqual({ kind: 'confirmed' });
    expect(vendor.employees()[0]?.fields).toMatchObject({ hireDate: '2027-05-01' });
    const terms = ['offer.startDate'];
    expect(bamboohr.showsElements?.(context().settings, 'application', 'hired', mapping)).toEqual(
      expect.arrayContaining(terms),
    );
    const settled: Work = {
      ...hired(work, '121'),
      previousState: 'hired',
      expectedStates: ['hired'],
      eventType: 'element.changed',
      elements: { ...work.elements, 'offer.startDate': '2027-03-15' },
    };
    expect(await apply(settled)).toEqual({ kind: 'confirmed' });
    expect(vendor.employees()[0]?.fields).toMatchObject({
      firstName: 'Ada Maria',
      hireDate: '2027-03-15',
      employmentHistoryStatus: 'Full-Time',
    });
    vendor.editByHand('121', { hireDate: '2027-05-01' });
    expect((await bamboohr.confirm(settled, context())).outcome.kind).toBe('contradicted');
  });

  test('a withdrawal takes the pre-hire back, and is nothing to do where there is none', async () => {
    const work = accepted();
    await apply(work);
    const withdrawn: Work = {
      ...work,
      ref: '121',
      previousState: work.targetState,
      expectedStates: [work.targetState],
      targetState: 'withdrawn',
      eventType: 'application.withdrawn',
    };
    expect(await apply(withdrawn)).toEqual({ kind: 'confirmed' });
    expect(statusOf(vendor, work)).toEqual(['Withdrawn']);
    const never = accepted({ targetState: 'withdrawn', eventType: 'application.withdrawn' });
    expect(await apply(never)).toEqual({ kind: 'confirmed_already' });
    expect(vendor.employees()).toHaveLength(1);
  });

  test('without statusOnHired a hire only asks that the employee is active', async () => {
    const change = { statusOnHired: undefined };
    const work = accepted();
    await apply(work, change);
    expect(await apply(hired(work, '121'), change)).toEqual({ kind: 'confirmed_already' });
    vendor.editByHand('121', { status: 'Inactive' });
    expect((await apply(hired(work, '121'), change)).kind).toBe('refused');
  });

  test('an employee reads as the state of its status', async () => {
    const id = vendor.addByHand({ firstName: 'Ada', lastName: 'Read', employmentHistoryStatus: 'Pre-Hire' });
    expect(await bamboohr.read(id, context())).toMatchObject({ stage: 'Pre-Hire', state: 'active.offer.accepted' });
    vendor.editByHand(id, { employmentHistoryStatus: 'Contractor' });
    expect(await bamboohr.read(id, context())).toMatchObject({ stage: 'Contractor', state: null });
  });
});

describe('what it shows and asks for', () => {
  const settings = settingsFor('http://127.0.0.1:1');
  test.each([
    ['application', 'active.offer.accepted', true],
    ['application', 'hired', true],
    ['application', 'withdrawn', true],
    ['application', 'rejected', false],
    ['application', 'active.screening.completed', false],
    ['onboarding', 'hired', false],
  ] as const)('%s %s: %s', (machine, state, shown) => {
    expect(bamboohr.shows(settings, machine, state)).toBe(shown);
    if (machine === 'application') expect(bamboohr.elementsFor(settings, state, mapping).length > 0).toBe(shown);
  });
  test('a withdrawal is not written unless a status is named for it', () => {
    expect(
      bamboohr.shows(
        { ...settings, statusOnWithdrawn: undefined } as unknown as BambooHrSettings,
        'application',
        'withdrawn',
      ),
    ).toBe(false);
  });
  test('settings are strict and the address follows from the company', () => {
    expect(baseUrlOf(settingsSchema.parse({ companyDomain: 'acme', keyField }))).toBe(
      'https://acme.bamboohr.com/api/v1',
    );
    expect(settingsSchema.safeParse({ companyDomain: 'acme', keyField, surprise: 1 }).success).toBe(false);
    expect(settingsSchema.safeParse({ companyDomain: 'acme.evil.example/', keyField }).success).toBe(false);
    expect(settingsSchema.safeParse({ companyDomain: 'acme' }).success).toBe(false);
  });
  test.each([
    ['Pre-Hire', true, 'active.offer.accepted'],
    ['Full-Time', true, 'hired'],
    ['Withdrawn', true, 'withdrawn'],
    ['Contractor', true, null],
    [null, true, null],
  ])('status %s stands for %s', (status, active, state) => {
    expect(stateOf(settings, status, active as boolean)).toBe(state);
  });
  test.each([
    ['2027-01-04', '2027-01-04', true],
    ['2027-01-04T00:00:00Z', '2027-01-04', true],
    ['0000-00-00', '2027-01-04', false],
    ['A@B.example', 'a@b.example', true],
    ['ada', 'Ada', false],
    [null, 'Ada', false],
  ])('%s shows %s: %s', (seen, wanted, same) => {
    expect(sameValue(seen, wanted)).toBe(same);
  });
});

describe('webhooks', () => {
  const key = 'a1b2c3';
  const body = Buffer.from('{"employees":[]}');
  const at = Date.parse('2026-11-20T10:00:00Z');
  const timestamp = String(at / 1000);
  const signature = createHmac('sha256', key).update(`{"employees":[]}${timestamp}`).digest('hex');
  const request = (headers: Record<string, string>, receivedAt = at) => ({
    method: 'POST',
    url: 'https://x.example/hooks/b',
    headers,
    body,
    receivedAt,
  });
  const headers = { 'x-bamboohr-signature': signature, 'x-bamboohr-timestamp': timestamp };
  const settings = settingsFor('http://127.0.0.1:1');
  const verify = (given: ReturnType<typeof request>, ...keys: string[]) =>
    bamboohr.verify(
      given,
      keys.map((webhookPrivateKey) => ({ webhookPrivateKey })),
      settings,
    );

  test('the signature of a known text', () => {
    const fixed = createHmac('sha256', 'a1b2c3').update('{"employees":[]}1795168800').digest('hex');
    expect(timestamp).toBe('1795168800');
    expect(signature).toBe(fixed);
    expect(verify(request(headers), 'old', key)).toEqual({ ok: true });
    expect(verify(request({ ...headers, 'x-bamboohr-signature': signature.toUpperCase() }), key)).toEqual({ ok: true });
  });
  test.each([
    ['missing_signature', { 'x-bamboohr-timestamp': timestamp }, at],
    ['missing_signature', { 'x-bamboohr-signature': signature }, at],
    ['bad_signature', { ...headers, 'x-bamboohr-timestamp': String(at / 1000 + 1) }, at],
    ['bad_signature', { ...headers, 'x-bamboohr-signature': signature.slice(1) }, at],
    ['stale_timestamp', headers, at + 5 * 60_000 + 1],
    ['stale_timestamp', headers, at - 5 * 60_000 - 1],
  ])('%s', (code, given, receivedAt) => {
    expect(verify(request(given as Record<string, string>, receivedAt), key)).toMatchObject({ ok: false, code });
  });
  test('no key, no trust', () => {
    expect(bamboohr.verify(request(headers), [{ apiKey: 'k' }], settings)).toMatchObject({
      ok: false,
      code: 'bad_signature',
    });
  });

  const context = (change: Record<string, unknown> = {}): TranslateContext<BambooHrSettings> => ({
    connection: 'bamboohr',
    settings: settingsFor('http://127.0.0.1:1', change),
    mapping,
    headers,
    receivedAt: at,
  });
  const listed = (change: Record<string, unknown>) => ({
    employees: [
      {
        id: '7',
        timestamp: '2026-11-20T09:59:00Z',
        changedFields: ['employmentHistoryStatus'],
        fields: { employmentHistoryStatus: { value: 'Full-Time' } },
        ...change,
      },
    ],
  });
  const started = {
    kind: 'event',
    machine: 'onboarding',
    ref: '7',
    claim: { kind: 'event', type: 'employee.started' },
    occurredAt: '2026-11-20T09:59:00.000Z',
    data: { 'onboarding.employeeNumber': '7' },
  };
  test.each<[string, unknown, Record<string, unknown>, Partial<Translation>]>([
    [
      'created',
      { type: 'employee.created', timestamp: '2026-11-20T10:00:00Z', data: { companyId: '1', employeeId: '7' } },
      {},
      { kind: 'ignored', reason: 'employee_created' },
    ],
    [
      'deleted',
      { type: 'employee.deleted', data: { employeeId: '7' } },
      {},
      { kind: 'ignored', reason: 'employee_deleted' },
    ],
    [
      'updated elsewhere',
      { type: 'employee.updated', data: { employeeId: '7', changedFields: ['department'] } },
      {},
      { kind: 'ignored', reason: 'employee_updated' },
    ],
    [
      'updated status without its value',
      { type: 'employee.updated', data: { employeeId: '7', changedFields: ['employmentHistoryStatus'] } },
      {},
      { kind: 'ignored', reason: 'status_value_not_sent' },
    ],
    ['company', { type: 'company.updated', data: {} }, {}, { kind: 'ignored', reason: 'company_updated' }],
    ['list, active now', listed({}), {}, started as Partial<Translation>],
    [
      'list, value as text',
      listed({ fields: { employmentHistoryStatus: 'Full-Time' } }),
      {},
      started as Partial<Translation>,
    ],
    [
      'list, with a number',
      listed({ fields: { employmentHistoryStatus: 'Full-Time', employeeNumber: { value: 'E-9' } } }),
      {},
      { data: { 'onboarding.employeeNumber': 'E-9' } },
    ],
    [
      'list, another status',
      listed({ fields: { employmentHistoryStatus: 'Contractor' } }),
      {},
      { kind: 'ignored', reason: 'status_not_tracked' },
    ],
    [
      'list, status unchanged',
      listed({ changedFields: ['department'] }),
      {},
      { kind: 'ignored', reason: 'status_unchanged' },
    ],
    ['list, no value', listed({ fields: {} }), {}, { kind: 'ignored', reason: 'status_value_not_sent' }],
    ['list, not tracked', listed({}), { trackOnboarding: false }, { kind: 'ignored', reason: 'employee_changed' }],
    ['empty list', { employees: [] }, {}, { kind: 'ignored', reason: 'no_employees' }],
    ['something else', { hello: 1 }, {}, { kind: 'quarantined', reason: 'body_not_understood' }],
  ])('%s', (_, payload, change, wanted) => {
    const said = bamboohr.translate(payload, context(change));
    expect(said).toHaveLength(1);
    expect(said[0]).toMatchObject(wanted);
  });
  test('the same change has the same id, another has another', () => {
    const id = (payload: unknown) => (bamboohr.translate(payload, context())[0] as { externalId: string }).externalId;
    expect(id(listed({}))).toBe(id(listed({})));
    expect(id(listed({}))).not.toBe(id(listed({ timestamp: '2026-11-21T09:59:00Z' })));
  });
});

const fixtures = '../shared/fixtures/bamboohr';
const fixture = (name: string): unknown => JSON.parse(readFileSync(`${fixtures}/${name}.json`, 'utf8'));
describe.skipIf(!existsSync(fixtures))('vendor payloads', () => {
  const context = (stages: Record<string, string>): TranslateContext<BambooHrSettings> => ({
    connection: 'bamboohr',
    settings: settingsFor('http://127.0.0.1:1', { stages }),
    mapping,
    headers: {},
    receivedAt: 0,
  });
  test('create-employee: our request holds at least its fields, and its answer gives the id', () => {
    const created = newEmployee(
      accepted({ elements: { 'candidate.firstName': 'Test', 'candidate.lastName': 'Employee' } }),
      { settings: settingsFor('http://x.example'), mapping },
    );
    expect(created).toMatchObject({ body: fixture('create-employee-request') as object });
    const answer = { kind: 'answer', status: 201, json: fixture('create-employee-response'), text: '' } as const;
    expect(createdId({ ...answer, headers: {} })).toBe('121');
    expect(createdId({ ...answer, headers: { location: 'https://acme.bamboohr.com/api/v1/employees/122' } })).toBe(
      '122',
    );
    expect(
      createdId({
        ...answer,
        json: undefined,
        headers: { location: 'https://acme.bamboohr.com/employees/employee.php?id=123' },
      }),
    ).toBe('123');
    expect(createdId({ ...answer, json: undefined, headers: {} })).toBeUndefined();
  });
  test('update-employee: only the changed field is sent, and the answer reads as an employee', () => {
    const settings = settingsFor('http://x.example', { fields: { 'candidate.phone': 'workPhone' } });
    const work = accepted({ elements: { 'candidate.phone': '801-724-6600' } });
    const before = {
      id: '4',
      fields: { [keyField]: work.subject, employmentHistoryStatus: 'Pre-Hire', workPhone: null },
    };
    expect(changesOf(before, work, { settings, mapping })).toEqual(fixture('update-employee-request'));
    expect(parseEmployee(fixture('update-employee-response'))).toMatchObject({
      id: '4',
      fields: { workPhone: '801-724-6600', status: 'Active' },
    });
  });
  test('list-employees: rows, and a cursor only where there is a next page', () => {
    const page = parseList(fixture('list-employees-response'), 'homeEmail');
    expect(page?.rows.map(({ id, lastName }) => [id, lastName])).toEqual([
      ['123', 'Nguyen'],
      ['124', 'Park'],
    ]);
    expect(page?.next).toBe('eyJjdXJzb3IiOiAiYWZ0ZXItMTI0In0=');
    expect(parseList(fixture('list-employees-by-ids-response'), 'workEmail')).toMatchObject({
      next: null,
      rows: [{ id: '200' }, { id: '207' }],
    });
    expect(parseList(fixture('error-webhook-errors'), 'homeEmail')).toBeNull();
    expect(parseList(fixture('list-webhooks-empty-response'), 'homeEmail')).toBeNull();
  });
  test('get-application: the status label claims a state, an unknown one waits for a person', () => {
    expect(bamboohr.translate(fixture('get-application-response'), context({ New: 'active.received' }))).toEqual([
      {
        kind: 'event',
        externalId: 'application:61:status:1:2026-05-29T14:15:03+00:00',
        machine: 'application',
        ref: 'application/61',
        by: 'ats',
        claim: { kind: 'stage', targets: ['active.received'] },
        occurredAt: '2026-05-29T14:15:03.000Z',
        data: {
          'candidate.firstName': 'Validation',
          'candidate.lastName': 'Run',
          'candidate.email': 'validation.run@example.com',
        },
        requisition: 'job/22',
      },
    ]);
    const [unknown] = bamboohr.translate(fixture('get-application-response'), context({ Hired: 'hired' }));
    expect(unknown).toMatchObject({
      kind: 'quarantined',
      reason: 'unknown_stage',
      externalId: 'application:61:status:1:2026-05-29T14:15:03+00:00',
    });
    expect(JSON.stringify(unknown)).not.toContain('validation.run');
    const broken = { ...(fixture('get-application-response') as object), status: { label: 'constructor' } };
    expect(bamboohr.translate(broken, context({}))).toMatchObject([
      { kind: 'quarantined', reason: 'application_not_understood' },
    ]);
  });
});
