// The systems of the flagship flow, as one would connect them by the API: an ATS, an HR system, and those who watch.
import type { AshbySandbox } from '../../src/sandbox/ashby.ts';
import type { BambooHrSandbox } from '../../src/sandbox/bamboohr.ts';

export const startDateField = 'f0000000-0000-4000-8000-000000000001';
export const ashbySecrets = { apiKey: 'ashby-key', webhookSecret: 'ashby-hush' };
export const bambooSecrets = { apiKey: 'bamboo-key', webhookPrivateKey: 'bamboo-hush' };
export const signingSecret = `whsec_${Buffer.from('only the receivers of this test know').toString('base64')}`;

/** Who watches new hires, and the few elements that each works with. */
export const observed: Readonly<Record<string, readonly string[]>> = {
  it: ['candidate.firstName', 'candidate.lastName', 'offer.startDate', 'offer.managerEmail'],
  payroll: ['candidate.firstName', 'candidate.lastName', 'offer.startDate', 'offer.employmentType'],
  lms: ['candidate.firstName', 'candidate.email', 'offer.jobTitle'],
};

export const bambooSettings = (bamboohr: BambooHrSandbox) => ({
  companyDomain: 'acme',
  baseUrl: `${bamboohr.url}/api/v1`,
  keyField: 'customInterlockId',
  fields: { 'offer.jobTitle': 'jobTitle', 'offer.managerEmail': 'customManager' },
  statusOnHired: 'Full-Time',
  trackOnboarding: true,
  trackJobs: true,
});

export const observer = (
  id: string,
  url: string,
  machine: string,
  states: readonly string[],
  elements: readonly string[],
) => ({
  id,
  adapter: 'signed-webhook',
  settings: { url, allowPrivate: true, machine, states, elements, confirm: { mode: 'receipt' } },
  scope: { machines: [machine] },
  direction: 'out',
  secrets: { signingSecret },
});

/** `hookOf`: where a receiver is posted to. */
export const flagshipConnections = (
  ashby: AshbySandbox,
  bamboohr: BambooHrSandbox,
  hookOf: (name: string) => string,
): object[] => [
  {
    id: 'ashby',
    adapter: 'ashby',
    settings: {
      baseUrl: ashby.url,
      stages: {
        'active.received': 'Application Review',
        'active.triage': 'Application Review',
        'active.screening': 'Assessment',
        'active.interview': 'Interview',
        'active.offer': 'Offer',
      },
      archiveReasons: { rejected: ['a0000000-0000-4000-8000-000000000001'] },
      fields: { 'offer.startDate': startDateField },
      writeHires: true,
      jobs: {
        teamId: 'b0000000-0000-4000-8000-000000000001',
        locationId: 'b0000000-0000-4000-8000-000000000002',
        interviewPlanId: ashby.createPlan(),
        closedMeans: 'filled',
      },
    },
    scope: { machines: ['application', 'requisition'] },
    secrets: ashbySecrets,
  },
  {
    id: 'bamboohr',
    adapter: 'bamboohr',
    settings: bambooSettings(bamboohr),
    scope: { machines: ['application', 'requisition', 'onboarding'] },
    secrets: bambooSecrets,
  },
  ...Object.entries(observed).map(([id, elements]) => observer(id, hookOf(id), 'onboarding', ['preparing'], elements)),
  observer('planning', hookOf('planning'), 'requisition', ['live', 'on_hold', 'filled'], ['requisition.title']),
];
