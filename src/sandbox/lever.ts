// A simulated Lever: its API over HTTP, webhooks signed inside their bodies, and people who click in its product.
import { randomUUID } from 'node:crypto';
import { createFaultScript } from './kernel/faults.ts';
import { madeUpPerson } from './kernel/people.ts';
import { seededRandom } from './kernel/random.ts';
import { startSandboxServer } from './kernel/server.ts';
import { createShelf } from './kernel/shelf.ts';
import type { Simulator } from './kernel/simulator.ts';
import { createWebhookEmitter, type WebhookOptions } from './kernel/webhooks.ts';
import { createWriteLog } from './kernel/write-log.ts';
import { type LeverAccount, leverApi, movedTo } from './lever-api.ts';
import {
  type LeverEvent,
  placeOf,
  reports,
  type SandboxOpportunity,
  type SandboxReason,
  type SandboxStage,
  signedBody,
} from './lever-model.ts';

export interface LeverSandboxOptions {
  apiKey: string;
  /** An event without one has no webhook. */
  signatureTokens: Partial<Record<LeverEvent, string>>;
  /** Users that may be acted for; the first is the one who clicks. */
  users?: readonly string[];
  stages?: readonly SandboxStage[];
  reasons?: readonly SandboxReason[];
  seed?: number;
  port?: number;
  webhooks?: Pick<WebhookOptions, 'delayMs' | 'duplicates' | 'retryDelaysMs'>;
}

/** What a person does to an opportunity in the product. */
export type LeverEdit = { kind: 'move'; stage: string } | { kind: 'archive'; reason: string } | { kind: 'unarchive' };

export interface LeverSandbox extends Simulator<LeverEdit> {
  /** A made-up person applies; in the stage for new applicants unless another is named. Gives the opportunity's id. */
  createOpportunity(options?: { stage?: string; origin?: SandboxOpportunity['origin'] }): string;
  opportunity(id: string): SandboxOpportunity | undefined;
  /** Takes a stage out of the account; who is in it stays there. */
  removeStage(id: string): void;
  /** The settings screen's button: a signed webhook about nobody. */
  checkConnection(event: LeverEvent): void;
  /** Any event, as one would be sent. */
  report(event: LeverEvent, data: Readonly<Record<string, unknown>>): void;
}

const defaults = {
  users: ['32bc4d3b-1aa6-4e2b-92d0-2e575047001e', 'be129d9b-50da-4485-9377-0d83e981f30b'],
  stages: [
    { id: 'lead-new', text: 'New lead' },
    { id: 'applicant-new', text: 'New applicant' },
    { id: '2ca03d97-d4f2-4a97-89de-96c8b0d07924', text: 'Recruiter screen' },
    { id: '25cba92d-7eaf-4d42-83f9-38874c95ef1b', text: 'On-site interview' },
    { id: 'offer', text: 'Offer' },
  ],
  reasons: [
    { id: '4105fb10-1f79-44ec-b873-33886dc01348', text: 'Underqualified', type: null },
    { id: '6039b390-1ce0-4edf-901c-b71dcf7894e1', text: 'Withdrew', type: null },
    { id: '0092d31b-502b-4f0d-b4da-3827e1a2991f', text: 'Hired', type: 'hired' },
    { id: 'd35867b1-f661-4ec2-b477-b3e6524cc8b6', text: 'Position closed', type: null },
  ] satisfies SandboxReason[],
};

export async function startLever(options: LeverSandboxOptions): Promise<LeverSandbox> {
  const settings = { ...defaults, ...options };
  const random = seededRandom(options.seed ?? 1);
  const faults = createFaultScript(random);
  const log = createWriteLog();
  const webhooks = createWebhookEmitter({ sign: () => ({}), random, ...options.webhooks });
  let clock = 0;
  const now = (): number => {
    clock = Math.max(Date.now(), clock + 1);
    return clock;
  };
  function report(event: LeverEvent, data: Readonly<Record<string, unknown>>): void {
    const token = settings.signatureTokens[event];
    if (token !== undefined) webhooks.emit(randomUUID(), signedBody(event, data, token, now()));
  }
  const shelf = createShelf<SandboxOpportunity>(log, placeOf);
  const account: LeverAccount = {
    apiKey: settings.apiKey,
    users: settings.users,
    stages: [...settings.stages],
    reasons: [...settings.reasons],
    shelf,
    now,
    save(next, by, lagMs = 0) {
      const before = shelf.saved(next.id);
      shelf.put(next.id, next, by, lagMs);
      for (const [event, data] of reports(before, next, (id) => account.reasons.find((one) => one.id === id)))
        report(event, data);
    },
  };
  const server = await startSandboxServer(leverApi(account, faults), options.port);
  const close = async (): Promise<void> => {
    await webhooks.close();
    await server.close();
  };
  let serial = 0;
  return {
    url: `${server.url}/v1`,
    faults,
    log,
    webhooks,
    createOpportunity({ stage = 'applicant-new', origin = 'applied' } = {}) {
      serial += 1;
      const id = randomUUID();
      const person = madeUpPerson(random, serial);
      const born = { id, contact: randomUUID(), person, archived: null, stageChanges: [], notes: [], origin };
      const at = now();
      account.save({ ...born, stage, createdAt: at, updatedAt: at }, 'hand');
      return id;
    },
    opportunity: shelf.saved,
    editByHand: (id, change) => account.save(edited(account, id, change), 'hand'),
    removeStage(id) {
      account.stages = account.stages.filter((stage) => stage.id !== id);
    },
    checkConnection: (event) => report(event, {}),
    report,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function edited(account: LeverAccount, id: string, change: LeverEdit): SandboxOpportunity {
  const one = account.shelf.saved(id);
  if (!one) throw new Error(`The sandbox has no opportunity ${id}.`);
  const at = account.now();
  switch (change.kind) {
    case 'move': {
      const index = account.stages.findIndex((stage) => stage.id === change.stage);
      if (index < 0) throw new Error(`The sandbox has no stage "${change.stage}".`);
      return { ...movedTo(account, one, index, account.users[0] ?? ''), updatedAt: at };
    }
    case 'archive':
      return { ...one, archived: { reason: change.reason, archivedAt: at }, updatedAt: at };
    case 'unarchive':
      return { ...one, archived: null, updatedAt: at };
  }
}
