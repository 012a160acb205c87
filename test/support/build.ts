// The program as its users run it: compiled once for a whole run, for every test that starts processes.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from 'vitest';
import { FolderTaken, takeOwnership } from '../../src/folder-owner.ts';
import { projectFolder } from '../../src/project-folder.ts';

/** Compiles the program for the first test file of a run that asks; the others wait for it. */
export async function build(): Promise<void> {
  const folder = join(tmpdir(), `interlock-build-${Buffer.from(projectFolder).toString('hex').slice(-40)}`);
  const giveBack = await turn(folder);
  const builtFor = join(folder, 'built-for');
  try {
    if (existsSync(builtFor) && readFileSync(builtFor, 'utf8') === inject('run')) return;
    rmSync(builtFor, { force: true });
    for (const step of [['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], ['bundle.mjs']]) {
      const built = spawnSync(process.execPath, step, { cwd: projectFolder, encoding: 'utf8' });
      if (built.status !== 0) throw new Error(`The program does not compile:\n${built.stdout}${built.stderr}`);
    }
    writeFileSync(builtFor, inject('run'));
  } finally {
    giveBack();
  }
}

/** Compiling takes half a minute on a busy machine; who is still at it after `turnMs` is not coming back. */
const turnMs = 300_000;

async function turn(folder: string): Promise<() => void> {
  for (const until = Date.now() + turnMs; ; await sleep(100)) {
    try {
      return takeOwnership(folder, 'wait');
    } catch (error) {
      if (!(error instanceof FolderTaken) || Date.now() > until) throw error;
    }
  }
}
