// Workable's simulator as certification sees it: settings, secrets, one change to write, and what became of it.
import { workable } from '../../adapters/workable/index.ts';
import { type WorkableSettings, workableSettings } from '../../adapters/workable/settings.ts';
import { startWorkable } from '../../sandbox/workable.ts';
import type { ContractHarness } from '../harness.ts';
import { workOn } from '../work-on.ts';

export const secrets = { accessToken: 'sandbox-token', webhookSecret: 'sandbox-webhook-secret' };
export const stages = {
  'active.received': 'Applied',
  'active.triage': 'Applied',
  'active.screening': 'Assessment',
  'active.interview': 'Interview',
  'active.offer': 'Offer',
};

export const settingsFor = (url: string, more: Record<string, unknown> = {}): WorkableSettings =>
  workableSettings.parse({
    baseUrl: `${url}/spi/v3`,
    memberId: '1f395d',
    stages,
    rejectionReasonId: 'b29c63',
    withdrawalReasonId: 'b29c6e',
    ...more,
  });

export const workableBench: ContractHarness<WorkableSettings> = {
  adapter: workable,
  unknownRef: 'ffffffff',
  inbound: { signatureHeader: 'x-workable-signature', secretField: 'webhookSecret', coversBody: true, echoes: true },
  async open() {
    const sandbox = await startWorkable(secrets);
    return {
      ...sandbox,
      settings: settingsFor(sandbox.url),
      secrets,
      newWork: () => workOn(sandbox.createCandidate()),
      isApplied: (work) => sandbox.candidate(work.ref ?? '')?.stage.slug === 'assessment',
      timesApplied: (work) =>
        sandbox.log
          .entries(work.ref ?? '')
          .filter((one) => one.by === 'api' && one.to === 'Assessment' && one.from !== one.to).length,
      editByHand: (work) => sandbox.editByHand(work.ref ?? '', { kind: 'move', stage: 'interview' }),
      breakMapping: () => sandbox.renameStage('assessment', 'Skills check'),
      causeEvent: () => void sandbox.createCandidate(),
    };
  },
};
