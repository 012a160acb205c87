// The inside of the simulated SmartRecruiters: applications, the statuses they may have, and what an application looks like from outside.
import type { MadeUpPerson } from './kernel/people.ts';
import { createShelf, type Shelf } from './kernel/shelf.ts';
import type { WriteLog } from './kernel/write-log.ts';

/** What a person does to an application in the product. */
export interface SmartrecruitersEdit {
  status: string;
  subStatus?: string;
  /** Id of a rejection or withdrawal reason. */
  reason?: string;
  /** ISO 8601. */
  startsOn?: string;
}

export interface SandboxAssignment {
  candidateId: string;
  jobId: string;
  status: string;
  subStatus: string | null;
  startsOn: string | null;
  source: string;
  reasonId: string | null;
  person: MadeUpPerson;
  createdOn: string;
  updatedOn: string;
}

export interface SmartrecruitersOfficeOptions {
  /** Sub-statuses of the hiring process, by status. */
  subStatuses: Readonly<Record<string, readonly string[]>>;
  rejectionReasons: Readonly<Record<string, string>>;
  withdrawalReasons: Readonly<Record<string, string>>;
  /** False: what the API writes is not reported by webhook. */
  echo: boolean;
}

export interface SmartrecruitersOffice {
  options: SmartrecruitersOfficeOptions;
  /** Under `<candidate>:<job>`. */
  shelf: Shelf<SandboxAssignment>;
  /** Saves and reports that something changed. */
  save(next: SandboxAssignment, by: 'api' | 'hand', lagMs?: number): void;
  now(): string;
}

export const statuses = [
  'LEAD',
  'NEW',
  'IN_REVIEW',
  'INTERVIEW',
  'OFFERED',
  'HIRED',
  'REJECTED',
  'WITHDRAWN',
  'TRANSFERRED',
];

export const keyOf = ({ candidateId, jobId }: Pick<SandboxAssignment, 'candidateId' | 'jobId'>): string =>
  `${candidateId}:${jobId}`;

/** A status as a recruiter would say it. */
export const placeOf = ({ status, subStatus }: SandboxAssignment): string =>
  subStatus === null ? status : `${status} / ${subStatus}`;

export function createSmartrecruitersOffice(
  options: SmartrecruitersOfficeOptions,
  log: WriteLog,
  report: (eventName: string, assignment: SandboxAssignment) => void,
): SmartrecruitersOffice {
  const shelf = createShelf(log, placeOf);
  let clock = 0;
  return {
    options,
    shelf,
    save(next, by, lagMs = 0) {
      const before = shelf.saved(keyOf(next));
      shelf.put(keyOf(next), next, by, lagMs);
      if (by === 'api' && !options.echo) return;
      if (!before) report('application.created', next);
      else if (placeOf(before) !== placeOf(next)) report('application.status.updated', next);
    },
    // Never the same twice, so that no two changes look alike.
    now() {
      clock = Math.max(Date.now(), clock + 1);
      return new Date(clock).toISOString();
    },
  };
}

/** The assignment after a change of status, or the code of what is wrong with it. */
export function changed(
  { options, now }: SmartrecruitersOffice,
  assignment: SandboxAssignment,
  { status, subStatus, reason, startsOn }: SmartrecruitersEdit,
): SandboxAssignment | { code: string } {
  if (!statuses.includes(status)) return { code: 'STATUS_INVALID' };
  const named = options.subStatuses[status] ?? [];
  if (subStatus !== undefined && !named.includes(subStatus)) return { code: 'SUBSTATUS_INVALID' };
  const reasons = status === 'REJECTED' ? options.rejectionReasons : options.withdrawalReasons;
  if (reason !== undefined && !Object.hasOwn(reasons, reason)) return { code: 'REASON_INVALID' };
  return {
    ...assignment,
    status,
    // Without one the first of the hiring process is taken.
    subStatus: subStatus ?? named[0] ?? null,
    reasonId: reason ?? null,
    startsOn: startsOn ?? assignment.startsOn,
    updatedOn: now(),
  };
}

/** `GET /candidates/{id}/jobs/{jobId}`. */
export function applicationBody(
  { options }: SmartrecruitersOffice,
  { status, subStatus, startsOn, source, reasonId }: SandboxAssignment,
): Record<string, unknown> {
  const reason = (labels: Readonly<Record<string, string>>): object | undefined =>
    reasonId === null ? undefined : { id: reasonId, label: labels[reasonId] };
  return {
    status,
    ...(subStatus === null ? {} : { subStatus }),
    ...(startsOn === null ? {} : { startsOn }),
    source,
    ...(status === 'REJECTED' ? { reasonOfRejection: reason(options.rejectionReasons) } : {}),
    ...(status === 'WITHDRAWN' ? { reasonOfWithdrawal: reason(options.withdrawalReasons) } : {}),
    actions: { sourceDetails: { url: 'https://api.smartrecruiters.example/source', method: 'GET' } },
  };
}

/** `GET /candidates/{id}`; the first assignment is the primary one. */
export function candidateBody(
  office: SmartrecruitersOffice,
  [primary, ...others]: readonly [SandboxAssignment, ...SandboxAssignment[]],
): Record<string, unknown> {
  const assignment = (one: SandboxAssignment): object => ({
    job: { id: one.jobId, title: 'Engineer', actions: {} },
    ...applicationBody(office, one),
  });
  const { candidateId, person, createdOn, updatedOn } = primary;
  return {
    id: candidateId,
    internal: false,
    firstName: person.firstName,
    lastName: person.lastName,
    email: person.email,
    phoneNumber: person.phone,
    createdOn,
    updatedOn,
    tags: [],
    primaryAssignment: assignment(primary),
    secondaryAssignments: others.map(assignment),
  };
}
