// Imports a file by the command line, kills that process twice on the way with SIGKILL, and lets the third run end it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { projectFolder } from '../../../src/project-folder.ts';
import { masterKey } from '../../support/command-line.ts';
import { stateWord } from './make-file.ts';

export interface KilledImport {
  databaseUrl: string;
  connection: string;
  file: string;
  lines: number;
  /** After which share of the lines a run is killed, one for each run but the last. */
  killedAt: readonly number[];
}

export interface Survived {
  /** What the last run printed. */
  said: { id: string; kind: string; lines: number; created: number; duplicates: number; errors: number };
  kills: number;
  /** The most that any of the processes held, bytes. */
  peakBytes: number;
  /** Of all runs together, starts of processes included. */
  seconds: number;
  /** Lines recorded by the last run, and seconds from its first progress to its last. */
  steady: { lines: number; seconds: number };
}

const patienceMs = 600_000;

export async function runKilled(wanted: KilledImport): Promise<Survived> {
  const client = new pg.Client({ connectionString: wanted.databaseUrl });
  await client.connect();
  const startedAt = performance.now();
  let peakBytes = 0;
  const watch = async (
    child: ChildProcess,
    until: (done: number) => boolean,
  ): Promise<{ at: number; done: number }[]> => {
    const seen: { at: number; done: number }[] = [];
    for (const end = Date.now() + patienceMs; child.exitCode === null && child.signalCode === null; await pause(20)) {
      if (Date.now() > end) throw new Error('The import did not get on.');
      peakBytes = Math.max(peakBytes, peakOf(child.pid));
      const { rows } = await client.query<{ rows_done: number }>('select rows_done from import');
      const done = rows[0]?.rows_done ?? 0;
      if (seen.at(-1)?.done !== done) seen.push({ at: performance.now(), done });
      if (until(done)) break;
    }
    return seen;
  };
  try {
    let kills = 0;
    for (const share of wanted.killedAt) {
      const child = start(wanted);
      const said = listen(child);
      await watch(child, (done) => done >= wanted.lines * share);
      if (child.exitCode !== null) throw new Error(`A run that was to be killed had ended by itself: ${said()}`);
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      kills += 1;
    }
    const last = start(wanted);
    const said = listen(last);
    const closed = once(last, 'close');
    const seen = (await watch(last, () => false)).filter(({ done }) => done > 0);
    await closed;
    if (!said().startsWith('{')) throw new Error(`The last run said: ${said()}`);
    const [first, end] = [seen[0], seen.at(-1)];
    return {
      said: JSON.parse(said()),
      kills,
      peakBytes,
      seconds: (performance.now() - startedAt) / 1_000,
      steady: { lines: (end?.done ?? 0) - (first?.done ?? 0), seconds: ((end?.at ?? 0) - (first?.at ?? 0)) / 1_000 },
    };
  } finally {
    await client.end();
  }
}

function start({ databaseUrl, connection, file }: KilledImport): ChildProcess {
  const entry = join(projectFolder, 'src', 'cli', 'interlock.ts');
  const argv = ['import', file, '--connection', connection, '--state', stateWord, '--json'];
  return spawn(process.execPath, ['--import', 'tsx', entry, ...argv], {
    cwd: projectFolder,
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      INTERLOCK_ALLOW_UNSAFE_DATABASE: 'true',
      INTERLOCK_MASTER_KEY: masterKey,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Linux only; 0 elsewhere and for a process that is gone. */
function peakOf(pid: number | undefined): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1_024;
  } catch {
    return 0;
  }
}

/** Both streams; a run that does what it should says nothing on the second. */
function listen(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return () => text;
}
