// Jobs of the simulated Ashby: made as drafts, and taken from status to status as its description allows.
import { randomUUID } from 'node:crypto';
import type { SandboxJob, SandboxPlan } from './ashby-model.ts';
import type { Planned } from './kernel/answer.ts';

type Body = Readonly<Record<string, unknown>>;
type Status = SandboxJob['status'];

export interface Jobs {
  all: ReadonlyMap<string, SandboxJob>;
  /** Saves and reports it, as a person or the API would. */
  put(job: SandboxJob): void;
  /** A job as somebody begins it in the product. */
  born(title: string, status: Status, plan: SandboxPlan): SandboxJob;
  /** The same with another status, whatever the product allows. */
  moved(id: string, status: Status): SandboxJob;
  info(body: Body): Planned;
  list(body: Body): Planned;
  create(body: Body): Planned;
  setStatus(body: Body): Planned;
}

interface Account {
  plans: ReadonlyMap<string, SandboxPlan>;
  now(): string;
  /** Each act of a person or of the API; what follows from it carries its id. */
  report(action: 'jobCreate' | 'jobUpdate', data: unknown): void;
}

const next: Readonly<Record<Status, readonly Status[]>> = {
  Draft: ['Open', 'Archived'],
  Open: ['Closed'],
  Closed: ['Draft', 'Archived'],
  Archived: ['Draft'],
};

export function createJobs({ plans, now, report }: Account): Jobs {
  const all = new Map<string, SandboxJob>();
  const put = (job: SandboxJob): void => {
    const action = all.has(job.id) ? 'jobUpdate' : 'jobCreate';
    all.set(job.id, job);
    report(action, { job: jobRow(job) });
  };
  const born = (title: string, status: Status, plan: SandboxPlan): SandboxJob => {
    const createdAt = now();
    const openedAt = status === 'Open' ? createdAt : null;
    return { id: randomUUID(), title, status, plan, createdAt, openedAt, closedAt: null };
  };
  const moved = (id: string, status: Status): SandboxJob => {
    const job = all.get(id);
    if (!job) throw new Error(`The sandbox has no job ${id}.`);
    const at = now();
    return {
      ...job,
      status,
      ...(status === 'Open' ? { openedAt: at } : {}),
      ...(status === 'Closed' ? { closedAt: at } : {}),
    };
  };
  return {
    all,
    put,
    born,
    moved,
    info({ id }) {
      const job = all.get(String(id));
      return job ? succeeded(jobRow(job)) : refused('job_not_found');
    },
    list({ status, createdAfter, limit }) {
      if (limit !== undefined && !(Number(limit) >= 1 && Number(limit) <= 100)) return refused('invalid_input');
      const wanted = Array.isArray(status) ? status : ['Open', 'Closed', 'Archived'];
      const rows = [...all.values()].filter(
        (job) => wanted.includes(job.status) && Date.parse(job.createdAt) >= Number(createdAfter ?? 0),
      );
      const { status: code, body } = succeeded(rows.map(jobRow));
      return { status: code, body: { ...(body as object), moreDataAvailable: false } };
    },
    create({ title, teamId, locationId, defaultInterviewPlanId }) {
      if (typeof title !== 'string' || !teamId || !locationId) return refused('invalid_input');
      const plan = plans.get(String(defaultInterviewPlanId));
      if (!plan) return refused('interview_plan_not_found');
      const job = born(title, 'Draft', plan);
      return { ...succeeded(jobRow(job)), commit: () => put(job) };
    },
    setStatus({ jobId, status }) {
      const job = all.get(String(jobId));
      if (!job) return refused('job_not_found');
      if (!next[job.status].includes(status as Status)) return refused('invalid_input');
      const changed = moved(job.id, status as Status);
      return { ...succeeded(jobRow(changed)), commit: () => put(changed) };
    },
  };
}

export function jobRow({ plan, ...job }: SandboxJob): Record<string, unknown> {
  const fixed = { confidential: false, employmentType: 'FullTime', customFields: [] };
  return {
    ...job,
    ...fixed,
    defaultInterviewPlanId: plan.id,
    updatedAt: job.closedAt ?? job.openedAt ?? job.createdAt,
  };
}

const succeeded = (results: unknown): Planned => ({ status: 200, body: { success: true, results } });
const refused = (code: string): Planned => ({
  status: 200,
  body: {
    success: false,
    errors: [code],
    errorInfo: { code, message: `It failed: ${code}`, requestId: randomUUID() },
  },
});
