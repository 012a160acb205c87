// A nats-server of the rig's own: killed, frozen, and made to forget what it had acknowledged.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { mountSmallDisk, type SmallDisk } from './disk.ts';
import { reapAtExit } from './reaper.ts';

export interface RigNats extends AsyncDisposable {
  port: number;
  url: string;
  /** What its store lies on, when asked for and possible. */
  disk: SmallDisk | null;
  /** 0 while it is down. */
  pid(): number;
  isUp(): boolean;
  kill9(): Promise<void>;
  start(): Promise<void>;
  freeze(): void;
  thaw(): void;
  /** Copies the store as it is now, while the server is frozen for that long: what a power cut would leave. */
  remember(): void;
  /** Kills, puts the remembered store back (or an empty one), starts again. */
  forget(back: 'to_remembered' | 'everything'): Promise<void>;
  /** What an operator's mistake does. */
  administer<T>(work: (manager: JetStreamManager) => Promise<T>): Promise<T>;
  /** Publishes outside of any stream client: for forged and poisonous messages. */
  publish(subject: string, body: string | Uint8Array): Promise<void>;
}

/** False where no nats-server is on the PATH: the tiers then say so in `skipped`. */
export const hasNats = (): boolean => spawnSync('nats-server', ['--version']).status === 0;

/** `smallDisk`: MiB of a disk of its own for the store, so that it can be filled. */
export async function startRigNats(folder: string, port: number, smallDisk = 0): Promise<RigNats> {
  const disk = smallDisk > 0 ? mountSmallDisk(join(folder, 'disk'), smallDisk) : null;
  const store = join(folder, 'disk', 'store');
  const copy = join(folder, 'remembered');
  mkdirSync(store, { recursive: true });
  let child: ChildProcess = await launch(store, port);
  const forgetAtExit = reapAtExit(() => child.pid ?? 0);
  // One at a time: two that start it at once would leave one server that nobody holds.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work, work);
    turn = mine.catch(() => {});
    return mine;
  };
  const kill9 = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  };
  const start = async (): Promise<void> => {
    await kill9();
    child = await launch(store, port);
  };
  const url = `nats://127.0.0.1:${port}`;
  return {
    port,
    url,
    disk,
    pid: () => (child.exitCode === null && child.signalCode === null ? (child.pid ?? 0) : 0),
    isUp: () => child.exitCode === null && child.signalCode === null,
    kill9: () => inTurn(kill9),
    start: () => inTurn(start),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    remember() {
      child.kill('SIGSTOP');
      rmSync(copy, { recursive: true, force: true });
      cpSync(store, copy, { recursive: true });
      child.kill('SIGCONT');
    },
    forget: (back) =>
      inTurn(async () => {
        await kill9();
        rmSync(store, { recursive: true, force: true });
        if (back === 'to_remembered') cpSync(copy, store, { recursive: true });
        else mkdirSync(store, { recursive: true });
        child = await launch(store, port);
      }),
    async administer(work) {
      const connection = await connect({ servers: url, timeout: 2_000, reconnect: false });
      try {
        return await work(await jetstreamManager(connection, { timeout: 2_000, checkAPI: false }));
      } finally {
        await connection.close().catch(() => {});
      }
    },
    async publish(subject, body) {
      const connection = await connect({ servers: url, timeout: 2_000, reconnect: false });
      try {
        connection.publish(subject, body);
        await connection.flush();
      } finally {
        await connection.close().catch(() => {});
      }
    },
    [Symbol.asyncDispose]: async () => {
      await inTurn(kill9);
      forgetAtExit();
      disk?.unmount();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function launch(store: string, port: number): Promise<ChildProcess> {
  const file = join(store, '..', '..', 'nats.conf');
  // Not on the small disk. The limit is said outright: what it would compute from the free space of a small disk is less than our streams may take.
  writeFileSync(
    file,
    `listen: "127.0.0.1:${port}"\njetstream { store_dir: ${JSON.stringify(store)}, max_file_store: 4GB, max_memory_store: 64MB }\n`,
  );
  const child = spawn('nats-server', ['-c', file], { stdio: 'ignore' });
  for (const until = Date.now() + 10_000; Date.now() < until; await sleep(10)) {
    if (await greets(port)) return child;
    if (child.exitCode !== null) break;
  }
  child.kill('SIGKILL');
  throw new Error(`nats-server did not start on port ${port}`);
}

function greets(port: number): Promise<boolean> {
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
