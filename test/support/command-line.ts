// Runs commands of the CLI: in this process over a database of its own, or as a process of its own over a data folder.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { runCli } from '../../src/cli/program.ts';
import { projectFolder } from '../../src/project-folder.ts';

export interface Ran {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

export type Interlock = (...argv: string[]) => Promise<Ran>;

/** `masterKey` is the one of test contexts, so that both read what the other sealed. */
export const masterKey = Buffer.alloc(32, 7).toString('base64');

/** In this process; no terminal, so nothing is asked. */
export function commandLine(env: Record<string, string>): Interlock {
  return async (...argv) => {
    const said = { stdout: '', stderr: '' };
    const stream = (name: 'stdout' | 'stderr') => ({
      write(text: string) {
        said[name] += text;
      },
    });
    const exitCode = await runCli(argv, { stdout: stream('stdout'), stderr: stream('stderr'), stdin: {}, env });
    return { exitCode, ...said };
  };
}

export const onDatabase = (connectionString: string): Interlock =>
  commandLine({
    DATABASE_URL: connectionString,
    INTERLOCK_ALLOW_UNSAFE_DATABASE: 'true',
    INTERLOCK_MASTER_KEY: masterKey,
    INTERLOCK_ALLOW_PRIVATE_ADDRESSES: 'true',
  });

/** As `npm run interlock` does, but for the build, which `build` does. */
export function asProcess(dataFolder: string): Interlock {
  const entry = join(projectFolder, 'dist', 'program', 'interlock.js');
  const { DATABASE_URL: _, ...environment } = process.env;
  return (...argv) =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [entry, ...argv], {
        cwd: projectFolder,
        env: { ...environment, INTERLOCK_DATA_DIR: dataFolder, FORCE_COLOR: '0' },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const said = { stdout: '', stderr: '' };
      child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
      child.once('error', reject);
      child.once('close', (exitCode) => resolve({ exitCode, ...said }));
    });
}
