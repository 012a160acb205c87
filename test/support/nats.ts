// A real nats-server with JetStream for one test file: to be killed, frozen, restarted and robbed of its data.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'vitest';
import { freePort } from './free-port.ts';
import { scratchFolder } from './scratch.ts';

export interface NatsServer extends AsyncDisposable {
  url: string;
  /** The port stays the same from start to start. */
  restart(): Promise<void>;
  kill9(): Promise<void>;
  /** SIGSTOP and SIGCONT: alive, connected, silent. */
  freeze(): void;
  thaw(): void;
  /** What a lost volume does. Only while the server is down. */
  deleteData(): void;
  stop(): Promise<void>;
}

/** True where a nats-server is on PATH. */
const hasNats = spawnSync('nats-server', ['--version']).status === 0;

/** A suite that needs nats-server: runs, fails where nobody would read a warning (CI), or is skipped loudly. */
export function describeNats(name: string, suite: () => void): void {
  if (hasNats) return void describe(name, suite);
  const missing = `nats-server is not on PATH: "${name}" WAS NOT TESTED. Install it (apt-get install nats-server, brew install nats-server).`;
  if (process.env.CI === 'true') {
    describe(name, () => {
      it('finds nats-server', () => {
        throw new Error(missing);
      });
    });
    return;
  }
  process.stderr.write(`\n*** ${missing} ***\n`);
  describe.skip(name, suite);
}

/** `configuration`: in nats-server's own words, such as its accounts. */
export async function natsServer(configuration = ''): Promise<NatsServer> {
  const folder = scratchFolder('interlock-nats-');
  const file = `${folder}.conf`;
  writeFileSync(file, configuration);
  const port = await freePort();
  let child = await launch(folder, file, port);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGCONT');
    child.kill(signal);
    await gone;
  };
  const stop = async (): Promise<void> => {
    await end('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
    rmSync(file, { force: true });
  };
  return {
    url: `nats://127.0.0.1:${port}`,
    restart: async () => {
      await end('SIGTERM');
      child = await launch(folder, file, port);
    },
    kill9: () => end('SIGKILL'),
    freeze() {
      child.kill('SIGSTOP');
      // On a busy machine the signal may come late, and a frozen server that answers is no frozen server.
      const stat = `/proc/${child.pid}/stat`;
      for (const until = Date.now() + 1_000; existsSync(stat) && Date.now() < until; )
        if (/\) T /.test(readFileSync(stat, 'utf8'))) return;
    },
    thaw: () => void child.kill('SIGCONT'),
    deleteData: () => rmSync(folder, { recursive: true, force: true }),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function launch(folder: string, file: string, port: number): Promise<ChildProcess> {
  const child = spawn(
    'nats-server',
    ['--config', file, '--addr', '127.0.0.1', '--port', String(port), '--jetstream', '--store_dir', folder],
    { stdio: 'ignore' },
  );
  for (const until = Date.now() + 10_000; Date.now() < until; await sleep(10)) {
    if (await accepts(port)) return child;
    if (child.exitCode !== null) break;
  }
  child.kill('SIGKILL');
  throw new Error(`nats-server did not start on port ${port}`);
}

/** A server greets with INFO as soon as it serves. */
function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1', timeout: 500 });
    const answer = (ready: boolean): void => {
      socket.destroy();
      resolve(ready);
    };
    socket.once('data', (greeting) => answer(greeting.toString('utf8').startsWith('INFO')));
    socket.once('error', () => answer(false));
    socket.once('timeout', () => answer(false));
  });
}
