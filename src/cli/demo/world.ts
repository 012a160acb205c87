// The demo's world: three simulated vendors with bad days, a fresh Interlock, and the connections between them.
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Interlock, startInterlock } from '../../compose.ts';
import { readConfig } from '../../config.ts';
import { createLog } from '../../log.ts';
import { projectFolder } from '../../project-folder.ts';
import { type BambooHrSandbox, startBambooHr } from '../../sandbox/bamboohr.ts';
import { type GreenhouseSandbox, startGreenhouse } from '../../sandbox/greenhouse.ts';
import { type ScreeningSandbox, startScreening } from '../../sandbox/screening.ts';
import { manageClients } from '../../services/clients/manage-clients.ts';
import { type Api, connectApi } from './api.ts';
import { connections, credentials, stages } from './connections.ts';

export interface World {
  interlock: Interlock;
  greenhouse: GreenhouseSandbox;
  bamboohr: BambooHrSandbox;
  screening: ScreeningSandbox;
  /** A recruiter's tool, and the careers site: two API clients. */
  recruiter: Api;
  portal: Api;
  stop(): Promise<void>;
}

/** Starts everything on a data folder of the demo's own, emptied first. */
export async function openWorld(seed: number, anyPort: boolean): Promise<World> {
  const base = readConfig();
  const dataFolder = folderFor(base.dataFolder);
  await rm(dataFolder, { recursive: true, force: true });
  const config = {
    ...base,
    port: anyPort ? 0 : base.port,
    dataFolder,
    masterKeyFile: join(dataFolder, 'master.key'),
    databaseUrl: null,
    allowPrivateAddresses: true,
    reorderWindowMs: 4_000,
    parkedMs: 20_000,
  };
  const interlock = await startInterlock(config, createLog('silent'));
  // A busy service says "not now": what vendors try again for hours is tried for half a minute here.
  const webhooks = {
    delayMs: { min: 0, max: 400 },
    duplicates: 0.15,
    retryDelaysMs: [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000],
  };
  const greenhouse = await startGreenhouse({ ...credentials.greenhouse, seed, stages: stages.order, webhooks });
  const bamboohr = await startBambooHr({
    apiKey: credentials.bamboohr.apiKey,
    webhookPrivateKey: credentials.bamboohr.webhookPrivateKey,
    seed: seed + 1,
    customFields: ['customInterlockId'],
    statuses: ['Pre-Hire', 'Full-Time', 'Withdrawn'],
  });
  const screening = await startScreening({ ...credentials.screening, seed: seed + 2 });
  screening.webhooks?.tune(webhooks);

  const clients = manageClients(interlock.context, interlock.context.database.engine);
  const by = { actor: { kind: 'cli' as const, id: 'demo' } };
  const admin = await clients.create(
    {
      name: 'demo operations',
      kind: 'operator',
      scopes: [
        'events:write',
        'events:read',
        'reports:read',
        'subjects:read',
        'writebacks:read',
        'incidents:read',
        'connections:manage',
        'connections:read',
        'machines:read',
      ],
    },
    by,
  );
  const careers = await clients.create({ name: 'careers site', kind: 'portal', scopes: ['events:write'] }, by);
  const recruiter = await connectApi(interlock.url, admin);
  for (const connection of connections({ greenhouse: greenhouse.url, bamboohr: bamboohr.url })) {
    const added = await recruiter.post('/v1/connections', connection);
    if (added.status !== 201)
      throw new Error(`The demo's connection ${connection.id} was refused: ${JSON.stringify(added.body)}`);
  }
  greenhouse.webhooks?.target(`${interlock.url}/hooks/greenhouse`);
  bamboohr.webhooks?.target(`${interlock.url}/hooks/bamboohr`);
  screening.webhooks?.target(`${interlock.url}/hooks/screening`);
  haveBadDays(greenhouse, bamboohr);
  return {
    interlock,
    greenhouse,
    bamboohr,
    screening,
    recruiter,
    portal: await connectApi(interlock.url, careers),
    async stop() {
      for (const vendor of [greenhouse, bamboohr, screening]) await vendor.close();
      await interlock.stop();
    },
  };
}

/** The demo's data are made up and emptied at every start; a temporary folder can be entered by whoever Postgres runs as. */
function folderFor(dataFolder: string): string {
  const chosen = dataFolder !== resolve('.interlock');
  // Two checkouts may show their demos at once.
  const checkout = createHash('sha256').update(projectFolder).digest('hex').slice(0, 8);
  return chosen
    ? join(dataFolder, 'demo')
    : join(tmpdir(), `interlock-demo-${process.getuid?.() ?? 'user'}-${checkout}`);
}

/** How often vendors fail, as shares of calls: each of these has been seen in the real ones. */
function haveBadDays(greenhouse: GreenhouseSandbox, bamboohr: BambooHrSandbox): void {
  greenhouse.faults.setChances('write', {
    save_nothing: 0.02,
    save_then_500: 0.02,
    save_then_hang: 0.004,
    rate_limit: 0.006,
    rate_limit_bare: 0.002,
    error_before: 0.02,
    html_200: 0.004,
    reset: 0.01,
    read_lag: 0.02,
    slow: 0.02,
  });
  greenhouse.faults.setChances('read', { error_before: 0.005, slow: 0.01 });
  bamboohr.faults.setChances('write', {
    save_nothing: 0.04,
    save_then_500: 0.03,
    save_then_hang: 0.01,
    error_before: 0.03,
    rate_limit: 0.01,
  });
}
