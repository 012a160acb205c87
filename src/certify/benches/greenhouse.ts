// Greenhouse's simulator as certification sees it: settings, secrets, one change to write, and what became of it.
import { greenhouse } from '../../adapters/greenhouse/index.ts';
import { type GreenhouseSettings, greenhouseSettings } from '../../adapters/greenhouse/settings.ts';
import type { Work } from '../../adapters/port.ts';
import { startGreenhouse } from '../../sandbox/greenhouse.ts';
import type { ContractHarness } from '../harness.ts';
import { workOn } from '../work-on.ts';

export const secrets = {
  clientId: 'sandbox-client',
  clientSecret: 'sandbox-secret',
  webhookSecret: 'sandbox-webhook-secret',
};

export const stages = {
  'active.received': 'Application Review',
  'active.triage': 'Application Review',
  'active.screening': 'Assessment',
  'active.interview': 'Interview',
  'active.offer': 'Offer',
};

export function settingsFor(url: string, more: Record<string, unknown> = {}): GreenhouseSettings {
  return greenhouseSettings.parse({
    baseUrl: url,
    authUrl: url,
    actingUserId: 4080,
    stages,
    rejectionReasonId: 14,
    withdrawnReasonId: 27,
    fields: { 'screening.score': 'screening_score' },
    allowCandidateEmails: true,
    ...more,
  });
}

export const greenhouseBench: ContractHarness<GreenhouseSettings> = {
  adapter: greenhouse,
  unknownRef: '999999999',
  inbound: { signatureHeader: 'signature', secretField: 'webhookSecret', coversBody: true, echoes: true },
  async open() {
    const sandbox = await startGreenhouse(secrets);
    const moves = (work: Work) =>
      sandbox.log
        .entries(work.ref ?? '')
        .filter((entry) => entry.by === 'api' && entry.to === 'Assessment' && entry.from !== entry.to);
    return {
      ...sandbox,
      settings: settingsFor(sandbox.url),
      secrets,
      newWork: () => workOn(sandbox.createApplication()),
      isApplied: (work) => sandbox.application(work.ref ?? '')?.stage.name === 'Assessment',
      timesApplied: (work) => moves(work).length,
      editByHand: (work) => sandbox.editByHand(work.ref ?? '', { kind: 'move', stage: 'Interview' }),
      breakMapping: () => sandbox.renameStage('Assessment', 'Skills check'),
      expireTokens: sandbox.revokeTokens,
      causeEvent: () => void sandbox.createApplication(),
    };
  },
};
