// The three connections of the demo, as one would add them by the API, and the stages that its Greenhouse has.

export const credentials = {
  greenhouse: { clientId: 'demo-client', clientSecret: 'demo-secret', webhookSecret: 'demo-webhook-secret' },
  bamboohr: { apiKey: 'demo-key', webhookPrivateKey: 'demo-private-key' },
  screening: { signingSecret: `whsec_${Buffer.from('a signing secret for the demo only').toString('base64')}` },
};

export const stages = { order: ['Application Review', 'Assessment', 'Interview', 'Offer'] };

/** Which Greenhouse stage shows a state; our regions share theirs. */
export const stageOf = {
  'active.received': 'Application Review',
  'active.triage': 'Application Review',
  'active.screening': 'Assessment',
  'active.interview': 'Interview',
  'active.offer': 'Offer',
};

export interface DemoConnection {
  id: string;
  adapter: string;
  settings: Record<string, unknown>;
  scope: Record<string, unknown>;
  pace?: Record<string, unknown>;
  secrets: Record<string, string>;
}

export function connections(urls: { greenhouse: string; bamboohr: string }): DemoConnection[] {
  return [
    {
      id: 'greenhouse',
      adapter: 'greenhouse',
      settings: {
        baseUrl: urls.greenhouse,
        authUrl: urls.greenhouse,
        stages: stageOf,
        rejectionReasonId: 14,
        withdrawnReasonId: 27,
        allowCandidateEmails: true,
        fields: { 'screening.score': 'screening_score' },
      },
      scope: { machines: ['application'] },
      // A simulated vendor on the same machine allows more than the real one.
      pace: { concurrency: 16, requests: 2_000, perMs: 1_000 },
      secrets: credentials.greenhouse,
    },
    {
      id: 'bamboohr',
      adapter: 'bamboohr',
      settings: {
        companyDomain: 'demo',
        baseUrl: `${urls.bamboohr}/api/v1`,
        keyField: 'customInterlockId',
        statusOnHired: 'Full-Time',
        statusOnWithdrawn: 'Withdrawn',
      },
      scope: { machines: ['application'] },
      secrets: { apiKey: credentials.bamboohr.apiKey, webhookPrivateKey: credentials.bamboohr.webhookPrivateKey },
    },
    {
      id: 'screening',
      adapter: 'screening',
      settings: { applicationSystem: 'greenhouse' },
      scope: { machines: ['application'] },
      secrets: credentials.screening,
    },
  ];
}
