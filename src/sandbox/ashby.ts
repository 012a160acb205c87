// A simulated Ashby: its procedures over HTTP, signed webhooks of which one act causes several, and people who click in its product.
import { createHmac, randomUUID } from 'node:crypto';
import { type AshbyAccount, ashbyApi } from './ashby-api.ts';
import { createJobs } from './ashby-jobs.ts';
import {
  placeOf,
  reports,
  type SandboxApplication,
  type SandboxArchiveReason,
  type SandboxJob,
  type SandboxPlan,
  type SandboxPlanStage,
} from './ashby-model.ts';
import { type AshbyEdit, edited, newPlan, renameStage, stageTitled } from './ashby-product.ts';
import { createFaultScript } from './kernel/faults.ts';
import { madeUpPerson } from './kernel/people.ts';
import { type Random, seededRandom } from './kernel/random.ts';
import { startSandboxServer } from './kernel/server.ts';
import { createShelf } from './kernel/shelf.ts';
import type { Simulator } from './kernel/simulator.ts';
import { createWebhookEmitter, type WebhookEmitter, type WebhookOptions } from './kernel/webhooks.ts';
import { createWriteLog } from './kernel/write-log.ts';

export interface AshbySandboxOptions {
  apiKey: string;
  webhookSecret: string;
  /** Titles of the active stages of an interview plan, in order. */
  stages?: readonly string[];
  archiveReasons?: readonly SandboxArchiveReason[];
  customFields?: readonly string[];
  hiresByApi?: boolean;
  seed?: number;
  port?: number;
  webhooks?: Pick<WebhookOptions, 'delayMs' | 'duplicates' | 'retryDelaysMs'>;
}

export interface AshbySandbox extends Simulator<AshbyEdit> {
  createJob(title: string, status?: SandboxJob['status']): SandboxJob;
  /** A job's status is changed in the product. */
  setJobStatus(id: string, status: SandboxJob['status']): void;
  jobs(): readonly SandboxJob[];
  /** An interview plan that new jobs may take. */
  createPlan(): string;
  /** A made-up person applies; in the first stage unless another is named. Gives the application's id. */
  createApplication(options?: { jobId?: string; stage?: string }): string;
  application(id: string): SandboxApplication | undefined;
  /** One act on many: their webhooks share the act's id. */
  editTogether(ids: readonly string[], change: AshbyEdit): void;
  renameStage(from: string, to: string): void;
  /** The next call of the procedure fails with status 200 and this code, or with none; `saves` does its work all the same. */
  failNext(procedure: string, code: string | null, saves?: boolean): void;
  /** Any webhook, as one would be sent. */
  report(action: string, data: unknown): void;
}

const defaults = {
  stages: ['Application Review', 'Assessment', 'Interview', 'Offer'],
  archiveReasons: [
    { id: 'a0000000-0000-4000-8000-000000000001', text: 'Lacks Skills/Qualifications', reasonType: 'RejectedByOrg' },
    { id: 'a0000000-0000-4000-8000-000000000002', text: 'Withdrew', reasonType: 'RejectedByCandidate' },
    { id: 'a0000000-0000-4000-8000-000000000003', text: 'Duplicate', reasonType: 'Other' },
    { id: 'a0000000-0000-4000-8000-000000000004', text: 'Too Junior', reasonType: 'RejectedByOrg' },
  ] satisfies SandboxArchiveReason[],
  customFields: ['f0000000-0000-4000-8000-000000000001', 'f0000000-0000-4000-8000-000000000002'],
  hiresByApi: true,
};

export async function startAshby(options: AshbySandboxOptions): Promise<AshbySandbox> {
  const settings = { ...defaults, ...options };
  const random = seededRandom(options.seed ?? 1);
  const faults = createFaultScript(random);
  const log = createWriteLog();
  const webhooks = signedWebhooks(options, random);
  // One act of a person or of the API; all that follows from it carries its id.
  let act = randomUUID();
  const report = (action: string, data: unknown): void =>
    webhooks.emit(randomUUID(), { action, data, webhookActionId: act });
  const now = createClock();
  const shelf = createShelf<SandboxApplication>(log, placeOf);
  const save: AshbyAccount['save'] = (next, by, lagMs = 0) => {
    const before = shelf.saved(next.id);
    shelf.put(next.id, next, by, lagMs);
    if (by === 'api') act = randomUUID();
    for (const [action, data] of reports(before, next)) report(action, data);
  };
  const plans: AshbyAccount['plans'] = new Map();
  const jobs = createJobs({
    plans,
    now,
    report(action, data) {
      act = randomUUID();
      report(action, data);
    },
  });
  const account: AshbyAccount = { ...settings, plans, jobs, shelf, save, now, failures: [] };
  const server = await startSandboxServer(ashbyApi(account, faults), options.port);
  const close = async (): Promise<void> => {
    await webhooks.close();
    await server.close();
  };
  let serial = 0;

  function createJob(title: string, status: SandboxJob['status'] = 'Open'): SandboxJob {
    const job = jobs.born(title, status, addPlan());
    jobs.put(job);
    return job;
  }

  function addPlan(): SandboxPlan {
    const plan = newPlan(settings.stages);
    plans.set(plan.id, plan);
    return plan;
  }

  return {
    url: server.url,
    faults,
    log,
    webhooks,
    createJob,
    createPlan: () => addPlan().id,
    jobs: () => [...jobs.all.values()],
    setJobStatus: (id, status) => jobs.put(jobs.moved(id, status)),
    createApplication({ jobId, stage } = {}) {
      const job = (jobId === undefined ? [...jobs.all.values()][0] : jobs.all.get(jobId)) ?? createJob('Engineer');
      serial += 1;
      const at = now();
      const born = { candidateId: randomUUID(), archiveReason: null, customFields: {}, offer: null };
      act = randomUUID();
      const id = randomUUID();
      const placed = stageTitled(account, job, stage ?? (job.plan.stages[0] as SandboxPlanStage).title);
      const person = madeUpPerson(random, serial);
      save({ ...born, id, person, job, stage: placed, createdAt: at, updatedAt: at }, 'hand');
      return id;
    },
    application: shelf.saved,
    editByHand(id, change) {
      act = randomUUID();
      save(edited(account, id, change), 'hand');
    },
    editTogether(ids, change) {
      act = randomUUID();
      for (const id of ids) save(edited(account, id, change), 'hand');
    },
    renameStage: (from, to) => renameStage(account, from, to),
    failNext: (procedure, code, saves = false) => void account.failures.push({ procedure, code, saves }),
    report(action, data) {
      act = randomUUID();
      report(action, data);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Any answer below 300 counts as received. */
function signedWebhooks({ webhookSecret, webhooks }: AshbySandboxOptions, random: Random): WebhookEmitter {
  const sign = ({ body }: { body: string }): Record<string, string> => ({
    'ashby-signature': `sha256=${createHmac('sha256', webhookSecret).update(body).digest('hex')}`,
  });
  return createWebhookEmitter({ sign, random, received: (status) => status < 300, ...webhooks });
}

/** Never the same twice, so that no two events look alike. */
function createClock(): () => string {
  let last = 0;
  return () => {
    last = Math.max(Date.now(), last + 1);
    return new Date(last).toISOString();
  };
}
