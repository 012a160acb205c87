// Reads and checks a whole file without recording anything: what could be imported, and what is wrong with the rest.
import { open } from 'node:fs/promises';
import { readImportLine, unknownColumns } from '../../core/deciding/import-line.ts';
import type { Context } from '../context.ts';
import type { ImportRefused } from './begin-import.ts';
import { errorsHeader, errorText } from './import-errors.ts';
import type { FileImport } from './import-file.ts';
import { readColumns, readSource } from './import-source.ts';

export interface DryRun {
  lines: number;
  errors: number;
}

/** Whether a subject is known already shows only when it is imported. */
export async function tryImport(context: Context, wanted: FileImport): Promise<DryRun | ImportRefused> {
  const { path, format, connection, states, machine: name, errorsPath } = wanted;
  const { dictionary, database } = context;
  const unknown = unknownColumns(await readColumns(path, format), dictionary);
  if (unknown.length > 0) return { kind: 'unknown_columns', columns: unknown };
  const connections = await context.connections.load(database.engine);
  if (!connections.some((one) => one.id === connection)) return { kind: 'unknown_connection' };
  const machine = context.machines.latest(name);
  const stray = Object.values(states).filter((state) => !machine.leaves.has(state));
  if (stray.length > 0) return { kind: 'unknown_states', states: stray };
  const terms = { machine, dictionary, states, now: context.now() };
  const found: DryRun = { lines: 0, errors: 0 };
  await using file = await open(errorsPath, 'w');
  for await (const row of readSource(path, format)) {
    found.lines += 1;
    const read = 'fault' in row ? { ok: false as const, faults: [row.fault] } : readImportLine(row.cells, terms);
    if (read.ok) continue;
    found.errors += 1;
    const text = errorText(read.faults.map((fault) => ({ line: row.line, ...fault })));
    await file.write(found.errors === 1 ? errorsHeader + text : text);
  }
  return found;
}
