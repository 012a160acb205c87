// The outside world of a seed: a simulated ATS, HRIS and screening tool in this process, and the connections by which Interlock knows them.

import { type BambooHrSandbox, startBambooHr } from '../../../src/sandbox/bamboohr.ts';
import { type GreenhouseSandbox, startGreenhouse } from '../../../src/sandbox/greenhouse.ts';
import type { Random } from '../../../src/sandbox/kernel/random.ts';
import { type ScreeningSandbox, startScreening } from '../../../src/sandbox/screening.ts';
import { greenhouseStages } from '../../support/hiring-office.ts';

export interface Vendors extends AsyncDisposable {
  greenhouse: GreenhouseSandbox;
  bamboohr: BambooHrSandbox;
  screening: ScreeningSandbox;
  /** Until no webhook waits or is repeated. */
  drain(): Promise<void>;
  /** No more faults, delays and duplicates. */
  calm(): void;
}

const credentials = {
  greenhouse: { clientId: 'rig-client', clientSecret: 'rig-secret', webhookSecret: 'rig-webhook-secret' },
  bamboohr: { apiKey: 'rig-key', webhookPrivateKey: 'rig-private-key' },
  screening: { signingSecret: `whsec_${Buffer.from('a signing secret for the rig only').toString('base64')}` },
};

/** Webhooks are repeated for as long as the worst outage of a seed lasts. */
const retryDelaysMs = [...Array.from({ length: 10 }, () => 150), ...Array.from({ length: 120 }, () => 500)];

export async function startVendors(random: Random): Promise<Vendors> {
  const seed = random.integer(1, 2 ** 31);
  const greenhouse = await startGreenhouse({ ...credentials.greenhouse, seed, webhooks: { retryDelaysMs } });
  const bamboohr = await startBambooHr({
    ...credentials.bamboohr,
    seed: seed + 1,
    customFields: ['customInterlockId'],
    statuses: ['Pre-Hire', 'Full-Time', 'Withdrawn'],
  });
  const screening = await startScreening({ ...credentials.screening, seed: seed + 2 });
  for (const one of [bamboohr, screening]) one.webhooks?.tune({ retryDelaysMs });
  const all = [greenhouse, bamboohr, screening];
  return {
    greenhouse,
    bamboohr,
    screening,
    async drain() {
      for (const one of all) await one.webhooks?.drain();
    },
    calm() {
      for (const one of all) {
        one.faults.calm();
        one.webhooks?.tune({ delayMs: { min: 0, max: 0 }, duplicates: 0 });
      }
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(all.map((one) => one.close()));
    },
  };
}

/** As an administrator adds them over the API. `urls`: where Interlock reaches the vendors, through their proxies. */
export function connectionsFor(urls: { greenhouse: string; bamboohr: string }, concurrency = 8) {
  // Simulated vendors bear more than the real ones.
  const pace = { concurrency, requests: 2_000, perMs: 1_000 };
  const scope = { machines: ['application'] };
  return [
    {
      id: 'greenhouse',
      adapter: 'greenhouse',
      settings: {
        baseUrl: urls.greenhouse,
        authUrl: urls.greenhouse,
        stages: greenhouseStages,
        rejectionReasonId: 14,
        withdrawnReasonId: 27,
        allowCandidateEmails: true,
        fields: { 'screening.score': 'screening_score' },
      },
      scope,
      pace,
      secrets: credentials.greenhouse,
    },
    {
      id: 'bamboohr',
      adapter: 'bamboohr',
      settings: {
        companyDomain: 'rig',
        baseUrl: `${urls.bamboohr}/api/v1`,
        keyField: 'customInterlockId',
        statusOnHired: 'Full-Time',
        statusOnWithdrawn: 'Withdrawn',
      },
      scope,
      pace,
      secrets: credentials.bamboohr,
    },
    {
      id: 'screening',
      adapter: 'screening',
      settings: { applicationSystem: 'greenhouse' },
      scope,
      secrets: credentials.screening,
    },
  ];
}
