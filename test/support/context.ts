// A service without HTTP: real database, local bus, real definitions; engine and workers run only when the test says so.
import { createVendorHttp } from '../../src/adapters/http.ts';
import { createLocalBus } from '../../src/bus/local.ts';
import type { Bus } from '../../src/bus/port.ts';
import { limits } from '../../src/core/limits.ts';
import { loadDefinitions } from '../../src/load-definitions.ts';
import type { Mailer } from '../../src/mail/send-mail.ts';
import type { Context, Log } from '../../src/services/context.ts';
import { createContext } from '../../src/services/create-context.ts';
import { consumeResults } from '../../src/services/delivery/consume-results.ts';
import { driveWritebacks } from '../../src/services/delivery/drive-writebacks.ts';
import { sweep } from '../../src/services/delivery/sweep.ts';
import { workCommands } from '../../src/services/delivery/work-commands.ts';
import { createLoops } from '../../src/services/every.ts';
import { createMetrics } from '../../src/services/metrics.ts';
import { openVault } from '../../src/services/vault.ts';
import { keepVersions } from '../../src/services/versions/keep-versions.ts';
import { openDatabase } from '../../src/store/database/database.ts';
import { cheapHashes } from './hash-prices.ts';
import { createTestDatabase } from './postgres.ts';

export interface TestContext extends AsyncDisposable {
  context: Context;
  connectionString: string;
  /** Starts workers, results and the loops, as `npm start` does. */
  startEngine(): void;
  stopEngine(): Promise<void>;
}

export interface TestContextOptions {
  bus?: Bus;
  reorderWindowMs?: number;
  parkedMs?: number;
  /** Jitter; 0 makes every retry due at once. */
  random?: () => number;
  /** False: as on the command line, where nobody carries commands out. */
  dispatches?: boolean;
  /** Where log lines go; nowhere unless given. */
  log?: Log;
  /** Where alerts by mail go; nowhere unless given. */
  mailer?: Mailer;
  /** An existing database, for a second process on the same data. */
  connectionString?: string;
}

/** Read once for all files of a worker: nothing changes them. */
let definitions: ReturnType<typeof loadDefinitions> | undefined;

export async function createTestContext(options: TestContextOptions = {}): Promise<TestContext> {
  const owned = options.connectionString ? null : await createTestDatabase();
  const connectionString = options.connectionString ?? owned?.connectionString ?? '';
  const database = await openDatabase(connectionString);
  const quiet = options.log ?? { info: () => {}, warn: () => {}, error: () => {} };
  const loops = createLoops(quiet);
  const bus = options.bus ?? createLocalBus({ log: () => {}, reason: 'a test' });
  definitions ??= loadDefinitions();
  const { machines, dictionary } = definitions;
  const http = createVendorHttp({
    allowPrivateAddresses: true,
    timeoutMs: 2_000,
    bodyBytesMax: limits.vendorBodyBytesMax,
  });
  const context = createContext({
    database,
    bus,
    machines,
    dictionary,
    dictionaryVersion: await keepVersions(database.engine, machines, dictionary),
    vault: openVault(Buffer.alloc(32, 7)),
    hashPrices: cheapHashes,
    log: quiet,
    vendorHttp: { guarded: http, open: http },
    mailer: options.mailer ?? null,
    every: loops.every,
    reorderWindowMs: options.reorderWindowMs ?? 2_000,
    parkedMs: options.parkedMs ?? 60_000,
    random: options.random ?? (() => 0),
    dispatches: options.dispatches ?? true,
    // Hundreds of contexts are made in one process here, and Node's own figures would be measured for each to the end.
    metrics: createMetrics({ ofProcess: false }),
  });
  let ending = new AbortController();
  const stopEngine = async (): Promise<void> => {
    ending.abort();
    await loops.idle();
    ending = new AbortController();
  };
  return {
    context,
    connectionString,
    startEngine() {
      consumeResults(context, ending.signal);
      workCommands(context, ending.signal);
      context.every('drive', 30, () => driveWritebacks(context), ending.signal);
      context.every('sweep', 100, () => sweep(context), ending.signal);
    },
    stopEngine,
    async [Symbol.asyncDispose]() {
      await stopEngine();
      await bus[Symbol.asyncDispose]();
      await http[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
      await owned?.drop();
    },
  };
}
