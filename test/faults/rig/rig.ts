// A whole Interlock for one seed, each part behind a proxy: `openRig` starts it, `heal` takes every fault away, and everything in it can be broken.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, seededRandom } from '../../../src/sandbox/kernel/random.ts';
import { freePort } from '../../support/free-port.ts';
import { type Child, createChild } from './child.ts';
import type { Ground } from './ground.ts';
import { type RigNats, startRigNats } from './nats.ts';
import { startProxy, type TcpProxy } from './proxy.ts';
import { tokens } from './tokens.ts';
import { connectionsFor, startVendors, type Vendors } from './vendors.ts';

export interface RigOptions {
  ground: Ground;
  /** Lower case and digits: names the database and the folder. */
  name: string;
  seed: number;
  /** Default 2: roles api, sweeper and console. */
  cores?: number;
  /** Default 1: role worker. */
  workers?: number;
  /** `local`: one process with every role and the bus inside it; `cores` and `workers` are then ignored. */
  bus?: 'nats' | 'local';
  /** Writes to one vendor at a time; 8 unless given. */
  concurrency?: number;
  /** MiB of a disk of its own for NATS's store, so that it can be filled; see `openGround` for Postgres. */
  natsDisk?: number;
  /** For every process, over the rig's own. */
  environment?: Readonly<Record<string, string>>;
  /** For node itself, in every process. */
  nodeOptions?: readonly string[];
  /** For one process. */
  environmentOf?(child: string): Readonly<Record<string, string>>;
  /** For its first life only. */
  firstLifeOf?(child: string): Readonly<Record<string, string>>;
  /** False: a process that was killed stays down; what could not start is started again in any case. */
  restarts?: boolean;
  /** A database that is there already; absent: a clone of the template. It is dropped at the end either way. */
  database?: string;
}

export interface Rig extends AsyncDisposable {
  ground: Ground;
  folder: string;
  seed: number;
  random: Random;
  cores: Child[];
  workers: Child[];
  /** Cores and workers. */
  children: Child[];
  nats: RigNats | null;
  database: string;
  vendors: Vendors;
  /** By name: `core-1` (in front of its API), `core-1-postgres`, `core-1-nats`, `worker-1-postgres`, …, `greenhouse`, `bamboohr`. */
  proxies: Map<string, TcpProxy>;
  /** The address of a core's API behind its proxy. */
  url(core: number): string;
  token(client: 'ats' | 'portal', core: number): Promise<string>;
  /** Every token is asked for again. */
  forgetTokens(): void;
  /** Past every proxy. */
  databaseUrl: string;
  /** What ended by itself: invariant I12 wants none. */
  deaths: string[];
  /** Every proxy passes, everything frozen goes on, everything that is down is up, vendors behave. */
  heal(): Promise<void>;
}

export async function openRig(options: RigOptions): Promise<Rig> {
  const { ground, seed, name } = options;
  const random = seededRandom(seed);
  const folder = join(ground.folder, name);
  mkdirSync(folder, { recursive: true });
  const local = options.bus === 'local';
  const database = options.database ?? `rig_${name}`;
  if (options.database === undefined) await ground.postgres.createDatabase(database);
  const nats = local ? null : await startRigNats(join(folder, 'nats'), await freePort(), options.natsDisk);
  const vendors = await startVendors(random);
  const proxies = new Map<string, TcpProxy>();
  const around: Around = { ground, folder, nats, database, proxies, deaths: [], random, options };
  const reached = async (vendor: 'greenhouse' | 'bamboohr'): Promise<string> => {
    const { port } = new URL(vendors[vendor].url);
    return `http://127.0.0.1:${await proxied(around, vendor, () => Number(port))}`;
  };
  const urls = { greenhouse: await reached('greenhouse'), bamboohr: await reached('bamboohr') };
  const numbered = (count: number, kind: string, roles: string): Promise<Child[]> =>
    Promise.all(Array.from({ length: count }, (_, at) => makeChild(around, `${kind}-${at + 1}`, roles)));
  const cores = await numbered(local ? 1 : (options.cores ?? 2), 'core', local ? allRoles : 'api,sweeper,console');
  const workers = local ? [] : await numbered(options.workers ?? 1, 'worker', 'worker');
  const { deaths } = around;
  const rig = assemble({ ground, folder, seed, random, nats, database, vendors, proxies, deaths, cores, workers });
  return await begin(rig, urls, options);
}

interface Around extends Pick<Rig, 'ground' | 'folder' | 'nats' | 'database' | 'proxies' | 'deaths' | 'random'> {
  options: RigOptions;
}

/** A proxy under that name; gives its port. */
async function proxied({ proxies, random }: Around, of: string, to: () => number): Promise<number> {
  const made = await startProxy(to, random);
  proxies.set(of, made);
  return made.port;
}

async function makeChild(around: Around, name: string, roles: string): Promise<Child> {
  const { ground, folder, nats, options, deaths } = around;
  const port = await freePort();
  await proxied(around, name, () => port);
  const address = new URL(ground.postgres.addressOf(around.database));
  address.port = String(await proxied(around, `${name}-postgres`, () => ground.postgres.port));
  const bus = nats
    ? { NATS_URL: `nats://127.0.0.1:${await proxied(around, `${name}-nats`, () => nats.port)}` }
    : { INTERLOCK_NATS_SERVER: 'none' };
  const environment = {
    INTERLOCK_ROLES: roles,
    INTERLOCK_DATA_DIR: join(folder, name),
    INTERLOCK_MASTER_KEY: ground.masterKey,
    INTERLOCK_LOG_LEVEL: 'info',
    // One deployment: each core takes the other's tokens.
    INTERLOCK_PUBLIC_URL: 'http://interlock.rig',
    INTERLOCK_ALLOW_PRIVATE_ADDRESSES: 'true',
    INTERLOCK_ALLOW_UNSAFE_DATABASE: 'true',
    INTERLOCK_PARKED_SECONDS: '4',
    INTERLOCK_REORDER_WINDOW_SECONDS: '2',
    DATABASE_URL: address.href,
    ...bus,
    ...options.environment,
    ...options.environmentOf?.(name),
  };
  const onDeath = (what: string): void => void deaths.push(what);
  const { nodeOptions, restarts } = options;
  return createChild({ name, build: ground.build, folder, port, environment, nodeOptions, restarts, onDeath });
}

const allRoles = 'api,worker,sweeper,console';

type Parts = Pick<
  Rig,
  'ground' | 'folder' | 'seed' | 'random' | 'nats' | 'database' | 'vendors' | 'proxies' | 'deaths' | 'cores' | 'workers'
>;

function assemble(parts: Parts): Rig {
  const { ground, cores, workers, nats, proxies, vendors, database } = parts;
  const children = [...cores, ...workers];
  const url = (core: number): string => `http://127.0.0.1:${proxies.get(`core-${core + 1}`)?.port}`;
  const access = tokens(url, ground.clients);
  const databaseUrl = ground.postgres.addressOf(database);
  return {
    ...parts,
    children,
    url,
    token: access.token,
    forgetTokens: access.forget,
    databaseUrl,
    async heal() {
      vendors.calm();
      ground.disk?.free();
      nats?.disk?.free();
      for (const one of proxies.values()) one.heal();
      for (const child of children) child.thaw();
      ground.postgres.thaw();
      nats?.thaw();
      if (nats && !nats.isUp()) await nats.start();
      for (const child of children) if (!child.isUp()) child.start();
      await Promise.all(children.map((child) => child.ready()));
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) child.thaw();
      await Promise.all(children.map((child) => child.kill()));
      await vendors[Symbol.asyncDispose]();
      for (const one of proxies.values()) await one[Symbol.asyncDispose]();
      await nats?.[Symbol.asyncDispose]();
      await ground.postgres.dropDatabase(database).catch(() => {});
    },
  };
}

/** A process that has just started on a busy machine may say that it has too much to do. */
async function connect(rig: Rig, connection: ReturnType<typeof connectionsFor>[number]): Promise<void> {
  for (let tries = 1, until = Date.now() + 20_000; ; tries += 1, await sleep(200)) {
    const token = await rig.token('ats', 0).catch(() => null);
    const answer = await fetch(`${rig.url(0)}/v1/connections`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(connection),
    });
    const said = await answer.text();
    // Its first try may have come through although the answer was that nobody knows.
    if (answer.status === 201 || (tries > 1 && said.includes('name_taken'))) return;
    if (Date.now() > until || (token !== null && answer.status !== 503))
      throw new Error(`The connection ${connection.id} was refused: ${said}`);
  }
}

/** Starts the processes, connects the vendors as an administrator would, and lets their webhooks come. */
async function begin(
  rig: Rig,
  urls: { greenhouse: string; bamboohr: string },
  { firstLifeOf, concurrency }: Pick<RigOptions, 'firstLifeOf' | 'concurrency'>,
): Promise<Rig> {
  try {
    for (const child of rig.children) child.start(firstLifeOf?.(child.name));
    await Promise.all(rig.children.map((child) => child.ready()));
    for (const connection of connectionsFor(urls, concurrency)) await connect(rig, connection);
    const { greenhouse, bamboohr, screening } = rig.vendors;
    const last = rig.cores.length - 1;
    greenhouse.webhooks?.target(`${rig.url(0)}/hooks/greenhouse`);
    bamboohr.webhooks?.target(`${rig.url(last)}/hooks/bamboohr`);
    screening.webhooks?.target(`${rig.url(last)}/hooks/screening`);
    return rig;
  } catch (error) {
    await rig[Symbol.asyncDispose]();
    throw error;
  }
}
