// What the simulated Ashby holds, and how its API and its webhooks put it.
import type { MadeUpPerson } from './kernel/people.ts';

export interface SandboxPlanStage {
  id: string;
  title: string;
  type: 'Lead' | 'Active' | 'Offer' | 'Hired' | 'Archived';
}

export interface SandboxPlan {
  id: string;
  stages: readonly SandboxPlanStage[];
}

export interface SandboxJob {
  id: string;
  title: string;
  status: 'Draft' | 'Open' | 'Closed' | 'Archived';
  plan: SandboxPlan;
  openedAt: string | null;
  closedAt: string | null;
  createdAt: string;
}

export interface SandboxArchiveReason {
  id: string;
  text: string;
  reasonType: 'RejectedByCandidate' | 'RejectedByOrg' | 'Other';
}

export interface SandboxOffer {
  id: string;
  offerStatus:
    | 'WaitingOnApprovalStart'
    | 'WaitingOnOfferApproval'
    | 'WaitingOnCandidateResponse'
    | 'CandidateAccepted'
    | 'CandidateRejected'
    | 'OfferCancelled';
  startDate: string;
  approved: boolean;
  decidedAt: string | null;
  createdAt: string;
}

export interface SandboxApplication {
  id: string;
  candidateId: string;
  person: MadeUpPerson;
  job: SandboxJob;
  stage: SandboxPlanStage;
  archiveReason: SandboxArchiveReason | null;
  /** By id of the field. */
  customFields: Readonly<Record<string, string | number | boolean>>;
  offer: SandboxOffer | null;
  createdAt: string;
  updatedAt: string;
}

/** For the write log: where an application is and what its fields say. */
export const placeOf = ({ stage, archiveReason, customFields }: SandboxApplication): string =>
  [
    archiveReason ? `${stage.title} (${archiveReason.text})` : stage.title,
    ...Object.values(customFields).map((value) => `=${value}`),
  ].join(' ');

const statusOf = ({ type }: SandboxPlanStage): string => (type === 'Offer' ? 'Active' : type);

export function applicationRow(one: SandboxApplication): Record<string, unknown> {
  const { person, job, stage, archiveReason } = one;
  const status = statusOf(stage);
  return {
    id: one.id,
    createdAt: one.createdAt,
    updatedAt: one.updatedAt,
    ...(status === 'Archived' ? { archivedAt: one.updatedAt } : {}),
    status,
    customFields: Object.entries(one.customFields).map(([id, value]) => ({ id, isPrivate: false, title: id, value })),
    candidate: {
      id: one.candidateId,
      name: `${person.firstName} ${person.lastName}`,
      primaryEmailAddress: { value: person.email, type: 'Personal', isPrimary: true },
      primaryPhoneNumber: { value: person.phone, type: 'Personal', isPrimary: true },
    },
    currentInterviewStage: stageRow(job.plan, stage),
    source: { id: job.id, title: 'LinkedIn', isArchived: false },
    creditedToUser: null,
    archiveReason: archiveReason && { ...archiveReason, isArchived: false, customFields: [] },
    job: { id: job.id, title: job.title, locationId: job.id, departmentId: job.id },
    hiringTeam: [],
  };
}

export const stageRow = ({ id, stages }: SandboxPlan, stage: SandboxPlanStage): Record<string, unknown> => ({
  ...stage,
  orderInInterviewPlan: stages.indexOf(stage),
  interviewPlanId: id,
});

export function offerRow({ id, offer }: SandboxApplication): Record<string, unknown> | null {
  if (!offer) return null;
  const { startDate, approved, createdAt, ...shown } = offer;
  const answers = { CandidateAccepted: 'Accepted', CandidateRejected: 'Declined', OfferCancelled: 'Cancelled' };
  const acceptanceStatus = (answers as Record<string, string>)[offer.offerStatus] ?? 'WaitingOnResponse';
  const approvalStatus = approved ? 'Approved' : 'WaitingOnApprovals';
  return {
    ...shown,
    applicationId: id,
    acceptanceStatus,
    latestVersion: { id: offer.id, startDate: `${startDate}T00:00:00.000Z`, createdAt, approvalStatus },
  };
}

/** The webhooks a change causes; those of one act share its id. */
export function reports(before: SandboxApplication | undefined, next: SandboxApplication): [string, unknown][] {
  const application = applicationRow(next);
  if (!before) return [['applicationSubmit', { application }]];
  if (next.offer !== before.offer)
    return [[before.offer ? 'offerUpdate' : 'offerCreate', { offer: offerRow(next) }], ...moved(before, next)];
  const said = moved(before, next);
  return said.length > 0 ? said : [['applicationUpdate', { application }]];
}

function moved(before: SandboxApplication, next: SandboxApplication): [string, unknown][] {
  if (next.stage.id === before.stage.id) return [];
  const data = { application: applicationRow(next) };
  const hired = next.stage.type === 'Hired' ? [['candidateHire', { ...data, offer: offerRow(next) }]] : [];
  return [['applicationUpdate', data], ['candidateStageChange', data], ...hired] as [string, unknown][];
}
