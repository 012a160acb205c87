// Whose onboarding begins: those whose record the HR system has and whose first day is known, whoever stands before them.
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { addConnection } from '../../src/services/connections/manage-connections.ts';
import { beginOnboardings } from '../../src/services/intake/begin-onboardings.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { intake } from '../support/intakes.ts';
import { ledgerRows } from '../support/ledger-rows.ts';

let service: TestContext;
beforeAll(async () => {
  service = await createTestContext();
  for (const [id, trackOnboarding] of [
    ['people', true],
    ['payroll', false],
  ] as const) {
    const added = await addConnection(
      service.context,
      { kind: 'cli', id: 'tester' },
      {
        id,
        adapter: 'bamboohr',
        settings: { companyDomain: 'acme', baseUrl: 'http://127.0.0.1:9', keyField: 'customKey', trackOnboarding },
        scope: {},
        secrets: { apiKey: 'key', webhookPrivateKey: 'hush' },
        direction: 'in',
      },
    );
    if (!added.ok) throw new Error(JSON.stringify(added));
  }
});
afterAll(async () => service[Symbol.asyncDispose]());

const begun = async (): Promise<string[]> =>
  (
    await service.context.database.reports
      .selectFrom('subject_ref')
      .select('external_id')
      .where('machine', '=', 'onboarding')
      .orderBy('external_id')
      .execute()
  ).map((one) => one.external_id);

/** An accepted offer, by each name that a system has for the new hire. */
async function accepted(ref: string, names: Readonly<Record<string, string>>, data: Record<string, unknown>) {
  const { recorder } = service.context;
  const skips = { 'requisition.skips': ['screening', 'scheduling', 'offer_approval'] };
  const first = intake(ref, 'application.received', { by: 'ats', data: skips });
  await recorder().record({
    ...first,
    alsoKnownAs: Object.entries(names).map(([system, name]) => ({ system, ref: name })),
  });
  for (const type of ['triage.started', 'interview.requested', 'offer.drafted', 'offer.extended'])
    await recorder().record(intake(ref, type, { by: 'ats' }));
  expect(await recorder().record(intake(ref, 'offer.accepted', { by: 'ats', data }))).toMatchObject({
    disposition: 'applied',
  });
}

const firstDay = { 'offer.startDate': '2027-01-02' };

test('it begins once, under the number of the record, for systems that follow new hires', async () => {
  await accepted('A-1', { people: '4711', payroll: '99' }, firstDay);
  await accepted('A-2', { people: 'application:9999' }, firstDay);
  await accepted('A-3', { payroll: '98' }, firstDay);
  expect(await beginOnboardings(service.context)).toBe(1);
  expect(await beginOnboardings(service.context)).toBe(0);
  expect(await begun()).toEqual(['4711']);
});

test('what changes in an offer reaches the onboarding that has begun, although none begins any more', async () => {
  const follow = (tracked: boolean) =>
    service.context.database.engine
      .updateTable('connection')
      .set({
        settings: sql`settings || ${JSON.stringify({ trackOnboarding: tracked })}::jsonb`,
        updated_at: sql`clock_timestamp()`,
      })
      .where('id', '=', 'people')
      .execute();
  await follow(false);
  await accepted('A-5', { people: '4713' }, firstDay);
  await service.context
    .recorder()
    .record(intake('A-1', 'offer.amended', { by: 'ats', data: { 'offer.startDate': '2027-02-01' } }));
  expect(await beginOnboardings(service.context)).toBe(1);
  expect(await begun()).toEqual(['4711']);
  await follow(true);
  expect(await beginOnboardings(service.context)).toBe(1);
  expect(await begun()).toEqual(['4711', '4713']);
});

test('it begins although more than one round takes stand before it that cannot, having no first day or no record', async () => {
  const rows = ledgerRows(service.context.database.engine);
  const waiting: string[] = [];
  for (let at = 0; at <= limits.sweepRowsMax; at += 1)
    waiting.push(await rows.subject({ state: 'active.offer.accepted' }));
  await service.context.database.engine
    .insertInto('subject_ref')
    .values(
      waiting.map((subject_id, at) => ({
        system: 'people',
        machine: 'application',
        external_id: at % 2 ? String(90_000 + at) : `application:${at}`,
        subject_id,
      })),
    )
    .execute();
  await accepted('A-4', { people: '4712' }, firstDay);
  expect(await beginOnboardings(service.context)).toBe(1);
  expect(await begun()).toEqual(['4711', '4712', '4713']);
});
