// What is wrong with files and needs somebody: one kind of incident, with the reason in it and never a name or a value.
import type { Context } from '../context.ts';

export interface FileTrouble {
  connection: string;
  reason: string;
  /** The id of the file it is about; else it is about the connection. */
  file?: string;
  detail?: Record<string, unknown>;
}

/** The same matter twice is one incident, which counts. */
export async function openFileTrouble(
  context: Context,
  { connection, reason, file, detail }: FileTrouble,
): Promise<void> {
  await context.records.openIncidents(context.database.engine, [
    {
      id: context.newId('inc'),
      kind: 'file_trouble',
      key: keyOf(connection, reason, file),
      subject_id: null,
      connection_id: connection,
      writeback_id: null,
      event_id: null,
      owner: 'integration',
      detail: { reason, ...(file === undefined ? {} : { file }), ...detail },
    },
  ]);
  context.log.warn({ connection, reason }, 'a file needs somebody');
}

/** It is over. */
export async function endFileTrouble(
  context: Context,
  connection: string,
  reasons: readonly string[],
  { file, resolution }: { file?: string; resolution: string },
): Promise<void> {
  const keys = reasons.map((reason) => keyOf(connection, reason, file));
  await context.records.settleIncidents(context.database.engine, keys, 'interlock', resolution);
}

/** Why a whole file may wait; over when it is taken, or taken away. */
export const wholeFileReasons = [
  'wrong_encoding',
  'too_large',
  'line_too_long',
  'bad_quotes',
  'too_many_columns',
  'columns_missing',
  'columns_twice',
  'truncated',
  'trailer_missing',
  'trailer_count',
  'half_written',
  'marker_missing',
] as const;

const keyOf = (connection: string, reason: string, file?: string): string =>
  ['file_trouble', connection, ...(file === undefined ? [] : [file]), reason].join('/');
