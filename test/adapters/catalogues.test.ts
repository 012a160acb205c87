// What vendors offer, as their adapters read it: all pages, what is archived left out, and what a write into a state needs of it.
import { afterAll, describe, expect, test } from 'vitest';
import { bamboohr } from '../../src/adapters/bamboohr/index.ts';
import { greenhouse } from '../../src/adapters/greenhouse/index.ts';
import { createVendorHttp } from '../../src/adapters/http.ts';
import type { Adapter, VendorContext } from '../../src/adapters/port.ts';
import { startBambooHr } from '../../src/sandbox/bamboohr.ts';
import { startGreenhouse } from '../../src/sandbox/greenhouse.ts';
import { mappingOf } from '../support/mappings.ts';

const http = createVendorHttp({ allowPrivateAddresses: true, timeoutMs: 10_000, bodyBytesMax: 1024 * 1024 });
const never = new AbortController().signal;
afterAll(() => http.close());

function contextOf<Settings>(
  adapter: Adapter<Settings>,
  settings: unknown,
  secrets: Record<string, string>,
): VendorContext<Settings> {
  const mapping = mappingOf(adapter.name);
  return {
    connection: adapter.name,
    settings: adapter.settings.parse(settings),
    mapping,
    secrets,
    http,
    signal: never,
  };
}

describe('Greenhouse', () => {
  const secrets = { clientId: 'client', clientSecret: 'secret', webhookSecret: 'hush' };
  const settings = {
    stages: { 'active.screening': 'Assessment', 'active.interview': 'Interview' },
    rejectionReasonId: 14,
    allowCandidateEmails: true,
    fields: { 'screening.score': 'screening_score' },
  };

  test('stages of all jobs over all pages, and active custom fields', async () => {
    await using office = await startGreenhouse(secrets);
    // More than one page, and the stage that only the last job has is on the last one.
    for (let job = 0; job < 130; job += 1) office.createJob(`Job ${job}`);
    const context = contextOf(greenhouse, { ...settings, baseUrl: office.url, authUrl: office.url }, secrets);
    const found = await greenhouse.catalogue?.(context);
    expect(found?.stages).toHaveLength(520);
    expect(new Set(found?.stages?.map((one) => one.name))).toEqual(
      new Set(['Application Review', 'Assessment', 'Interview', 'Offer']),
    );
    expect(found?.fields).toEqual([{ key: 'screening_score' }, { key: 'screening_report' }]);
    office.renameStage('Interview', 'Panel');
    office.setCustomField('screening_score', false);
    const after = await greenhouse.catalogue?.(context);
    expect(after?.stages?.map((one) => one.name)).not.toContain('Interview');
    expect(after?.fields).toEqual([{ key: 'screening_report' }]);
    office.faults.next('error_before', { on: 'read' });
    await expect(greenhouse.catalogue?.(context)).rejects.toThrow(/Greenhouse could not be read/);
  });

  test('a write needs the stage of its state and the fields that it fills', () => {
    const { settings: parsed } = contextOf(greenhouse, settings, secrets);
    const fields = [{ key: 'screening_score', element: 'screening.score' }];
    expect(greenhouse.needs?.(parsed, 'application', 'active.screening.invited')).toEqual({
      stages: ['Assessment'],
      fields,
    });
    for (const state of ['rejected', 'hired', 'on_hold'])
      expect(greenhouse.needs?.(parsed, 'application', state)).toEqual({ stages: [], fields: [] });
    expect(greenhouse.needs?.(parsed, 'requisition', 'open')).toEqual({ stages: [], fields: [] });
  });
});

describe('BambooHR', () => {
  const secrets = { apiKey: 'key' };
  const settings = {
    companyDomain: 'acme',
    keyField: 'customInterlockId',
    statusOnWithdrawn: 'Withdrawn',
    fields: { 'offer.salary': 'customSalary' },
  };

  test('options of the status list that are not archived, and the fields there are', async () => {
    await using company = await startBambooHr({
      apiKey: 'key',
      webhookPrivateKey: 'hush',
      customFields: ['customInterlockId', 'customSalary'],
    });
    const context = contextOf(bamboohr, { ...settings, baseUrl: `${company.url}/api/v1` }, secrets);
    const names = async () => (await bamboohr.catalogue?.(context))?.stages?.map((one) => one.name);
    const keys = async () => (await bamboohr.catalogue?.(context))?.fields?.map((one) => one.key);
    expect(await names()).toEqual(['Pre-Hire', 'Full-Time', 'Part-Time', 'Contractor', 'Withdrawn']);
    expect(await keys()).toContain('customSalary');
    company.removeStatus('Pre-Hire');
    company.removeField('customSalary');
    expect(await names()).not.toContain('Pre-Hire');
    expect(await keys()).not.toContain('customSalary');
    company.restoreStatus('Pre-Hire');
    expect(await names()).toContain('Pre-Hire');
    // A field that is no list takes any text: nothing of it can be missed.
    const free = contextOf(
      bamboohr,
      { ...settings, statusField: 'jobTitle', baseUrl: `${company.url}/api/v1` },
      secrets,
    );
    expect((await bamboohr.catalogue?.(free))?.stages).toBeNull();
  });

  test('a write needs its status, the key and the fields of the offer', () => {
    const { settings: parsed } = contextOf(bamboohr, settings, secrets);
    expect(bamboohr.needs?.(parsed, 'application', 'active.offer.accepted')).toEqual({
      stages: ['Pre-Hire'],
      fields: [
        { key: 'customInterlockId' },
        { key: 'employmentHistoryStatus' },
        { key: 'customSalary', element: 'offer.salary' },
      ],
    });
    expect(bamboohr.needs?.(parsed, 'application', 'hired')).toEqual({
      stages: [],
      fields: [{ key: 'customInterlockId' }],
    });
    expect(bamboohr.needs?.(parsed, 'application', 'active.triage')).toEqual({ stages: [], fields: [] });
  });
});
