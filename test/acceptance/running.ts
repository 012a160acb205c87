// Interlock as its users run it: processes of the built program, each of which can be asked, ended politely, and killed.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../../src/processes.ts';
import { projectFolder } from '../../src/project-folder.ts';
import { freePort } from '../support/free-port.ts';
import { scratchFolder } from '../support/scratch.ts';

export type Environment = Readonly<Record<string, string>>;

export interface Running {
  pid: number;
  url: string;
  /** From spawn until /readyz said 200. */
  readyMs: number;
  said(): string;
  /** SIGTERM; how it ended and how long that took. */
  terminate(): Promise<{ code: number | null; ms: number }>;
  /** SIGKILL to the process alone: what it had started lives on. */
  kill9(): Promise<void>;
  /** SIGKILL to the process and everything below it. */
  killTree(): Promise<void>;
}

/** Every process that a test started and has not ended, and the folder of its data. */
const started = new Map<ChildProcess, string>();

/** Starts a process and waits until it is ready. The port stays the same from start to start when `INTERLOCK_PORT` says so. */
export async function start(environment: Environment): Promise<Running> {
  const port = environment.INTERLOCK_PORT ?? String(await freePort());
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['dist/program/main.js'], {
    cwd: projectFolder,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      INTERLOCK_LOG_LEVEL: 'warn',
      ...environment,
      INTERLOCK_PORT: port,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.set(child, environment.INTERLOCK_DATA_DIR ?? '');
  child.once('exit', () => started.delete(child));
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-20_000);
    });
  const url = `http://127.0.0.1:${port}`;
  for (const until = Date.now() + 40_000; !(await isReady(url)); await sleep(20)) {
    if (child.exitCode !== null || Date.now() > until) {
      child.kill('SIGKILL');
      throw new Error(`Interlock did not become ready (exit ${child.exitCode}). It said:\n${said}`);
    }
  }
  const pid = child.pid ?? 0;
  return {
    pid,
    url,
    readyMs: performance.now() - startedAt,
    said: () => said,
    async terminate() {
      const from = performance.now();
      child.kill('SIGTERM');
      await ended(child);
      return { code: child.exitCode, ms: performance.now() - from };
    },
    async kill9() {
      child.kill('SIGKILL');
      await ended(child);
    },
    async killTree() {
      // The list first: orphans are not found any more.
      const all = [pid, ...descendantsOf(pid)];
      for (const one of all) kill(one);
      await ended(child);
      while (all.some(isAlive)) await sleep(5);
    },
  };
}

/** Nothing that was started on this folder is left running; what another test started goes on. */
async function endAllOn(folder: string): Promise<void> {
  for (const [child, dataDir] of started) {
    if (!dataDir.startsWith(folder)) continue;
    const below = descendantsOf(child.pid ?? 0);
    child.kill('SIGKILL');
    await ended(child);
    for (const one of below) kill(one);
  }
}

/** A data folder of its own; `remove` ends what still runs on it and deletes it. */
export function dataFolder(): { folder: string; remove(): Promise<void> } {
  const folder = scratchFolder('interlock-accept-');
  // Run as root, the database is another user's, who must pass through.
  chmodSync(folder, 0o711);
  return {
    folder,
    async remove() {
      await endAllOn(folder);
      for (const pid of runningOn(folder)) kill(pid);
      for (const until = Date.now() + 5_000; runningOn(folder).length > 0 && Date.now() < until; ) await sleep(20);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/readyz`, { signal: AbortSignal.timeout(3_000) }).then(
    (answer) => answer.status === 200,
    () => false,
  );

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('exit', resolve));
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function processes(): { pid: number; parent: number; command: string }[] {
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command: command ?? '' }];
    });
}

/** Children and theirs, whatever session they have made their own. */
export function descendantsOf(root: number): number[] {
  const all = processes();
  const found: number[] = [];
  for (let wanted = [root]; wanted.length > 0; ) {
    wanted = all.filter((one) => wanted.includes(one.parent)).map((one) => one.pid);
    found.push(...wanted);
  }
  return found;
}

/** Servers whose command line names the folder: what a killed Interlock left behind. */
const runningOn = (folder: string): number[] =>
  processes()
    .filter((one) => one.command.includes(folder) && one.pid !== process.pid)
    .map((one) => one.pid);
