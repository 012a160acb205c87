// Ashby's simulator as certification sees it: settings, secrets, one change to write, and what became of it.
import { ashby } from '../../adapters/ashby/index.ts';
import { type AshbySettings, ashbySettings } from '../../adapters/ashby/settings.ts';
import type { Work } from '../../adapters/port.ts';
import { startAshby } from '../../sandbox/ashby.ts';
import type { ContractHarness } from '../harness.ts';
import { workOn } from '../work-on.ts';

export const secrets = { apiKey: 'sandbox-key', webhookSecret: 'sandbox-webhook-secret' };
export const reasons = {
  lacksSkills: 'a0000000-0000-4000-8000-000000000001',
  withdrew: 'a0000000-0000-4000-8000-000000000002',
  duplicate: 'a0000000-0000-4000-8000-000000000003',
  tooJunior: 'a0000000-0000-4000-8000-000000000004',
};
export const scoreField = 'f0000000-0000-4000-8000-000000000001';
export const startField = 'f0000000-0000-4000-8000-000000000002';
export const stages = {
  'active.received': 'Application Review',
  'active.triage': 'Application Review',
  'active.screening': 'Assessment',
  'active.interview': 'Interview',
  'active.offer': 'Offer',
};

export const settingsFor = (url: string, more: Record<string, unknown> = {}): AshbySettings =>
  ashbySettings.parse({
    baseUrl: url,
    stages,
    archiveReasons: { rejected: [reasons.lacksSkills], withdrawn: [reasons.withdrew] },
    fields: { 'screening.score': scoreField },
    writeHires: true,
    ...more,
  });

export const unknownRef = '00000000-0000-4000-8000-000000000000';

export const ashbyBench: ContractHarness<AshbySettings> = {
  adapter: ashby,
  unknownRef,
  inbound: { signatureHeader: 'ashby-signature', secretField: 'webhookSecret', coversBody: true, echoes: true },
  async open() {
    const sandbox = await startAshby(secrets);
    sandbox.createJob('Engineer');
    const moves = (work: Work) =>
      sandbox.log
        .entries(work.ref ?? '')
        .filter((entry) => entry.by === 'api' && entry.to === 'Assessment' && entry.from !== entry.to);
    return {
      ...sandbox,
      settings: settingsFor(sandbox.url),
      secrets,
      newWork: () => workOn(sandbox.createApplication()),
      isApplied: (work) => sandbox.application(work.ref ?? '')?.stage.title === 'Assessment',
      timesApplied: (work) => moves(work).length,
      editByHand: (work) => sandbox.editByHand(work.ref ?? '', { kind: 'move', stage: 'Interview' }),
      breakMapping: () => sandbox.renameStage('Assessment', 'Skills check'),
      causeEvent: () => void sandbox.createApplication(),
    };
  },
};
