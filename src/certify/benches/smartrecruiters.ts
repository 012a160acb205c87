// SmartRecruiters's simulator as certification sees it: settings, secrets, one change to write, and what became of it.
import { smartrecruiters } from '../../adapters/smartrecruiters/index.ts';
import { type SmartrecruitersSettings, smartrecruitersSettings } from '../../adapters/smartrecruiters/settings.ts';
import { startSmartrecruiters } from '../../sandbox/smartrecruiters.ts';
import type { ContractHarness } from '../harness.ts';
import { workOn } from '../work-on.ts';

export const secrets = { apiKey: 'sandbox-key', webhookSecret: 'sandbox-webhook-secret' };
export const stages = {
  'active.received': 'NEW',
  'active.triage': 'IN_REVIEW',
  'active.screening': 'IN_REVIEW / Assessment',
  'active.interview': 'INTERVIEW',
  'active.offer': 'OFFERED',
};

export const settingsFor = (url: string, more: Record<string, unknown> = {}): SmartrecruitersSettings =>
  smartrecruitersSettings.parse({
    baseUrl: url,
    stages,
    rejectionReasonId: 'reason-14',
    withdrawalReasonId: 'reason-27',
    ...more,
  });

export const smartrecruitersBench: ContractHarness<SmartrecruitersSettings> = {
  adapter: smartrecruiters,
  unknownRef: 'nobody:nowhere',
  inbound: {
    signatureHeader: 'smartrecruiters-signature',
    secretField: 'webhookSecret',
    coversBody: true,
    echoes: true,
  },
  async open() {
    const sandbox = await startSmartrecruiters(secrets);
    const aim = 'IN_REVIEW / Assessment';
    return {
      ...sandbox,
      settings: settingsFor(sandbox.url),
      secrets,
      newWork: () => workOn(sandbox.createApplication()),
      isApplied: (work) => sandbox.application(work.ref ?? '')?.subStatus === 'Assessment',
      timesApplied: (work) =>
        sandbox.log.entries(work.ref ?? '').filter((one) => one.by === 'api' && one.to === aim && one.from !== aim)
          .length,
      editByHand: (work) => sandbox.editByHand(work.ref ?? '', { status: 'INTERVIEW' }),
      breakMapping: () => sandbox.removeSubStatus('IN_REVIEW', 'Assessment'),
      causeEvent: () => void sandbox.createApplication(),
    };
  },
};
