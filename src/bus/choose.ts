// Decides which bus this process uses: the NATS it was told of, else a nats-server of its own, else none.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { CrashPoint } from '../core/crash-points.ts';
import { createLocalBus } from './local.ts';
import type { Bus } from './port.ts';

export interface BusOptions {
  natsUrl?: string | undefined;
  /** The program; null for none; looked for on PATH when not given. */
  natsServerPath?: string | null | undefined;
  /** The data folder; a server of our own keeps its files in `nats/` below it. */
  folder: string;
  onLog(line: string): void;
  crashPoint?: CrashPoint | undefined;
}

/** Rejects when the NATS that was asked for cannot be used; without a wish, falls back to the bus in this process and says why. */
export async function chooseBus(options: BusOptions): Promise<Bus> {
  const { onLog: log, crashPoint } = options;
  if (options.natsUrl) {
    const { connectNatsBus } = await import('./nats.ts');
    return await connectNatsBus({ url: options.natsUrl, log, crashPoint });
  }
  const program = options.natsServerPath === undefined ? 'nats-server' : options.natsServerPath;
  if (program === null) return createLocalBus({ log, reason: 'no NATS was asked for' });
  if (spawnSync(program, ['--version']).status !== 0) {
    return createLocalBus({ log, reason: `NATS_URL is not set and ${program} is not installed` });
  }
  return await startOwn(program, join(options.folder, 'nats'), log, crashPoint);
}

async function startOwn(
  program: string,
  folder: string,
  log: (line: string) => void,
  crashPoint: CrashPoint | undefined,
): Promise<Bus> {
  const [{ connectNatsBus }, { startNatsServer }] = await Promise.all([
    import('./nats.ts'),
    import('./nats-server.ts'),
  ]);
  const server = await startNatsServer({ folder, program, log });
  try {
    const bus = await connectNatsBus({ url: server.url, log, crashPoint });
    return {
      ...bus,
      description: `${bus.description}; NATS_URL is not set, so Interlock runs ${program} itself, with its files in ${folder}`,
      async [Symbol.asyncDispose]() {
        await bus[Symbol.asyncDispose]();
        await server.stop();
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
