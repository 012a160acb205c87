// A simulated Greenhouse: Harvest v3 over HTTP, classic webhooks with real signatures, and people who click in its product.
import { createHmac, randomUUID } from 'node:crypto';
import { greenhouseApi } from './greenhouse-api.ts';
import { type SandboxApplication, type SandboxJob, type SandboxStage, webhookJob } from './greenhouse-model.ts';
import {
  createOffice,
  edited,
  type GreenhouseEdit,
  mustHave,
  type OfficeOptions,
  renameStage,
} from './greenhouse-office.ts';
import { createFaultScript } from './kernel/faults.ts';
import { madeUpPerson } from './kernel/people.ts';
import { seededRandom } from './kernel/random.ts';
import { startSandboxServer } from './kernel/server.ts';
import type { Simulator } from './kernel/simulator.ts';
import { createWebhookEmitter, type WebhookOptions } from './kernel/webhooks.ts';
import { createWriteLog } from './kernel/write-log.ts';

export interface GreenhouseSandboxOptions extends Partial<OfficeOptions> {
  clientId: string;
  clientSecret: string;
  webhookSecret: string;
  seed?: number;
  port?: number;
  /** Names of the stages of a job, in order. */
  stages?: readonly string[];
  webhooks?: Pick<WebhookOptions, 'delayMs' | 'duplicates' | 'retryDelaysMs'>;
}

interface ApplicationOptions {
  jobId?: number;
  stage?: string;
  source?: string;
}

export interface GreenhouseSandbox extends Simulator<GreenhouseEdit> {
  /** With its own stages where some are named. */
  createJob(name: string, status?: SandboxJob['status'], stages?: readonly string[]): SandboxJob;
  /** A made-up person applies; in the first stage unless another is named. Gives the application's id. */
  createApplication(options?: ApplicationOptions): string;
  application(id: string): SandboxApplication | undefined;
  applications(): readonly SandboxApplication[];
  /** Renames a stage in every job; applications in it follow. */
  renameStage(from: string, to: string): void;
  /** Archives a custom field of applications, or brings it back: writing it is refused meanwhile. */
  setCustomField(nameKey: string, active: boolean): void;
  /** Every access token given out so far stops working. */
  revokeTokens(): void;
}

const firstJobId = 100_000;
const firstApplicationId = 7_000_000;
const defaults = {
  stages: ['Application Review', 'Assessment', 'Interview', 'Offer'],
  rejectionReasons: { 14: 'Too Junior', 27: 'Candidate withdrew' } as Readonly<Record<number, string>>,
  customFields: ['screening_score', 'screening_report'],
  echo: true,
};

export async function startGreenhouse(options: GreenhouseSandboxOptions): Promise<GreenhouseSandbox> {
  const settings = { ...defaults, ...options };
  const random = seededRandom(options.seed ?? 1);
  const faults = createFaultScript(random);
  const log = createWriteLog();
  const sign = ({ id, body }: { id: string; body: string }): Record<string, string> => ({
    'greenhouse-event-id': id,
    signature: `sha256 ${createHmac('sha256', settings.webhookSecret).update(body).digest('hex')}`,
  });
  const webhooks = createWebhookEmitter({ sign, random, ...options.webhooks });
  const report = (action: string, payload: unknown): void => webhooks.emit(randomUUID(), escaped({ action, payload }));
  const office = createOffice(settings, log, report);
  const server = await startSandboxServer(greenhouseApi(office, faults), options.port);
  const close = async (): Promise<void> => {
    await webhooks.close();
    await server.close();
  };
  let serial = 0;

  function createJob(
    name: string,
    status: SandboxJob['status'] = 'open',
    names: readonly string[] = settings.stages,
  ): SandboxJob {
    const id = firstJobId + office.jobs.size;
    const stages = names.map((stage, index) => ({ id: id * 100 + index, name: stage }));
    const job = { id, name, status, stages };
    office.jobs.set(id, job);
    const at = office.now();
    report('job_created', { job: { ...webhookJob(job), created_at: at, opened_at: status === 'open' ? at : null } });
    return job;
  }

  function createApplication({ jobId, stage, source = 'Jobs page' }: ApplicationOptions = {}): string {
    const job = office.jobs.get(jobId ?? firstJobId) ?? createJob('Engineer');
    serial += 1;
    const placed = office.stageNamed(job.id, stage ?? (job.stages[0] as SandboxStage).name);
    const person = madeUpPerson(random, serial);
    office.save(newApplication(serial, { jobId: job.id, stage: placed, source, person, at: office.now() }), 'hand');
    return String(firstApplicationId + serial);
  }

  return {
    url: server.url,
    faults,
    log,
    webhooks,
    createJob,
    createApplication,
    application: office.shelf.saved,
    applications: office.shelf.all,
    editByHand: (id, change) => office.save(edited(office, mustHave(office, id), change), 'hand'),
    renameStage: (from, to) => renameStage(office, from, to),
    setCustomField: (nameKey, active) => void office.fields.set(nameKey, active),
    revokeTokens: () => office.tokens.clear(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Arrival extends Pick<SandboxApplication, 'jobId' | 'stage' | 'source' | 'person'> {
  at: string;
}

function newApplication(serial: number, { at, ...arrival }: Arrival): SandboxApplication {
  return {
    ...arrival,
    id: firstApplicationId + serial,
    candidateId: 6_000_000 + serial,
    status: 'in_process',
    appliedAt: at,
    lastActivityAt: at,
    rejectedAt: null,
    rejectionReason: null,
    customFields: {},
    offer: null,
  };
}

/** As Greenhouse writes its bodies: what re-serialises them loses the signature. */
const escaped = (body: unknown): string =>
  JSON.stringify(body).replace(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
