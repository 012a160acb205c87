// Lever's simulator as certification sees it: settings, secrets, one change to write, and what became of it.
import { lever } from '../../adapters/lever/index.ts';
import { type LeverSettings, leverSettings } from '../../adapters/lever/settings.ts';
import type { Work } from '../../adapters/port.ts';
import { startLever } from '../../sandbox/lever.ts';
import type { ContractHarness } from '../harness.ts';
import { workOn } from '../work-on.ts';

export const secrets = {
  apiKey: 'sandbox-key',
  stageChangeToken: 'stage-token',
  archiveChangeToken: 'archive-token',
  applicationCreatedToken: 'created-token',
  hiredToken: 'hired-token',
};
export const signatureTokens = {
  candidateStageChange: secrets.stageChangeToken,
  candidateArchiveChange: secrets.archiveChangeToken,
  applicationCreated: secrets.applicationCreatedToken,
  candidateHired: secrets.hiredToken,
  candidateDeleted: 'a token that nobody was told',
};

export const screen = '2ca03d97-d4f2-4a97-89de-96c8b0d07924';
export const onSite = '25cba92d-7eaf-4d42-83f9-38874c95ef1b';
export const reasons = {
  underqualified: '4105fb10-1f79-44ec-b873-33886dc01348',
  withdrew: '6039b390-1ce0-4edf-901c-b71dcf7894e1',
  hired: '0092d31b-502b-4f0d-b4da-3827e1a2991f',
  closed: 'd35867b1-f661-4ec2-b477-b3e6524cc8b6',
};
export const stages = {
  'active.received': 'applicant-new',
  'active.triage': 'applicant-new',
  'active.screening': screen,
  'active.interview': onSite,
  'active.offer': 'offer',
};
export const serviceUser = 'be129d9b-50da-4485-9377-0d83e981f30b';

export const settingsFor = (url: string, more: Record<string, unknown> = {}): LeverSettings =>
  leverSettings.parse({
    baseUrl: url,
    performAs: serviceUser,
    stages,
    archiveReasons: { rejected: [reasons.underqualified], withdrawn: [reasons.withdrew], hired: [reasons.hired] },
    ...more,
  });

export const unknownRef = '00000000-0000-4000-8000-000000000000';

export const leverBench: ContractHarness<LeverSettings> = {
  adapter: lever,
  unknownRef,
  inbound: {
    signatureHeader: 'signature',
    signatureInBody: true,
    secretField: 'applicationCreatedToken',
    coversBody: false,
    echoes: true,
  },
  async open() {
    const sandbox = await startLever({ apiKey: secrets.apiKey, signatureTokens });
    const moves = (work: Work) =>
      sandbox.log.entries(work.ref ?? '').filter((entry) => entry.by === 'api' && entry.to === screen);
    return {
      ...sandbox,
      settings: settingsFor(sandbox.url),
      secrets,
      newWork: () => workOn(sandbox.createOpportunity()),
      isApplied: (work) => sandbox.opportunity(work.ref ?? '')?.stage === screen,
      timesApplied: (work) => moves(work).length,
      editByHand: (work) => sandbox.editByHand(work.ref ?? '', { kind: 'move', stage: onSite }),
      breakMapping: () => sandbox.removeStage(screen),
      causeEvent: () => void sandbox.createOpportunity(),
    };
  },
};
