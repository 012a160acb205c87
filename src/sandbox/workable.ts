// A simulated Workable: its API over HTTP, signed webhooks that show the candidate as it is when they leave, and people who click.
import { createHmac, randomUUID } from 'node:crypto';
import { createFaultScript } from './kernel/faults.ts';
import { madeUpPerson } from './kernel/people.ts';
import { seededRandom } from './kernel/random.ts';
import { startSandboxServer } from './kernel/server.ts';
import type { Simulator } from './kernel/simulator.ts';
import { createWebhookEmitter, type WebhookOptions } from './kernel/webhooks.ts';
import { createWriteLog } from './kernel/write-log.ts';
import { workableApi } from './workable-api.ts';
import {
  acted,
  candidateBody,
  createWorkableOffice,
  type SandboxCandidate,
  type WorkableEdit,
  type WorkableOfficeOptions,
} from './workable-office.ts';

export interface WorkableSandboxOptions extends Partial<WorkableOfficeOptions> {
  accessToken: string;
  webhookSecret: string;
  seed?: number;
  port?: number;
  webhooks?: Pick<WebhookOptions, 'delayMs' | 'duplicates' | 'retryDelaysMs'>;
}

export interface WorkableSandbox extends Simulator<WorkableEdit> {
  /** A made-up person applies; in the stage `applied` unless another slug is named. Gives the candidate's id. */
  createCandidate(options?: { stage?: string; job?: string; source?: string }): string;
  candidate(id: string): SandboxCandidate | undefined;
  /** Renames a stage; its slug follows its name. */
  renameStage(slug: string, name: string): void;
  /** The access token stops working. */
  revokeToken(): void;
}

const kinds = ['sourced', 'applied', 'phone-screen', 'assessment', 'interview', 'offer', 'hired'];
const defaults: WorkableOfficeOptions = {
  members: ['1f395d'],
  stages: kinds.map((kind) => ({ slug: kind, name: titled(kind), kind })),
  reasons: { b29c63: "Doesn't have required qualifications", b29c6e: 'Withdrew / declined interview' },
  echo: true,
};

export async function startWorkable(options: WorkableSandboxOptions): Promise<WorkableSandbox> {
  const settings = { ...defaults, ...options };
  const random = seededRandom(options.seed ?? 1);
  const faults = createFaultScript(random);
  const log = createWriteLog();
  const sign = ({ body }: { body: string }): Record<string, string> => ({
    'x-workable-signature': createHmac('sha256', settings.webhookSecret).update(body).digest('hex'),
  });
  const webhooks = createWebhookEmitter({ sign, random, ...options.webhooks });
  const report = (eventType: string, candidate: SandboxCandidate): void => {
    const id = randomUUID();
    const data = candidateBody(office, candidate);
    webhooks.emit(id, { event_type: eventType, fired_at: candidate.updatedAt, id, resource_type: 'candidate', data });
  };
  const office = createWorkableOffice(settings, log, report);
  let token: string | null = settings.accessToken;
  const server = await startSandboxServer(
    workableApi(office, faults, (given) => given === token),
    options.port,
  );
  const close = async (): Promise<void> => {
    await webhooks.close();
    await server.close();
  };
  let serial = 0;

  return {
    url: server.url,
    faults,
    log,
    webhooks,
    createCandidate({ stage: slug = 'applied', job = '9CD658E13E', source = 'Careers page' } = {}) {
      const stage = office.stages().find((one) => one.slug === slug);
      if (!stage) throw new Error(`The sandbox has no stage ${slug}.`);
      serial += 1;
      const id = (0x27273038 + serial).toString(16);
      const at = office.now();
      const person = madeUpPerson(random, serial);
      const times = { hiredAt: null, createdAt: at, updatedAt: at };
      office.save({ id, job, stage, source, person, disqualified: null, ...times }, 'hand');
      return id;
    },
    candidate: office.shelf.saved,
    editByHand(id, change) {
      const saved = office.shelf.saved(id);
      if (!saved) throw new Error(`The sandbox has no candidate ${id}.`);
      const next = acted(office, saved, change);
      if ('error' in next) throw new Error(`The sandbox refuses this: ${next.error}.`);
      office.save(next, 'hand');
    },
    renameStage(slug, name) {
      const renamed = <S extends { slug: string; name: string }>(stage: S): S =>
        stage.slug === slug ? { ...stage, name, slug: name.toLowerCase().replaceAll(' ', '-') } : stage;
      office.options.stages = office.options.stages.map(renamed);
      for (const one of office.shelf.all())
        if (one.stage.slug === slug) office.shelf.put(one.id, { ...one, stage: renamed(one.stage) }, 'hand');
    },
    revokeToken() {
      token = null;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** `phone-screen` as people read it. */
function titled(kind: string): string {
  return kind.replace(/(^|-)(\w)/g, (_, dash: string, letter: string) => `${dash && ' '}${letter.toUpperCase()}`);
}
