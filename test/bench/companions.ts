// Servers that some contenders need beside Postgres: a process of their own, on free ports, with data in the run's folder.
import { existsSync, mkdtempSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort, startProgram } from './children.ts';

export interface Companion {
  pid: number;
  environment: NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

const here = import.meta.dirname;
export const restateServer = join(here, 'node_modules/@restatedev/restate-server-linux-x64/bin/restate-server');

export async function startNats(folder: string): Promise<Companion> {
  const port = await freePort();
  const args = ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', mkdtempSync(join(folder, 'nats-'))];
  const { pid, stop } = await startProgram('nats-server', args, {}, () => listens(port));
  return { pid, stop, environment: { NATS_URL: `nats://127.0.0.1:${port}` } };
}

/** Four partitions: on two cores the default of 24 costs twice as much. */
export async function startRestate(folder: string): Promise<Companion> {
  const [ingress, admin, fabric, handlers] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const args = ['--no-logo', '--base-dir', mkdtempSync(join(folder, 'restate-')), '--listen-mode', 'tcp'];
  const environment = {
    RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
    RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
    RESTATE_NODE_NAME: 'bench',
    RESTATE_DISABLE_TELEMETRY: 'true',
    RESTATE_DEFAULT_NUM_PARTITIONS: '4',
    RUST_LOG: 'warn',
    DO_NOT_TRACK: '1',
  };
  const isReady = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${admin}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  const bound = [...args, '--bind-ip', '127.0.0.1', '--bind-port', String(fabric)];
  const { pid, stop } = await startProgram(restateServer, bound, environment, isReady);
  return {
    pid,
    stop,
    environment: {
      RESTATE_LOGGING: 'WARN',
      RESTATE_INGRESS: `http://127.0.0.1:${ingress}`,
      RESTATE_ADMIN: `http://127.0.0.1:${admin}`,
      RESTATE_HANDLERS: String(handlers),
    },
  };
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

export const hasRestate = (): boolean => existsSync(restateServer);
