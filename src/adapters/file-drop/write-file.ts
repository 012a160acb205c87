// Outgoing rows: the cells of one writeback, a whole file of such rows, and the list of lines that we could not read.

import { csvCell } from '../../core/csv-cell.ts';
import { buildCodec } from '../../core/dictionary/codecs/index.ts';
import { type SystemMapping, writeFields } from '../../core/dictionary/mapping.ts';
import type { Work } from '../port.ts';
import { writeMapping } from './fields.ts';
import { columnsOf, type FileDropSettings, type Outbound, stageFor } from './settings.ts';
import { encodeWindows1252 } from './windows-1252.ts';

/** The cells in the order of the columns; null when the stage or a value cannot be said as it is, or not in the encoding. */
export function cellsOf(
  work: Work,
  reference: string,
  settings: FileDropSettings,
  mapping: SystemMapping,
): string[] | null {
  const { outbound } = settings;
  const stage = stageFor(settings, work.targetState);
  const moment = outbound ? buildCodec('instant', outbound.moment) : null;
  const at = moment?.ok ? moment.codec.encode(work.occurredAt, {}) : null;
  if (!outbound || stage === null || !at?.ok) return null;
  const { body, faults } = writeFields(writeMapping(settings, mapping), 'outgoing', work.elements);
  if (faults.length > 0) return null;
  const { columns } = outbound;
  const named: Record<string, unknown> = {
    ...body,
    [columns.row]: work.writeback,
    [columns.reference]: reference,
    [columns.stage]: stage,
    [columns.moment]: at.value,
  };
  const cells = columnsOf(outbound).map((column) => asText(named[column]));
  return cells.every((cell) => encoded(cell, settings.encoding) !== null) ? cells : null;
}

/** In the declared encoding and with its separator; lines end as RFC 4180 says. Throws for a column that the encoding cannot write. */
export function renderFile(rows: readonly (readonly string[])[], settings: FileDropSettings): Buffer {
  const outbound = settings.outbound as Outbound;
  const { delimiter, encoding } = settings;
  const options = { delimiter, guardFormulas: outbound.guardFormulas };
  const lines = [columnsOf(outbound), ...rows].map((cells) =>
    cells.map((cell) => csvCell(cell, options)).join(delimiter),
  );
  const bytes = encoded(lines.map((line) => `${line}\r\n`).join(''), encoding);
  if (!bytes) throw new Error('A row was queued that its encoding cannot write. This is a bug in Interlock.');
  return bytes;
}

/** Line and code: what stood there is in the file itself, and nowhere else. */
export const renderFaults = (faults: readonly { line: number; code: string }[]): Buffer =>
  Buffer.from(['line,reason', ...faults.map(({ line, code }) => `${line},${code}`)].join('\r\n').concat('\r\n'));

function asText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const encoded = (text: string, encoding: FileDropSettings['encoding']): Buffer | null =>
  encoding === 'utf-8' ? Buffer.from(text, 'utf8') : encodeWindows1252(text);
