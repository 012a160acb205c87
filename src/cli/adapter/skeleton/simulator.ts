// The simulator of a new adapter: things, faults, webhooks and a hand to edit with; the vendor's endpoints and signature are to be written.
import type { AdapterNames } from './names.ts';

export const simulator = ({ name, pascal, title }: AdapterNames): string => `\
// A simulated ${title}: its API over HTTP, signed webhooks, and people who click in its product.
import { randomUUID } from 'node:crypto';
import { answer, type Planned } from './kernel/answer.ts';
import { createFaultScript, type FaultScript } from './kernel/faults.ts';
import { type MadeUpPerson, madeUpPerson } from './kernel/people.ts';
import { seededRandom } from './kernel/random.ts';
import { type SandboxApp, sandboxApp, startSandboxServer } from './kernel/server.ts';
import { createShelf, type Shelf } from './kernel/shelf.ts';
import type { Simulator } from './kernel/simulator.ts';
import { createWebhookEmitter, type WebhookDelivery } from './kernel/webhooks.ts';
import { createWriteLog } from './kernel/write-log.ts';

interface SandboxApplication {
  id: string;
  stage: string;
  person: MadeUpPerson;
}

export interface ${pascal}SandboxOptions {
  apiKey: string;
  webhookSecret: string;
  /** Stages that exist. */
  stages?: readonly string[];
  seed?: number;
  port?: number;
}

export interface ${pascal}Sandbox extends Simulator {
  /** A made-up person applies. Gives the application's id. */
  createApplication(): string;
  application(id: string): SandboxApplication | undefined;
  /** Takes a stage out of the vendor's configuration. */
  removeStage(stage: string): void;
}

/** What the endpoints share. \`save\` reports the change by webhook as well. */
interface Office {
  apiKey: string;
  stages: Set<string>;
  shelf: Shelf<SandboxApplication>;
  save(next: SandboxApplication, by: 'api' | 'hand', lagMs?: number): void;
}

/** The endpoints that the adapter calls, each by \`answer\`, which carries the faults out: a read plans a body, a write a \`commit\` too. */
function api(_office: Office, faults: FaultScript): SandboxApp {
  const app = sandboxApp();
  const planned: Planned = { status: 501, body: { message: 'not_written_yet: api in src/sandbox/${name}.ts' } };
  app.get('*', (call) => answer(call, faults, 'read', () => planned));
  app.all('*', (call) => answer(call, faults, 'write', () => planned));
  return app;
}

/** The headers of one delivery, made as ${title} makes them, with a real signature. */
function signed(_delivery: WebhookDelivery, _secret: string): Record<string, string> {
  return {};
}

/** The body of the webhook that tells of a change. */
const reported = (application: SandboxApplication, isNew: boolean): unknown => ({
  event: isNew ? 'created' : 'changed',
  at: new Date().toISOString(),
  id: application.id,
});

export async function start${pascal}(options: ${pascal}SandboxOptions): Promise<${pascal}Sandbox> {
  const { apiKey, webhookSecret } = options;
  const stages = new Set(options.stages ?? ['Applied', 'Assessment', 'Interview', 'Offer']);
  const random = seededRandom(options.seed ?? 1);
  const faults = createFaultScript(random);
  const log = createWriteLog();
  const webhooks = createWebhookEmitter({ sign: (delivery) => signed(delivery, webhookSecret), random });
  const shelf = createShelf<SandboxApplication>(log, ({ stage }) => stage);
  const save: Office['save'] = (next, by, lagMs = 0) => {
    const isNew = shelf.saved(next.id) === undefined;
    shelf.put(next.id, next, by, lagMs);
    webhooks.emit(randomUUID(), reported(next, isNew));
  };
  const server = await startSandboxServer(api({ apiKey, stages, shelf, save }, faults), options.port);
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
    createApplication() {
      serial += 1;
      const id = String(1_000 + serial);
      save({ id, stage: [...stages][0] ?? '', person: madeUpPerson(random, serial) }, 'hand');
      return id;
    },
    application: shelf.saved,
    removeStage: (stage) => void stages.delete(stage),
    editByHand(id, stage) {
      const saved = shelf.saved(id);
      if (!saved) throw new Error(\`The sandbox has no application \${id}.\`);
      save({ ...saved, stage }, 'hand');
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
`;
