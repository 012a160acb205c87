// One process of the program under test: started with a log file, killed, frozen, ended and started again; one that ends by itself is reported.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { reapAtExit } from './reaper.ts';

export interface ChildOptions {
  name: string;
  /** `<build>/dist/program/main.js` is run. */
  build: string;
  /** `<folder>/<name>.log` takes what it says. */
  folder: string;
  port: number;
  environment: Readonly<Record<string, string>>;
  /** For node itself. */
  nodeOptions?: readonly string[] | undefined;
  /** False: what was killed stays down. Else whatever ends by itself is started again, as a supervisor would. */
  restarts?: boolean | undefined;
  /** Called when it had been ready and then ended although nobody here had asked for that. */
  onDeath(what: string): void;
}

export interface Child {
  name: string;
  url: string;
  /** 0 while it is down. */
  pid(): number;
  isUp(): boolean;
  /**
   * Spawns, without waiting for readiness. Whatever ends by itself is started again, as by any supervisor; ending before it was
   * ever ready is how the program says that its database or bus is away. `environment` holds for this life only.
   */
  start(environment?: Readonly<Record<string, string>>): void;
  /** Until /readyz says 200; throws with the end of its log. */
  ready(withinMs?: number): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGTERM, and SIGKILL when it takes longer than the program promises. Gives ms, or null for late. */
  terminate(): Promise<number | null>;
  freeze(): void;
  thaw(): void;
  /** How often it was started. */
  lives(): number;
  log(): string;
  /** Resident memory in bytes; 0 while down. */
  memoryBytes(): number;
}

const promisedStopMs = 17_000;

export function createChild(options: ChildOptions): Child {
  const { name, folder, port } = options;
  const file = join(folder, `${name}.log`);
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;
  let lives = 0;
  /** It is to stay down. */
  let ended = false;
  /** Processes that were asked to end. */
  const asked = new WeakSet<ChildProcess>();

  const start: Child['start'] = (environment = {}) => {
    const output = openSync(file, 'a');
    lives += 1;
    ended = false;
    const program = join(options.build, 'dist', 'program', 'main.js');
    const life = spawn(process.execPath, [...(options.nodeOptions ?? []), program], {
      cwd: options.build,
      env: {
        PATH: process.env.PATH ?? '',
        HOME: process.env.HOME ?? '',
        INTERLOCK_PORT: String(port),
        ...options.environment,
        ...environment,
      },
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    child = life;
    const forgetAtExit = reapAtExit(() => life.pid ?? 0);
    let wasReady = false;
    void (async () => {
      for (; child === life && !wasReady; await sleep(50)) wasReady = await isReady(url);
    })();
    life.once('exit', (code, signal) => {
      forgetAtExit();
      if (child === life) child = null;
      if (asked.has(life)) return;
      const staysDown = options.restarts === false && signal === 'SIGKILL';
      if (wasReady || staysDown)
        options.onDeath(`${name} ended by itself (${signal ?? `exit ${code}`}): ${tail(file)}`);
      if (staysDown) return;
      setTimeout(() => {
        if (child === null && !ended) start(environment);
      }, 200);
    });
  };
  const end = async (signal: NodeJS.Signals, patienceMs: number): Promise<boolean> => {
    const life = child;
    ended = true;
    if (!life) return true;
    asked.add(life);
    const gone = new Promise<true>((resolve) => life.once('exit', () => resolve(true)));
    life.kill(signal);
    // A frozen process takes no signal but SIGKILL until it goes on.
    if (signal !== 'SIGKILL') life.kill('SIGCONT');
    return Promise.race([gone, sleep(patienceMs, false as const, { ref: false })]);
  };
  return {
    name,
    url,
    pid: () => child?.pid ?? 0,
    isUp: () => child !== null,
    start,
    async ready(withinMs = 120_000) {
      for (const until = Date.now() + withinMs; !(await isReady(url)); await sleep(25))
        if (Date.now() > until) throw new Error(`${name} did not become ready in ${withinMs} ms: ${tail(file)}`);
    },
    async kill() {
      await end('SIGKILL', 10_000);
    },
    async terminate() {
      const from = performance.now();
      if (await end('SIGTERM', promisedStopMs)) return performance.now() - from;
      await end('SIGKILL', 10_000);
      return null;
    },
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    lives: () => lives,
    log: () => readFileSync(file, 'utf8'),
    memoryBytes: () => (child?.pid ? residentBytes(child.pid) : 0),
  };
}

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/readyz`, { signal: AbortSignal.timeout(3_000) }).then(
    async (answer) => {
      await answer.arrayBuffer();
      return answer.status === 200;
    },
    () => false,
  );

function tail(file: string): string {
  try {
    return readFileSync(file, 'utf8').slice(Math.max(0, statSync(file).size - 600));
  } catch {
    return '';
  }
}

function residentBytes(pid: number): number {
  try {
    const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kib ?? 0) * 1024;
  } catch {
    return 0;
  }
}
