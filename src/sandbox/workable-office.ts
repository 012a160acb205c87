// The inside of the simulated Workable: candidates in the stages of their job, what people click, and which webhooks a change causes.
import type { MadeUpPerson } from './kernel/people.ts';
import { createShelf, type Shelf } from './kernel/shelf.ts';
import type { WriteLog } from './kernel/write-log.ts';

/** What a person does to a candidate in the product. */
export type WorkableEdit =
  | { kind: 'move'; stage: string }
  | { kind: 'disqualify'; reasonId?: string; withdrew?: boolean }
  | { kind: 'revert' };

export interface SandboxStage {
  id: number;
  slug: string;
  name: string;
  kind: string;
}

export interface SandboxCandidate {
  id: string;
  job: string;
  stage: SandboxStage;
  disqualified: { at: string; reasonId: string; withdrew: boolean } | null;
  hiredAt: string | null;
  source: string;
  person: MadeUpPerson;
  createdAt: string;
  updatedAt: string;
}

export interface WorkableOfficeOptions {
  /** Members that may act. */
  members: readonly string[];
  stages: readonly Omit<SandboxStage, 'id'>[];
  /** Slugs of the stages that a job lacks, by its shortcode. */
  lacking?: Readonly<Record<string, readonly string[]>>;
  /** By id. */
  reasons: Readonly<Record<string, string>>;
  /** False: what the API writes is not reported by webhook. */
  echo: boolean;
}

export interface WorkableOffice {
  options: WorkableOfficeOptions;
  shelf: Shelf<SandboxCandidate>;
  /** All of the account, or those of one job. */
  stages(job?: string): readonly SandboxStage[];
  save(next: SandboxCandidate, by: 'api' | 'hand', lagMs?: number): void;
  now(): string;
}

/** Where a candidate stands, as the write log names it. */
export const placeOf = ({ stage, disqualified }: SandboxCandidate): string =>
  disqualified ? `${stage.name} (${disqualified.withdrew ? 'withdrew' : 'disqualified'})` : stage.name;

export function createWorkableOffice(
  options: WorkableOfficeOptions,
  log: WriteLog,
  report: (eventType: string, candidate: SandboxCandidate) => void,
): WorkableOffice {
  const shelf = createShelf(log, placeOf);
  let clock = 0;
  return {
    options,
    shelf,
    stages: (job = '') =>
      options.stages
        .map((stage, index) => ({ id: 5_272_269 + index, ...stage }))
        .filter(({ slug }) => !options.lacking?.[job]?.includes(slug)),
    save(next, by, lagMs = 0) {
      const before = shelf.saved(next.id);
      shelf.put(next.id, next, by, lagMs);
      if (by === 'api' && !options.echo) return;
      if (!before) report('candidate_created', next);
      else if (placeOf(before) !== placeOf(next)) report('candidate_moved', next);
    },
    // Never the same twice, so that no two changes look alike.
    now() {
      clock = Math.max(Date.now(), clock + 1);
      return new Date(clock).toISOString();
    },
  };
}

/** The candidate after an act, or what Workable says against it. */
export function acted(
  office: WorkableOffice,
  candidate: SandboxCandidate,
  act: WorkableEdit,
): SandboxCandidate | { error: string } {
  const at = office.now();
  const next = { ...candidate, updatedAt: at };
  switch (act.kind) {
    case 'move': {
      const stage = office.stages(candidate.job).find((one) => one.slug === act.stage);
      if (!stage) return { error: 'Stage not found' };
      if (candidate.disqualified) return { error: 'Candidate is disqualified' };
      return { ...next, stage, hiredAt: stage.kind === 'hired' ? at : null };
    }
    case 'disqualify': {
      const reasonId = act.reasonId ?? Object.keys(office.options.reasons)[0] ?? '';
      if (office.options.reasons[reasonId] === undefined) return { error: 'Disqualification reason not found' };
      if (candidate.disqualified) return { error: 'Candidate is already disqualified' };
      return { ...next, disqualified: { at, reasonId, withdrew: act.withdrew === true } };
    }
    case 'revert':
      return candidate.disqualified ? { ...next, disqualified: null } : { error: 'Candidate is not disqualified' };
  }
}

/** `candidate` of the API, and `data` of the webhooks. */
export function candidateBody(office: WorkableOffice, candidate: SandboxCandidate): Record<string, unknown> {
  const { id, job, stage, disqualified, person } = candidate;
  return {
    id,
    name: `${person.firstName} ${person.lastName}`,
    firstname: person.firstName,
    lastname: person.lastName,
    headline: null,
    account: { subdomain: 'sandbox', name: 'Sandbox' },
    job: { shortcode: job, title: 'Engineer' },
    stage: stage.name,
    stage_kind: stage.kind,
    disqualified: disqualified !== null,
    disqualified_at: disqualified?.at ?? null,
    withdrew: disqualified?.withdrew ?? false,
    disqualification_reason: disqualified ? office.options.reasons[disqualified.reasonId] : null,
    hired_at: candidate.hiredAt,
    sourced: stage.kind === 'sourced',
    profile_url: `https://sandbox.workable.example/backend/candidates/${id}`,
    phone: person.phone,
    email: person.email,
    common_source: candidate.source,
    created_at: candidate.createdAt,
    updated_at: candidate.updatedAt,
    tags: [],
  };
}
