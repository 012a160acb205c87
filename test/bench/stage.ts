// What every measurement plays on: the vendors, the companion if there is one, and the processes of one contender, on a fresh database.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, freePort, startChild } from './children.ts';
import type { Companion } from './companions.ts';
import type { Ready } from './contenders/contender.ts';
import { closedLoop, type Face } from './loops.ts';
import { monotonicMs } from './moments.ts';
import type { BenchDatabase } from './postgres.ts';
import { acceptedOf, season } from './season.ts';
import { type Arrival, vendors } from './vendors.ts';

export interface Contender {
  name: string;
  file: string;
  companion?: ((folder: string) => Promise<Companion>) | undefined;
  environment?: Readonly<Record<string, string>>;
  /** Where it is built, unless here. */
  checkout?: string;
}

export interface Stage {
  /** The first process: it sets up, and answers for all. */
  contender: Child<Ready>;
  /** Every process of the contender, the first among them. */
  processes: readonly Child<Ready>[];
  companion: Companion | undefined;
  vendorUrl: string;
  mock: Child<string>;
  face: Face;
  postgres: BenchDatabase;
  /** A run that is not through by then has failed, s. */
  limit: number;
  stop(): Promise<void>;
}

/** `folder`: for logs and data. `processes`: how many share the database. `profile`: a folder for CPU profiles of each process. */
export async function openStage(
  contender: Contender,
  postgres: BenchDatabase,
  options: { folder: string; limit: number; processes?: number; profile?: string | undefined },
): Promise<Stage> {
  const { folder, limit } = options;
  const vendorPort = await freePort();
  const vendorUrl = `http://127.0.0.1:${vendorPort}`;
  const log = `${folder}/${contender.name}.log`;
  const started: { stop(): Promise<void> }[] = [];
  const stop = async (): Promise<void> => {
    for (const one of started.splice(0).reverse()) await one.stop();
  };
  try {
    const mock = await startChild<string>('mock-vendors.ts', { args: [String(vendorPort)], log });
    started.push(mock);
    const companion = await contender.companion?.(folder);
    if (companion) started.push(companion);
    const shared = {
      VENDOR_URL: vendorUrl,
      DATABASE_URL: await postgres.fresh(),
      FOLDER: folder,
      ...contender.environment,
      ...companion?.environment,
    };
    const ports: number[] = [];
    const processes: Child<Ready>[] = [];
    for (let at = 0; at < (options.processes ?? 1); at += 1) {
      const port = await freePort();
      const environment = { ...shared, PORT: String(port), ...(at > 0 ? { JOINS: 'yes' } : {}) };
      const profile = options.profile && `${options.profile}/${contender.name}`;
      const child = await startChild<Ready>(contender.file, {
        environment,
        log,
        profile,
        checkout: contender.checkout,
      });
      started.push(child);
      ports.push(port);
      processes.push(child);
    }
    const [first] = processes;
    if (!first) throw new Error('a stage needs at least one process');
    const face = { ports, ready: first.ready };
    return { contender: first, processes, companion, vendorUrl, mock, face, postgres, limit, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const text = async (url: string): Promise<string> => (await fetch(url)).text();
export const total = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((sum, one) => sum + one, 0);

/** Tells the vendors something: `reset`, or how one of them is from now on. */
export const tellVendors = async ({ vendorUrl }: Stage, what: string): Promise<string> => text(`${vendorUrl}/${what}`);

/** Plans that were made while the tables were empty would scan them for a minute: nobody is measured with those. */
export async function warmUp(stage: Stage, applications: number, clients: number, name = 'warm'): Promise<void> {
  const scripts = season(applications, clients, name);
  const { wrong } = await closedLoop(stage.face, scripts);
  if (wrong.length > 0) throw new Error(`${wrong.length} wrong answers, such as ${wrong[0]}`);
  await drained(stage, total(acceptedOf(scripts.flat())) * vendors.length);
  await stage.postgres.analyse();
  await tellVendors(stage, 'reset');
}

/** Until every write-back has arrived and is recorded as done; the moment. */
export async function drained(stage: Stage, arrivals: number): Promise<number> {
  const { contender, limit } = stage;
  const end = monotonicMs() + limit * 1_000;
  while (Number(await tellVendors(stage, 'count')) < arrivals && monotonicMs() < end) await sleep(50);
  while (Number(await contender.ask('pending')) > 0 && monotonicMs() < end) await sleep(50);
  if (monotonicMs() < end) return monotonicMs();
  const arrived = await tellVendors(stage, 'count');
  throw new Error(`only ${arrived} of ${arrivals} write-backs arrived in ${limit} s`);
}

/** Under the names that the workload gave. */
export async function arrivalsOf(stage: Stage): Promise<Arrival[]> {
  const arrivals = JSON.parse(await tellVendors(stage, 'arrivals')) as Arrival[];
  const names = (await stage.contender.ask('names')) as Record<string, string>;
  return arrivals.map(([vendor, application, position, at]) => [
    vendor,
    names[application] ?? application,
    position,
    at,
  ]);
}
