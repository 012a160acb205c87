// The processes of one measurement: each on a free port, with its log kept, ended at the end.
import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Answer, Question, Ready } from './contenders/contender.ts';

const here = import.meta.dirname;
/** Of this checkout, or of another one. */
const built = (checkout: string): string => join(checkout, 'test/bench/dist/test/bench');
const thisCheckout = join(here, '../..');
const startMs = 120_000;
const stopMs = 5_000;

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

export interface Child<First> {
  pid: number;
  /** The first thing it said. */
  ready: First;
  ask(question: Question): Promise<unknown>;
  stop(): Promise<void>;
}

/** Everybody is measured as they would run: compiled beforehand, not while they start. */
export function compile(checkout = thisCheckout): void {
  const compiler = join(thisCheckout, 'node_modules/typescript/bin/tsc');
  const project = join(checkout, 'test/bench/tsconfig.json');
  execFileSync(process.execPath, [compiler, '-p', project], { stdio: 'inherit' });
}

/** As `npm start` does, and for everybody: young objects outlive a batch and need room, and old ones are marked when they doubled, not each 10 %. */
const asStarted = ['--max-semi-space-size=32', '--heap-growing-percent=100'];

/** Starts a compiled file, named by its source, as a child; rejects when it ends before it says that it is ready. `profile`: a folder for its CPU profile. */
export async function startChild<First = Ready>(
  file: string,
  options: {
    args?: readonly string[];
    environment?: NodeJS.ProcessEnv;
    log: string;
    profile?: string | undefined;
    checkout?: string | undefined;
  },
): Promise<Child<First>> {
  const log = createWriteStream(options.log, { flags: 'a' });
  const child = fork(
    join(built(options.checkout ?? thisCheckout), file.replace(/\.ts$/, '.js')),
    [...(options.args ?? [])],
    {
      env: { ...process.env, ...options.environment },
      silent: true,
      execArgv: [...asStarted, ...(options.profile ? ['--cpu-prof', `--cpu-prof-dir=${options.profile}`] : [])],
    },
  );
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  const ready = await new Promise<First>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${file} was not ready in time; see ${options.log}`)), startMs);
    child.once('message', (said) => resolve(said as First));
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}; see ${options.log}`)));
    child.once('message', () => clearTimeout(late));
    child.once('exit', () => clearTimeout(late));
  });
  return { pid: child.pid ?? 0, ready, ask: (question) => ask(child, question), stop: () => end(child) };
}

function ask(child: ChildProcess, question: Question): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      child.off('message', onAnswer);
      child.off('exit', onExit);
    };
    const onAnswer = (said: unknown): void => {
      const answer = said as Answer;
      if (answer.kind !== 'answer' || answer.question !== question) return;
      done();
      resolve(answer.value);
    };
    const onExit = (): void => {
      done();
      reject(new Error(`the contender ended before it answered "${question}"`));
    };
    child.on('message', onAnswer);
    child.on('exit', onExit);
    child.send(question);
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), stopMs);
  await gone;
  clearTimeout(late);
}

/** A program that is not ours, such as a server that a contender needs; `isReady` is asked until it says yes. */
export async function startProgram(
  path: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  isReady: () => Promise<boolean>,
): Promise<{ pid: number; stop(): Promise<void> }> {
  const child = spawn(path, [...args], { env: { ...process.env, ...environment }, stdio: 'ignore' });
  const spawned = new Promise<void>((resolve, reject) => {
    child.once('spawn', () => resolve());
    child.once('error', reject);
  });
  await spawned;
  for (const until = Date.now() + startMs; !(await isReady()); ) {
    if (Date.now() > until) throw new Error(`${path} was not ready in time`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { pid: child.pid ?? 0, stop: () => end(child) };
}
