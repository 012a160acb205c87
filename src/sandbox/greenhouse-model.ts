// What the simulated Greenhouse knows of an application, and how its two faces show it: Harvest v3 rows and classic webhook bodies.
import type { MadeUpPerson } from './kernel/people.ts';

export interface SandboxStage {
  id: number;
  name: string;
}

export interface SandboxJob {
  id: number;
  name: string;
  status: 'draft' | 'open' | 'closed';
  stages: readonly SandboxStage[];
}

export interface SandboxOffer {
  id: number;
  version: number;
  status: 'Created' | 'Accepted' | 'Rejected' | 'Deprecated';
  /** YYYY-MM-DD. */
  startsOn: string;
  sentOn: string | null;
  resolvedAt: string | null;
}

export interface SandboxApplication {
  id: number;
  candidateId: number;
  person: MadeUpPerson;
  jobId: number;
  status: 'in_process' | 'rejected' | 'hired';
  /** Kept while rejected: taking the rejection back returns to it. */
  stage: SandboxStage;
  source: string;
  appliedAt: string;
  lastActivityAt: string;
  rejectedAt: string | null;
  rejectionReason: SandboxStage | null;
  customFields: Readonly<Record<string, string | number | boolean>>;
  offer: SandboxOffer | null;
}

/** Where it stands, in Greenhouse's words: the write log speaks in these. */
export const placeOf = ({ status, stage }: SandboxApplication): string =>
  status === 'in_process' ? stage.name : status;

/** A row of `GET /v3/applications`. */
export function applicationRow(application: SandboxApplication): Record<string, unknown> {
  const inProcess = application.status === 'in_process';
  return {
    id: application.id,
    candidate_id: application.candidateId,
    job_id: application.jobId,
    status: application.status,
    // An id of the visit to the stage, not of the stage: useless for a move, as in the real one.
    stage_id: inProcess ? application.id * 100 + (application.stage.id % 100) : null,
    job_interview_stage_id: inProcess ? application.stage.id : null,
    stage_name: inProcess ? application.stage.name : null,
    prospect: false,
    created_at: application.appliedAt,
    updated_at: application.lastActivityAt,
    last_activity_at: application.lastActivityAt,
    rejected_at: application.rejectedAt,
    custom_fields: keyedFields(application),
  };
}

/** `application` of the classic webhooks. */
export function webhookApplication(application: SandboxApplication, job: SandboxJob): Record<string, unknown> {
  return {
    id: application.id,
    rejected_at: application.rejectedAt,
    prospect: false,
    status: application.status === 'in_process' ? 'active' : application.status,
    applied_at: application.appliedAt,
    last_activity_at: application.lastActivityAt,
    url: `https://app.greenhouse.io/people/${application.candidateId}?application_id=${application.id}`,
    source: { id: 16, name: application.source },
    credited_to: null,
    rejection_reason: application.rejectionReason && {
      ...application.rejectionReason,
      type: { id: 1, name: 'We rejected them' },
    },
    rejection_details: null,
    current_stage: { ...application.stage, interviews: [] },
    custom_fields: keyedFields(application),
    candidate: webhookCandidate(application),
    jobs: [webhookJob(job)],
  };
}

/** The hire is shaped differently: an offer and an opening, and neither status nor stage. */
export function webhookHire(application: SandboxApplication, job: SandboxJob): Record<string, unknown> {
  const { offer } = application;
  return {
    id: application.id,
    opening: { opening_id: `${job.id}-1`, custom_fields: [] },
    source: { id: 16, public_name: application.source },
    candidate: webhookCandidate(application),
    jobs: [webhookJob(job)],
    offer: offer && {
      id: offer.id,
      version: offer.version,
      sent_at: offer.sentOn,
      resolved_at: offer.resolvedAt,
      starts_at: offer.startsOn,
      custom_fields: {},
    },
  };
}

/** Offer webhooks are flat, and their start date is month first. */
export function webhookOffer({ id, jobId, offer }: SandboxApplication): Record<string, unknown> {
  const [year, month, day] = offer?.startsOn.split('-') ?? [];
  return {
    id: offer?.id,
    application_id: id,
    job_id: jobId,
    user_id: 67890,
    version: offer?.version,
    sent_on: offer?.sentOn,
    resolved_at: offer?.resolvedAt,
    start_date: `${month}/${day}/${year}`,
    notes: null,
    offer_status: offer?.status,
    custom_fields: {},
  };
}

export function webhookJob({ id, name, status }: SandboxJob): Record<string, unknown> {
  return { id, name, requisition_id: null, confidential: false, status, custom_fields: {} };
}

function webhookCandidate({ candidateId, person }: SandboxApplication): Record<string, unknown> {
  return {
    id: candidateId,
    first_name: person.firstName,
    last_name: person.lastName,
    // Greenhouse escapes angle brackets in the bytes it signs.
    title: 'Candidate <sandbox>',
    external_id: null,
    phone_numbers: [{ value: person.phone, type: 'mobile' }],
    email_addresses: [{ value: person.email, type: 'personal' }],
    custom_fields: {},
  };
}

function keyedFields({ customFields }: SandboxApplication): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(customFields).map(([key, value]) => [key, { name: key, type: 'short_text', value: String(value) }]),
  );
}
