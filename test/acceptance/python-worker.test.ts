// A connection that only a worker in another language serves: with its own permissions, no database, killed, doubled, cut off; all arrives.
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { serverAccounts } from '../../src/bus/permissions.ts';
import { projectFolder } from '../../src/project-folder.ts';
import { build } from '../support/build.ts';
import { freePort } from '../support/free-port.ts';
import { greenhouseStages, secrets, until } from '../support/hiring-office.ts';
import { describeNats, natsServer } from '../support/nats.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { dataFolder, type Environment, start } from './running.ts';
import {
  addClient,
  type Books,
  type Credentials,
  expectHeard,
  expectRecorded,
  expectSettled,
  expectWholeLog,
  type Office,
  openBooks,
  openOffice,
  poster,
  tokenOf,
} from './traffic.ts';

const undo: (() => Promise<unknown>)[] = [];
const script = join(projectFolder, 'test', 'faults', 'rig', 'worker.py');
const hasPython = spawnSync('python3', ['--version']).status === 0;

interface PythonWorker {
  said(): string;
  kill9(): Promise<void>;
  terminate(): Promise<number | null>;
}

function startWorker(environment: Environment): PythonWorker {
  const child: ChildProcess = spawn('python3', ['-B', script], {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
  });
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill(signal);
      await gone;
    }
    return child.exitCode;
  };
  undo.push(() => end('SIGKILL'));
  return { said: () => said, kill9: async () => void (await end('SIGKILL')), terminate: () => end('SIGTERM') };
}

/** As an administrator would, on the command line. */
async function addWorkerClient(environment: Environment): Promise<Credentials> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      ...['dist/program/interlock.js', 'client', 'add', 'Python worker', '--kind', 'ats', '--json'],
      ...['--scopes', 'writebacks:work', '--connection', 'greenhouse'],
    ],
    { cwd: projectFolder, env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...environment } },
  );
  return JSON.parse(stdout) as Credentials;
}

async function open() {
  const database = await createTestDatabase();
  undo.push(database.drop);
  const nats = await natsServer(serverAccounts('core', [{ connection: 'greenhouse', password: 'worker' }]));
  undo.push(nats.stop);
  const { folder, remove } = dataFolder();
  undo.push(remove);
  const environment = {
    INTERLOCK_DATA_DIR: folder,
    INTERLOCK_PORT: String(await freePort()),
    INTERLOCK_ALLOW_PRIVATE_ADDRESSES: 'true',
    INTERLOCK_MASTER_KEY: Buffer.alloc(32, 9).toString('base64'),
    DATABASE_URL: database.connectionString,
    INTERLOCK_ALLOW_UNSAFE_DATABASE: 'true',
    NATS_URL: nats.url.replace('nats://', 'nats://interlock:core@'),
  };
  const service = await start(environment);
  const token = await tokenOf(service.url, await addClient(environment));
  // Interlock has the secret of the webhooks and nothing that could write: what is written, the worker wrote.
  const outside = { worker: 'outside', secrets: { webhookSecret: secrets.webhookSecret } };
  const office = await openOffice(service.url, token, outside);
  undo.push(async () => office[Symbol.asyncDispose]());
  const books = await openBooks(database.connectionString);
  undo.push(books.close);
  const client = await addWorkerClient(environment);
  const sender = poster(service.url, token);
  undo.push(async () => sender.giveUp.abort());
  const workerEnvironment = {
    INTERLOCK_URL: service.url,
    INTERLOCK_CONNECTION: 'greenhouse',
    INTERLOCK_CLIENT_ID: client.id,
    INTERLOCK_CLIENT_SECRET: client.secret,
    NATS_URL: nats.url.replace('nats://', 'nats://greenhouse:worker@'),
    GREENHOUSE_CLIENT_ID: secrets.clientId,
    GREENHOUSE_CLIENT_SECRET: secrets.clientSecret,
    WORKER_THREADS: '6',
  };
  return { nats, environment, service, office, books, client, sender, workerEnvironment };
}

/** Whoever publishes what nobody can read is answered where that can be, and never stops the queue. */
async function publishMalformed(url: string): Promise<void> {
  const stranger = await connect({ servers: url.replace('nats://', ''), user: 'interlock', pass: 'core' });
  const known = `wrb_${'0'.repeat(26)}`;
  const js = jetstream(stranger);
  await js.publish(`il.cmd.greenhouse.${known}`, 'not json', { msgID: `${known}.1.apply` });
  await js.publish('il.cmd.greenhouse.unknown', '{"mode":"explode"}');
  await stranger.close();
}

/** When a writeback was confirmed, the target had saved it: by its own log, not by what it answered. */
async function expectTrueConfirmations(books: Books, office: Office): Promise<void> {
  const confirmed = await books.query<{ ref: string; target_state: string; settled_at: Date }>(
    `select r.external_id as ref, w.target_state, w.settled_at from writeback w
     join subject_ref r on r.subject_id = w.subject_id and r.system = 'greenhouse' where w.settled_by = 'readback'`,
  );
  expect(confirmed.length).toBeGreaterThan(60);
  const untrue = confirmed.filter(({ ref, target_state, settled_at }) => {
    const [, stage] = Object.entries(greenhouseStages).find(([region]) => target_state.startsWith(region)) ?? [];
    return office.greenhouse.log.entries(ref).findLast((entry) => entry.at <= settled_at.getTime())?.to !== stage;
  });
  expect(untrue).toEqual([]);
}

function describePython(name: string, suite: () => void): void {
  if (hasPython) {
    describeNats(name, suite);
    return;
  }
  const missing = `python3 is not on PATH: "${name}" WAS NOT TESTED.`;
  if (process.env.CI === 'true') {
    describe(name, () => {
      test('finds python3', () => {
        throw new Error(missing);
      });
    });
    return;
  }
  process.stderr.write(`\n*** ${missing} ***\n`);
  describe.skip(name, suite);
}

describePython('a worker in Python, and nobody else', () => {
  beforeAll(build, 120_000);
  afterEach(async () => {
    for (const one of undo.splice(0).reverse()) await one();
  });

  test('brings everything to where it belongs, whatever dies', { timeout: 240_000 }, async () => {
    const { nats, environment, service, office, books, client, sender, workerEnvironment } = await open();
    const { faults, log } = office.greenhouse;
    for (const kind of ['rate_limit', 'save_nothing', 'save_then_500', 'html_200', 'reset', 'error_before'] as const)
      faults.next(kind, { times: 2 });
    faults.next('save_then_hang');
    // In the middle of things too: only the first writes meet those above.
    faults.setChances('write', { save_nothing: 0.1 });
    faults.next('rate_limit_bare', { on: 'read' });
    const first = startWorker(workerEnvironment);
    const refs = office.applicants(30);
    const playing = Promise.all(refs.map((ref) => office.play(sender, ref, 2_000)));
    const written = (): number => log.entries().filter((entry) => entry.by === 'api' && entry.from !== entry.to).length;

    await until(async () => written() >= 15, 60_000);
    await first.kill9();
    expect(written()).toBeLessThan(refs.length * 3);
    const pair = [startWorker(workerEnvironment), startWorker(workerEnvironment)];
    await publishMalformed(nats.url);
    await until(async () => written() >= 30, 60_000);
    await nats.kill9();
    await nats.restart();
    await until(async () => written() >= 45, 60_000);
    await service.kill9();
    const again = await start(environment);
    await playing;

    await expectSettled(books, office, refs, 120_000);
    await expectTrueConfirmations(books, office);
    await office.greenhouse.webhooks?.drain();
    await expectRecorded(books, sender.answered);
    await expectHeard(books, office);
    await expectWholeLog(books);
    expect(faults.pending()).toBe(0);
    const outcomes = await books.query<{ outcome: string }>('select distinct outcome from attempt');
    expect(outcomes.map((one) => one.outcome)).toEqual(
      expect.arrayContaining(['confirmed', 'ambiguous', 'rate_limited', 'contradicted']),
    );
    const [contradicted] = await books.query<{ count: string }>('select sum(contradictions) as count from writeback');
    expect(Number(contradicted?.count)).toBeGreaterThanOrEqual(1);

    await until(async () => pair.some((one) => one.said().includes('command_not_understood')));
    expect(pair.every((one) => one.said().includes('"confirmed"'))).toBe(true);
    // Each reading of personal data is on record, and nothing personal is in what the worker says.
    const [reads] = await books.query<{ count: string; actors: string[]; elements: string }>(
      `select count(*), array_agg(distinct actor_id) as actors, string_agg(detail::text, ' ') as elements from audit where action = 'work.read'`,
    );
    expect(Number(reads?.count)).toBeGreaterThanOrEqual(refs.length * 3);
    expect(reads?.actors).toEqual([client.id]);
    expect(reads?.elements).toContain('screening.score');
    expect(pair.map((one) => one.said()).join('')).not.toMatch(/bug|@/);
    expect(await Promise.all(pair.map((one) => one.terminate()))).toEqual([0, 0]);
    expect((await again.terminate()).code).toBe(0);
  });
});
