// What is looked at besides the bytes: the rows, the log, the counts, the keys; and proof that the search can find something.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifyChain } from '../../../src/services/log/verify-chain.ts';
import { openDatabase } from '../../../src/store/database/database.ts';
import { compareCounts } from '../../../src/store/reports/reconcile.ts';
import { isBelow, scanFolders, spellingsOf } from './scan.ts';
import type { Service } from './service.ts';

/** Says what is not as it should be in the tables, once everybody was erased. */
export async function checkStores(service: Service): Promise<string[]> {
  const faults: string[] = [];
  const nothing: readonly (readonly [what: string, query: string])[] = [
    [
      'an erased person with a payload',
      `select e.id from event e join person p on p.id = e.person_id where p.erased_at is not null and e.payload_ct is not null`,
    ],
    [
      'an erased subject with a payload',
      `select e.id from event e join subject s on s.id = e.subject_id where s.erased_at is not null and e.payload_ct is not null`,
    ],
    [
      'an erased subject with a value',
      `select v.subject_id as id from element_value v join subject s on s.id = v.subject_id where s.erased_at is not null and v.value_ct is not null`,
    ],
    [
      'an erased subject of a person who is not',
      `select s.id from subject s join person p on p.id = s.person_id where (s.erased_at is null) <> (p.erased_at is null)`,
    ],
    [
      'an erased subject with a writeback to come',
      `select w.id from writeback w join subject s on s.id = w.subject_id where s.erased_at is not null and w.status in ('ready', 'leased', 'dead')`,
    ],
    [
      'an erased subject with an event that waits',
      `select e.id from event e join subject s on s.id = e.subject_id where s.erased_at is not null and e.disposition = 'parked'`,
    ],
    [
      'an erased subject with an open incident',
      `select i.id from incident i join subject s on s.id = i.subject_id where s.erased_at is not null and i.settled_at is null`,
    ],
    [
      'an applied event without its transition',
      `select e.id from event e where e.disposition = 'applied' and not exists (select from transition t where t.event_id = e.id)`,
    ],
  ];
  for (const [what, query] of nothing) {
    const rows = await service.query<{ id: string }>(query);
    if (rows.length > 0) faults.push(`${rows.length} × ${what}, such as ${rows[0]?.id}`);
  }
  await using database = await openDatabase(service.connectionString);
  const chain = await verifyChain(database.engine);
  if (chain.kind !== 'intact') faults.push(`the log does not verify: ${JSON.stringify(chain)}`);
  const differences = await compareCounts(database.engine);
  if (differences.length > 0) faults.push(`counts differ from the rows: ${JSON.stringify(differences.slice(0, 3))}`);
  return faults;
}

/** How many persons were erased, and how many of them have a key. */
export async function countErased(service: Service): Promise<Record<string, number>> {
  const [row] = await service.query<{ left: number; erased: number }>(
    `select count(*) filter (where data_key is not null)::int as left, count(*)::int as erased from person where erased_at is not null`,
  );
  return { persons_erased: row?.erased ?? 0, keys_in_rows: row?.left ?? 0 };
}

/**
 * Where the wrapped keys of some erased persons still are in files, once no row has them: in pages that nothing was written over
 * yet, and in the write-ahead log until it is recycled. A figure, not a fault: only the master key opens them.
 */
export function keysLeft(stores: string, keys: readonly Buffer[]): Record<string, number> {
  const data = join(stores, 'data', 'postgres', 'data');
  const count = (folder: string): number => keys.filter((key) => isBelow(join(data, folder), key)).length;
  return {
    wrapped_keys_sampled: keys.length,
    wrapped_keys_in_table_files: count('base'),
    wrapped_keys_in_write_ahead_log: count('pg_wal'),
  };
}

/** Puts a word of its own where a leak would be, in every spelling; gives the check that must find all of it once the service is stopped. */
export async function plantAndFind(service: Service): Promise<(stores: string) => string[]> {
  const word = 'Kuckucksei4Planted';
  await service.query('create table planted (text text, bytes bytea)');
  await service.query('insert into planted values ($1, $2)', [`before ${word} after`, Buffer.from(word, 'utf16le')]);
  await service.query('checkpoint');
  return (stores) => {
    const heap = scanFolders([join(stores, 'data', 'postgres', 'data', 'base')], word).finds.map((one) => one.spelling);
    const faults = ['plain', 'UTF-16 little end first']
      .filter((spelling) => !heap.includes(spelling))
      .map((spelling) => `planted in a table as ${spelling}, and not found`);
    const wal = scanFolders([join(stores, 'data', 'postgres', 'data', 'pg_wal')], word).finds;
    if (wal.length === 0) faults.push('planted in a table, and not found in the write-ahead log');
    const folder = join(stores, 'planted');
    mkdirSync(folder, { recursive: true });
    for (const [index, { spelling, bytes }] of spellingsOf(word).entries()) {
      writeFileSync(join(folder, `${index}`), Buffer.concat([Buffer.alloc(70_001, 7), bytes, Buffer.alloc(9)]));
      if (!scanFolders([folder], word).finds.some((one) => one.spelling === spelling))
        faults.push(`planted in a file as ${spelling}, and not found`);
    }
    for (const offset of [0, 1, 2]) {
      writeFileSync(
        join(folder, `whole-${offset}`),
        Buffer.from(`${'x'.repeat(offset)}${word} and more`).toString('base64'),
      );
      if (!scanFolders([folder], word).finds.some((one) => one.file.endsWith(`whole-${offset}`)))
        faults.push(`planted as base64 at ${offset}, and not found`);
    }
    rmSync(folder, { recursive: true });
    return faults;
  };
}
