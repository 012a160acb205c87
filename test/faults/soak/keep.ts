// Keeps what a broken soak leaves: findings, every log, the memory samples, and the rows of the subjects that the findings name.
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withClient } from '../rig/postgres.ts';
import type { Rig } from '../rig/rig.ts';
import { readSubjects } from './chunks.ts';
import type { Soaked } from './report.ts';

const subjectsMax = 50;

export async function keepSoak(rig: Rig, soaked: Soaked, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  write('findings.txt', lines(soaked.findings.map((one) => `${one.invariant}: ${one.detail}`)));
  write('faults.ndjson', lines(soaked.trouble.times.map((one) => JSON.stringify(one))));
  write('faults-failed.txt', lines(soaked.trouble.failures));
  write('postgres.log', rig.ground.postgres.log());
  for (const name of readdirSync(rig.folder))
    if (name.endsWith('.log')) cpSync(join(rig.folder, name), join(folder, name));
  const text = soaked.findings.map((one) => one.detail).join('\n');
  const named = (pattern: RegExp): string[] => [...new Set(text.match(pattern) ?? [])].slice(0, subjectsMax);
  await withClient(rig.databaseUrl, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `select id from subject where id = any($1) union select subject_id from writeback where id = any($2)
       union select subject_id from event where (id = any($3) or external_id = any($4)) and subject_id is not null
       union select subject_id from subject_ref where external_id = any($5)`,
      [
        named(/\bsub_[0-9a-z]{26}/g),
        named(/\bwrb_[0-9a-z]{26}/g),
        named(/\bevt_[0-9a-z]{26}/g),
        named(/\bsoak-\d+/g),
        named(/(?<=application )\d+/g),
      ],
    );
    const tables = await readSubjects(
      client,
      rows.slice(0, subjectsMax).map((row) => row.id),
    );
    for (const [table, found] of Object.entries(tables))
      write(`${table}.ndjson`, lines(found.map((row: unknown) => JSON.stringify(row))));
    const cards = tables.subject_ref.filter((ref) => ref.system === 'greenhouse');
    write(
      'greenhouse.ndjson',
      lines(cards.flatMap((ref) => soaked.logs.ofApplication(ref.external_id)).map((entry) => JSON.stringify(entry))),
    );
  });
}

const lines = (all: readonly string[]): string => all.map((line) => `${line}\n`).join('');
