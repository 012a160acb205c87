// Keeps everything about a failing run: its seed and plan, the history, the logs of every process, and the tables line by line.
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Evidence, Finding } from './checker/evidence.ts';
import type { Rig } from './rig.ts';

export interface Kept {
  /** Where it goes; made new. */
  folder: string;
  findings: readonly Finding[];
  evidence: Evidence | null;
  /** What one would like to know of how the run was made. */
  about: Readonly<Record<string, unknown>>;
}

/** Gives the folder. */
export function keep(rig: Rig, { folder, findings, evidence, about }: Kept): string {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  write('about.json', `${JSON.stringify(about, null, 2)}\n`);
  write('findings.txt', `${findings.map((one) => `${one.invariant}: ${one.detail}`).join('\n')}\n`);
  for (const name of readdirSync(rig.folder))
    if (name.endsWith('.log')) cpSync(join(rig.folder, name), join(folder, name));
  write('postgres.log', rig.ground.postgres.log());
  write('greenhouse.ndjson', lines(rig.vendors.greenhouse.log.entries()));
  write('bamboohr.ndjson', lines(rig.vendors.bamboohr.log.entries()));
  write(
    'proxies.json',
    `${JSON.stringify(Object.fromEntries([...rig.proxies].map(([of, one]) => [of, one.struck()])), null, 2)}\n`,
  );
  if (!evidence) return folder;
  write('history.ndjson', lines(evidence.operations));
  mkdirSync(join(folder, 'tables'), { recursive: true });
  for (const [table, rows] of Object.entries(evidence.tables)) write(join('tables', `${table}.ndjson`), lines(rows));
  return folder;
}

const lines = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
