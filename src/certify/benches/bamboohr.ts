// BambooHR's simulator as certification sees it: creating a pre-hire, and hiring one that is there.
import { bamboohr } from '../../adapters/bamboohr/index.ts';
import { type BambooHrSettings, settingsSchema } from '../../adapters/bamboohr/settings.ts';
import type { Work } from '../../adapters/port.ts';
import { type BambooHrSandbox, type BambooHrSandboxOptions, startBambooHr } from '../../sandbox/bamboohr.ts';
import type { ContractHarness, ContractSandbox } from '../harness.ts';

export const secrets = { apiKey: 'key-of-the-sandbox', webhookPrivateKey: 'private-key-of-the-sandbox' };
export const keyField = 'customInterlockId';
export const settingsFor = (url: string, change: Record<string, unknown> = {}): BambooHrSettings =>
  settingsSchema.parse({
    companyDomain: 'acme',
    baseUrl: `${url}/api/v1`,
    keyField,
    statusOnHired: 'Full-Time',
    statusOnWithdrawn: 'Withdrawn',
    trackOnboarding: true,
    ...change,
  });
export const start = (options: Partial<BambooHrSandboxOptions> = {}): Promise<BambooHrSandbox> =>
  startBambooHr({ ...secrets, customFields: [keyField], ...options });

export let made = 0;
export function accepted(change: Partial<Work> = {}): Work {
  made += 1;
  return {
    writeback: `wrb_${made}`,
    attempt: 1,
    machine: 'application',
    ref: null,
    eventType: 'offer.accepted',
    targetState: 'active.offer.accepted',
    previousState: null,
    expectedStates: change.previousState ? [change.previousState] : [],
    lastWritten: null,
    occurredAt: '2026-11-02T09:00:00.000Z',
    overwrites: [],
    elements: {
      'candidate.firstName': 'Ada',
      'candidate.lastName': `Test${made}`,
      'candidate.email': `ada${made}@example.com`,
      'offer.startDate': '2027-01-04',
    },
    subject: `sub_${made}`,
    version: 9,
    ...change,
  };
}
export const hired = (work: Work, ref: string | null): Work => ({
  ...work,
  ref,
  eventType: 'application.hired',
  targetState: 'hired',
  previousState: 'active.offer.accepted',
  expectedStates: ['active.offer.accepted'],
  version: work.version + 1,
});

export const ofSubject = (vendor: BambooHrSandbox, work: Work) =>
  vendor.employees().filter(({ fields }) => fields[keyField] === work.subject);
export const statusOf = (vendor: BambooHrSandbox, work: Work): (string | null | undefined)[] =>
  ofSubject(vendor, work).map(({ fields }) => fields.employmentHistoryStatus);

async function openContract(
  wanted: string,
  newWork: (vendor: BambooHrSandbox) => Work,
  extra: (vendor: BambooHrSandbox) => Partial<ContractSandbox<BambooHrSettings>>,
): Promise<ContractSandbox<BambooHrSettings>> {
  const vendor = await start();
  return {
    faults: vendor.faults,
    webhooks: vendor.webhooks,
    settings: settingsFor(vendor.url),
    secrets,
    newWork: () => newWork(vendor),
    isApplied: (work) => statusOf(vendor, work).includes(wanted),
    timesApplied: (work) =>
      ofSubject(vendor, work).flatMap(({ id }) =>
        vendor.log.entries(id).filter(({ by, to }) => by === 'api' && to.startsWith(wanted)),
      ).length,
    breakMapping: () => vendor.removeStatus(wanted),
    causeEvent: () =>
      void vendor.addByHand({ firstName: 'Grace', lastName: 'Test', employmentHistoryStatus: 'Full-Time' }),
    close: vendor.close,
    ...extra(vendor),
  };
}
const inbound = {
  signatureHeader: 'x-bamboohr-signature',
  secretField: 'webhookPrivateKey',
  coversBody: true,
  echoes: false,
};

export const creatingBench: ContractHarness<BambooHrSettings> = {
  adapter: bamboohr,
  variant: 'creating a pre-hire',
  inbound,
  open: () =>
    openContract(
      'Pre-Hire',
      () => accepted(),
      () => ({}),
    ),
};

const preHire = (vendor: BambooHrSandbox): Work => {
  const work = accepted();
  const fields = {
    firstName: 'Ada',
    lastName: `Test${made}`,
    homeEmail: `ada${made}@example.com`,
    hireDate: '2027-01-04',
  };
  return hired(work, vendor.addByHand({ ...fields, employmentHistoryStatus: 'Pre-Hire', [keyField]: work.subject }));
};
const editByHand = (vendor: BambooHrSandbox) => ({
  editByHand: (work: Work) => vendor.editByHand(work.ref as string, { employmentHistoryStatus: 'Contractor' }),
});

export const hiringBench: ContractHarness<BambooHrSettings> = {
  adapter: bamboohr,
  variant: 'hiring one that is there',
  unknownRef: '999999',
  open: () => openContract('Full-Time', preHire, editByHand),
  notOffered: Object.fromEntries(
    (['duplicate', 'late', 'reordered', 'echo'] as const).map((column) => [column, 'as when creating']),
  ),
};
