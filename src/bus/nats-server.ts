// Runs a nats-server as a child of Interlock: on this machine only, bounded in disk, started again when it dies.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeOwnership } from '../folder-owner.ts';
import { isAlive, programOf } from '../processes.ts';
import { messageBytesMax, streamBytesMax } from './topology.ts';

export interface NatsServerOptions {
  /** Holds `jetstream/`, `nats.conf`, `nats.pid` and `nats.log`. */
  folder: string;
  /** The program; found on PATH when it is a bare name. */
  program: string;
  log(line: string): void;
}

export interface NatsServer {
  /** With the credentials of this start. The same until `stop`, over restarts of the child. */
  url: string;
  stop(): Promise<void>;
}

const startMs = 10_000;
const stopMs = 5_000;

/** Starts the server and waits until it answers. Ends one left over by an Interlock that was killed. Rejects when it does not start. */
export async function startNatsServer(options: NatsServerOptions): Promise<NatsServer> {
  const folder = resolve(options.folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const giveBack = takeOwnership(folder, 'set NATS_URL so that several processes can share one server');
  try {
    await endLeftover(folder, options.log);
    const port = await freePort();
    const password = randomBytes(24).toString('base64url');
    writeFileSync(join(folder, 'nats.conf'), configuration(folder, port, password), { mode: 0o600 });
    const stop = supervise(
      await launch(options.program, folder, port),
      () => launch(options.program, folder, port),
      options.log,
    );
    return {
      url: `nats://interlock:${password}@127.0.0.1:${port}`,
      stop: async () => {
        await stop();
        giveBack();
      },
    };
  } catch (error) {
    giveBack();
    throw error;
  }
}

function configuration(folder: string, port: number, password: string): string {
  const text = (value: string): string => JSON.stringify(value);
  return `# Written by Interlock at each start.
listen: "127.0.0.1:${port}"
pid_file: ${text(join(folder, 'nats.pid'))}
log_file: ${text(join(folder, 'nats.log'))}
logfile_size_limit: 10MB
max_payload: ${messageBytesMax * 2}
jetstream {
  store_dir: ${text(folder)}
  # Explicit: the server's own limit comes from the free disk at its start and shrinks from start to start.
  max_file_store: ${Math.ceil(streamBytesMax * 1.25)}
  max_memory_store: 16MB
}
authorization { user: interlock, password: ${text(password)} }
`;
}

async function launch(program: string, folder: string, port: number): Promise<ChildProcess> {
  // Its own session: Ctrl-C in a terminal must reach it through us, after the work in flight is done.
  const child = spawn(program, ['--config', join(folder, 'nats.conf')], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    windowsHide: true,
  });
  let said = '';
  let ended: string | null = null;
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-600);
  });
  child.once('error', (error) => {
    ended = error.message;
  });
  child.once('exit', (code, signal) => {
    ended ??= `exit ${signal ?? code}`;
  });
  for (const until = Date.now() + startMs; ended === null && Date.now() < until; await sleep(10))
    if (await greets(port)) return child;
  child.kill('SIGKILL');
  throw new Error(
    `${program} did not start on 127.0.0.1:${port} (${ended ?? `no answer within ${startMs / 1_000} s`}). It says: ${said.trim() || 'nothing'}. See ${join(folder, 'nats.log')}.`,
  );
}

/** Starts the server again when it dies, less and less eagerly. The answer ends it for good. */
function supervise(
  first: ChildProcess,
  launchAgain: () => Promise<ChildProcess>,
  log: (line: string) => void,
): () => Promise<void> {
  let child = first;
  let stopping = false;
  let stopped: Promise<void> | null = null;
  const watch = (): void => {
    child.unref();
    (child.stderr as Socket | null)?.unref();
    if (child.exitCode !== null || child.signalCode !== null) void restart();
    else child.once('exit', () => void restart());
  };
  const restart = async (): Promise<void> => {
    for (let delay = 100; !stopping; delay = Math.min(delay * 2, 10_000)) {
      await sleep(delay, null, { ref: false });
      if (stopping) return;
      log('bus: nats-server is gone; starting it again');
      const next = await launchAgain().catch((error: Error) => void log(`bus: ${error.message}`));
      if (!next) continue;
      child = next;
      if (stopping) await end(child.pid);
      else watch();
      return;
    }
  };
  watch();
  return () => {
    stopping = true;
    stopped ??= end(child.pid);
    return stopped;
  };
}

async function endLeftover(folder: string, log: (line: string) => void): Promise<void> {
  const pid = Number(readIfThere(join(folder, 'nats.pid')));
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return;
  // An id that somebody else has by now, or a name we cannot learn: not ours to end.
  if (programOf(pid) !== 'nats-server') return;
  log(`bus: ended the nats-server (process ${pid}) that an earlier Interlock left running on ${folder}`);
  await end(pid);
}

async function end(pid: number | undefined): Promise<void> {
  if (pid === undefined || !isAlive(pid)) return;
  process.kill(pid, 'SIGTERM');
  for (const until = Date.now() + stopMs; Date.now() < until; await sleep(10)) if (!isAlive(pid)) return;
  process.kill(pid, 'SIGKILL');
}

/** A server greets as soon as it serves. */
function greets(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const socket = createConnection({ port, host: '127.0.0.1', timeout: 500 });
    const settle = (ready: boolean): void => {
      socket.destroy();
      answer(ready);
    };
    socket.once('data', (greeting) => settle(greeting.toString('utf8').startsWith('INFO')));
    socket.once('error', () => settle(false));
    socket.once('timeout', () => settle(false));
  });
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((ready, failed) => probe.once('error', failed).listen(0, '127.0.0.1', ready));
  const address = probe.address();
  await new Promise((ready) => probe.close(ready));
  if (address === null || typeof address === 'string') throw new Error('The system gave no free port on 127.0.0.1.');
  return address.port;
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
