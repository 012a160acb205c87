// Begins an import, or finds the one that the same file began before; what it needs to read lines is made here.
import type { MachineName } from '../../core/machine/definition.ts';
import { findImportOf, type ImportFormat, type ImportRow, insertImport } from '../../store/files/imports.ts';
import type { Context } from '../context.ts';
import { refSystemOf } from '../delivery/fetch-work.ts';
import { type Actor, writeAudit } from '../write-audit.ts';
import type { Importing } from './import-lines.ts';

export interface ImportRequest {
  connection: string;
  machine: MachineName;
  /** What the file is called. */
  source: string;
  /** SHA-256 of its content and terms, hex: the same again is the same import. */
  fingerprint: string;
  states: Readonly<Record<string, string>>;
  writeBack: boolean;
  /** How it comes; in parts unless given. */
  format?: ImportFormat;
  /** The file that errors are written to, where there is one. */
  errorsFile?: string;
  actor: Actor;
}

/** Of a path its end is kept. */
export const pathCharsMax = 200;

export type ImportRefused =
  | { kind: 'unknown_connection' }
  | { kind: 'unknown_columns'; columns: string[] }
  /** Words of the file that lead to no state. */
  | { kind: 'unknown_states'; states: string[] };

export type Begun = { kind: 'begun'; row: ImportRow; importing: Importing };

export async function beginImport(context: Context, request: ImportRequest): Promise<Begun | ImportRefused> {
  const db = context.database.engine;
  const connection = (await context.connections.load(db)).find((one) => one.id === request.connection);
  if (!connection) return { kind: 'unknown_connection' };
  const machine = context.machines.latest(request.machine);
  const unknown = Object.values(request.states).filter((state) => !machine.leaves.has(state));
  if (unknown.length > 0) return { kind: 'unknown_states', states: unknown };
  const row = await context.database.engine.transaction().execute(async (tx) => {
    const isNew = await insertImport(tx, {
      id: context.newId('imp'),
      connection_id: connection.id,
      source: request.source.slice(-pathCharsMax),
      fingerprint: request.fingerprint,
      machine: request.machine,
      write_back: request.writeBack,
      begun_by: `${request.actor.kind}:${request.actor.id}`,
      format: request.format ?? 'parts',
      states: request.states,
      errors_file: request.errorsFile?.slice(-pathCharsMax) ?? null,
    });
    const found = await findImportOf(tx, request.fingerprint);
    if (!found) throw new Error('The import that was just written is not there.');
    if (isNew)
      await writeAudit(tx, {
        actor: request.actor,
        action: 'import.begun',
        objectKind: 'import',
        objectId: found.id,
        detail: { connection: connection.id, machine: request.machine, writeBack: request.writeBack },
      });
    return found;
  });
  const terms = { machine, dictionary: context.dictionary, states: request.states, now: context.now() };
  const system = refSystemOf(connection);
  return {
    kind: 'begun',
    row,
    importing: {
      id: row.id,
      connection: connection.id,
      kind: connection.kind,
      system,
      terms,
      writeBack: request.writeBack,
    },
  };
}
