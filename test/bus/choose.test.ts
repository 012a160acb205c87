// The bus is chosen as promised: NATS_URL, else a nats-server of our own, else this process; and the reason is said.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { chooseBus } from '../../src/bus/choose.ts';
import { isAlive } from '../../src/processes.ts';
import { describeNats, natsServer } from '../support/nats.ts';
import { newCommand, newConnection } from './contract.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-choose-'));
  folders.push(folder);
  return folder;
}

const pidIn = (folder: string): number => Number(readFileSync(join(folder, 'nats', 'nats.pid'), 'utf8'));

describe('without NATS', () => {
  it.each([
    [null, 'no NATS was asked for'],
    ['/nowhere/nats-server', '/nowhere/nats-server is not installed'],
  ])('with the program %s stays in this process and says why', async (natsServerPath, reason) => {
    await using bus = await chooseBus({ natsServerPath, folder: newFolder(), onLog: () => {} });
    expect(bus.kind).toBe('local');
    expect(bus.description).toContain(reason);
  });
});

describeNats('with NATS', () => {
  it('uses the server it was told of', async () => {
    await using server = await natsServer();
    await using bus = await chooseBus({ natsUrl: server.url, folder: newFolder(), onLog: () => {} });
    expect(bus.kind).toBe('nats');
    expect(bus.description).toContain(`NATS JetStream at ${server.url.replace('nats://', '')}`);
  });

  it('runs a server of its own, restarts it when it dies, and stops it with itself', async () => {
    const folder = newFolder();
    const said: string[] = [];
    const bus = await chooseBus({ folder, onLog: (line) => said.push(line) });
    expect(bus.kind).toBe('nats');
    expect(bus.description).toContain('Interlock runs nats-server itself');
    expect(statSync(join(folder, 'nats', 'nats.conf')).mode & 0o077).toBe(0);
    const connection = newConnection();
    const got: string[] = [];
    const abort = new AbortController();
    bus.consumeCommands(connection, 1, async (one) => void got.push(one.id), abort.signal);

    const first = pidIn(folder);
    process.kill(first, 'SIGKILL');
    const command = newCommand(connection);
    await vi.waitUntil(
      () =>
        bus.publishCommand(command).then(
          () => true,
          () => false,
        ),
      { timeout: 15_000 },
    );
    await vi.waitUntil(() => got.includes(command.id), { timeout: 15_000 });
    const second = pidIn(folder);
    expect(second).not.toBe(first);
    expect(said.join()).toContain('starting it again');
    await expect(chooseBus({ folder, onLog: () => {} })).rejects.toThrow(`Another Interlock (process ${process.pid})`);
    abort.abort();
    await bus[Symbol.asyncDispose]();
    expect(isAlive(second)).toBe(false);
  });

  it('ends the server that a killed Interlock left running', async () => {
    const folder = newFolder();
    const source = new URL('../../src/bus/choose.ts', import.meta.url).href;
    const script = `import(${JSON.stringify(source)}).then(async ({ chooseBus }) => {
      await chooseBus({ folder: ${JSON.stringify(folder)}, onLog() {} });
      console.log('ready');
    });`;
    const other = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => other.stdout.once('data', resolve));
    const left = pidIn(folder);
    const gone = new Promise((resolve) => other.once('exit', resolve));
    other.kill('SIGKILL');
    await gone;
    expect(isAlive(left)).toBe(true);
    const said: string[] = [];
    await using bus = await chooseBus({ folder, onLog: (line) => said.push(line) });
    await bus.checkHealth();
    expect(isAlive(left)).toBe(false);
    expect(said.join()).toContain(`ended the nats-server (process ${left})`);
  });
});
