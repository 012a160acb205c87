// Makes the program under test: compiled once into a folder of its own, with its waits shortened so that a schedule takes seconds.
import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../../src/project-folder.ts';

export interface BuildOptions {
  /** Where the build goes; `<folder>/dist/program/main.js` is the program. Must be empty or absent. */
  folder: string;
  /** A checkout to compile instead of this one: the same files, one of them changed by a mutant. */
  source?: string;
  /** False keeps the waits of production. */
  shortWaits?: boolean;
  /** What else is added to compiled files, by their paths in src. */
  added?: Readonly<Record<string, string>>;
}

/** Compiles and gives the folder; throws with the compiler's words. About 5 s. */
export function buildProgram({ folder, source = projectFolder, shortWaits = true, added = {} }: BuildOptions): string {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const compiler = join(projectFolder, 'node_modules', 'typescript', 'bin', 'tsc');
  const out = ['--outDir', join(folder, 'dist'), '--tsBuildInfoFile', join(folder, 'dist', '.tsbuildinfo')];
  const built = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', ...out], {
    cwd: source,
    encoding: 'utf8',
  });
  if (built.status !== 0) throw new Error(`The program does not compile:\n${built.stdout}${built.stderr}`);
  for (const name of ['package.json', 'migrations', 'dictionary'])
    cpSync(join(source, name), join(folder, name), { recursive: true });
  for (const name of ['released.json', 'signers.json'])
    cpSync(join(source, 'machines', name), join(folder, 'machines', name));
  if (!existsSync(join(folder, 'node_modules')))
    symlinkSync(join(projectFolder, 'node_modules'), join(folder, 'node_modules'));
  if (shortWaits) shortenWaits(folder);
  for (const [path, text] of Object.entries(added)) appendFileSync(join(folder, 'dist', 'src', path), text);
  const bundled = spawnSync(process.execPath, [join(projectFolder, 'bundle.mjs'), join(folder, 'dist')], {
    encoding: 'utf8',
  });
  if (bundled.status !== 0) throw new Error(`The program could not be bundled:\n${bundled.stderr}`);
  return folder;
}

/**
 * Production waits for half a minute here and hours there. No setting for that exists in the product, on purpose: nobody can
 * turn it by accident. The copy under test gets shorter figures instead, all by the same factor of ten where order between them
 * matters (a lease outlasts the work, the bus delivers again before a lease ends), and nothing else of it is changed.
 */
export function shortenWaits(folder: string): void {
  const compiled = (path: string): string => join(folder, 'dist', 'src', path);
  appendFileSync(compiled('core/limits.js'), `\nObject.assign(limits, ${JSON.stringify(shortLimits)});\n`);
  appendFileSync(
    compiled('core/delivery/retry.js'),
    `\nscheduleMs.splice(0, scheduleMs.length, ${shortScheduleMs.join(', ')});\n`,
  );
  for (const [path, pattern, to] of replacements) {
    const text = readFileSync(compiled(path), 'utf8');
    if (text.split(pattern).length !== 2)
      throw new Error(`${path} holds "${pattern}" not exactly once: bring the rig's shortened waits up to date`);
    writeFileSync(compiled(path), text.replace(pattern, to));
  }
}

const shortLimits = {
  leaseMs: 3_000,
  windowHalfLifeMs: 3_000,
  vendorTimeoutMs: 1_500,
  carryMs: 2_000,
  takenLeaseMs: 2_200,
  circuitOpenMs: 2_000,
  circuitWindowMs: 3_000,
  conflictLookMs: 1_000,
  probeRetryMs: 500,
  dispatchPollMs: 100,
  sweepPollMs: 250,
  clientCacheMs: 500,
  sealAgeMs: 500,
  sealPollMs: 200,
  finishErasuresMs: 300,
};

/** As many steps as production's, so that the budget of tries is the same. */
export const shortScheduleMs = [300, 800, 1_500, 2_500, 3_000, 3_000, 3_000, 3_000] as const;

/** In the compiled program; a test holds each to its source. */
export const replacements: readonly (readonly [path: string, exactly: string, to: string])[] = [
  ['bus/topology.js', 'ackWaitMs = 20_000', 'ackWaitMs = 2_000'],
  ['bus/topology.js', 'heartbeatMs = 6_000', 'heartbeatMs = 600'],
  ['bus/nats-connection.js', 'pingInterval: 4_000', 'pingInterval: 1_000'],
  ['bus/nats-connection.js', 'reconnectTimeWait: 500', 'reconnectTimeWait: 100'],
  ['bus/nats-consumer.js', 'pullMs = 20_000', 'pullMs = 4_000'],
  ['bus/nats-consumer.js', 'idle_heartbeat: 5_000', 'idle_heartbeat: 1_000'],
  ['bus/nats-consumer.js', 'silenceMs = 30_000', 'silenceMs = 3_000'],
  ['bus/nats-publish.js', 'publishMs = 5_000', 'publishMs = 1_500'],
  ['store/database/database.js', 'statementMs: 10_000', 'statementMs: 3_000'],
  ['store/database/pool.js', 'options.statementMs + 2_000', 'options.statementMs + 500'],
];
