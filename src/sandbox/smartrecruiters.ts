// A simulated SmartRecruiters: its API over HTTP, signed webhooks that name ids alone, and people who click in its product.
import { createHmac, randomUUID } from 'node:crypto';
import { createFaultScript } from './kernel/faults.ts';
import { madeUpPerson } from './kernel/people.ts';
import { seededRandom } from './kernel/random.ts';
import { startSandboxServer } from './kernel/server.ts';
import type { Simulator } from './kernel/simulator.ts';
import { createWebhookEmitter, type WebhookDelivery, type WebhookOptions } from './kernel/webhooks.ts';
import { createWriteLog } from './kernel/write-log.ts';
import { smartrecruitersApi } from './smartrecruiters-api.ts';
import {
  changed,
  createSmartrecruitersOffice,
  keyOf,
  type SandboxAssignment,
  type SmartrecruitersEdit,
  type SmartrecruitersOfficeOptions,
} from './smartrecruiters-office.ts';

export interface SmartrecruitersSandboxOptions extends Partial<SmartrecruitersOfficeOptions> {
  apiKey: string;
  webhookSecret: string;
  /** Older keys that are still live: each signs too. */
  olderSecrets?: readonly string[];
  seed?: number;
  port?: number;
  webhooks?: Pick<WebhookOptions, 'delayMs' | 'duplicates' | 'retryDelaysMs'>;
}

export interface SmartrecruitersSandbox extends Simulator<SmartrecruitersEdit> {
  /** A made-up person applies for a job, as NEW unless said otherwise. Gives `<candidate>:<job>`. */
  createApplication(options?: Partial<Pick<SandboxAssignment, 'candidateId' | 'jobId' | 'status' | 'source'>>): string;
  application(key: string): SandboxAssignment | undefined;
  /** Takes a sub-status out of the hiring process. */
  removeSubStatus(status: string, name: string): void;
  /** What activating a subscription does: true when the address gives the secret back in time. */
  activate(url: string): Promise<boolean>;
  /** The API key stops working. */
  revokeKey(): void;
}

const defaults: SmartrecruitersOfficeOptions = {
  subStatuses: {
    IN_REVIEW: ['Résumé review', 'Assessment'],
    INTERVIEW: ['Phone', 'Panel'],
    OFFERED: ['Draft', 'Sent'],
  },
  rejectionReasons: { 'reason-14': 'Lacks experience' },
  withdrawalReasons: { 'reason-27': 'Took another offer' },
  echo: true,
};

export async function startSmartrecruiters(options: SmartrecruitersSandboxOptions): Promise<SmartrecruitersSandbox> {
  const settings = { ...defaults, ...options };
  const random = seededRandom(options.seed ?? 1);
  const faults = createFaultScript(random);
  const log = createWriteLog();
  const about = new Map<string, { eventName: string; link: string }>();
  const secrets = [settings.webhookSecret, ...(settings.olderSecrets ?? [])];
  const sign = (delivery: WebhookDelivery): Record<string, string> =>
    headersOf(delivery, about.get(delivery.id) ?? { eventName: '', link: '' }, secrets);
  const webhooks = createWebhookEmitter({ sign, random, received: (status) => status === 202, ...options.webhooks });
  const report = (eventName: string, { candidateId, jobId }: SandboxAssignment): void => {
    const id = randomUUID();
    about.set(id, { eventName, link: `<https://api.smartrecruiters.example/candidates/${candidateId}>; rel=self` });
    webhooks.emit(id, { job_id: jobId, candidate_id: candidateId });
  };
  const office = createSmartrecruitersOffice(settings, log, report);
  let key: string | null = settings.apiKey;
  const server = await startSandboxServer(
    smartrecruitersApi(office, faults, (given) => given === key),
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
    createApplication({ status = 'NEW', source = 'Career site', ...ids } = {}) {
      serial += 1;
      const name = { candidateId: `cand-${serial}`, jobId: 'job-1', ...ids };
      const at = office.now();
      const nothing = { subStatus: null, startsOn: null, reasonId: null };
      const person = madeUpPerson(random, serial);
      office.save({ ...name, ...nothing, status, source, person, createdOn: at, updatedOn: at }, 'hand');
      return keyOf(name);
    },
    application: office.shelf.saved,
    editByHand(id, change) {
      const saved = office.shelf.saved(id);
      if (!saved) throw new Error(`The sandbox has no application ${id}.`);
      const next = changed(office, saved, change);
      if ('code' in next) throw new Error(`The sandbox refuses this change: ${next.code}.`);
      office.save(next, 'hand');
    },
    removeSubStatus(status, name) {
      const { subStatuses } = office.options;
      const left = (subStatuses[status] ?? []).filter((one) => one !== name);
      office.options.subStatuses = { ...subStatuses, [status]: left };
    },
    async activate(url) {
      const secret = randomUUID();
      const response = await fetch(url, { method: 'POST', headers: { 'x-hook-secret': secret } });
      await response.arrayBuffer();
      return response.status === 200 && response.headers.get('x-hook-secret') === secret;
    },
    revokeKey() {
      key = null;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** `v1` signatures over timestamp, body, event-id, event-name, event-version and link; one for each live key. */
function headersOf(
  { id, body, sentAt }: WebhookDelivery,
  { eventName, link }: { eventName: string; link: string },
  secrets: readonly string[],
): Record<string, string> {
  const timestamp = String(Math.floor(sentAt / 1000));
  const signed = [timestamp, body, id, eventName, 'v201910', link].join('.');
  const signatures = secrets.map((secret) => `v1=${createHmac('sha256', secret).update(signed).digest('hex')}`);
  return {
    'event-id': id,
    'event-name': eventName,
    'event-version': 'v201910',
    link,
    'smartrecruiters-timestamp': timestamp,
    'smartrecruiters-signature': signatures.join(';'),
  };
}
