// An inbound file, first looked through whole and then read row by row: what can be taken of it, and what cannot and why.
import type { Readable } from 'node:stream';
import { canonicalJson } from '../../core/canonical-json.ts';
import { buildCodec } from '../../core/dictionary/codecs/index.ts';
import { limits } from '../../core/limits.ts';
import type { FileRow, HeldCode, Inspection, RowFault } from '../files.ts';
import { Unreadable } from './bytes.ts';
import { readCsv } from './records.ts';
import { columnsOf, type FileDropSettings, type Inbound } from './settings.ts';

/** Reads to the end. Rejects only for what the place does. */
export async function inspectFile(content: Readable, settings: FileDropSettings): Promise<Inspection> {
  const { records, seen } = readCsv(content, settings);
  const looked = look(inboundOf(settings));
  let held: Inspection['held'] = null;
  try {
    for await (const { line, cells } of records) looked.at(cells, line);
    held = looked.verdict(seen.endsWithNewline);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    held = { code: error.code };
  }
  return { hash: seen.hash, bytes: seen.bytes, rows: looked.rows(), held };
}

/** Rows and what is left out, in the order of the file. Throws when the file changed since it was looked through. */
export async function* readRows(content: Readable, settings: FileDropSettings): AsyncGenerator<FileRow> {
  const inbound = inboundOf(settings);
  const moment = momentCodec(inbound);
  let header: string[] | null = null;
  for await (const { line, cells } of readCsv(content, settings).records) {
    if (header === null) header = cells.map((cell) => cell.trim());
    else if (!isTrailer(inbound, cells)) yield rowOf(header, cells, line, inbound, moment);
  }
}

interface Look {
  at(cells: readonly string[], line: number): void;
  rows(): number;
  verdict(endsWithNewline: boolean): Inspection['held'];
}

function look(inbound: Inbound): Look {
  let header: readonly string[] | null = null;
  let rows = 0;
  let last: { cells: readonly string[]; line: number } | null = null;
  let trailer: { cells: readonly string[]; rows: number } | null = null;
  return {
    rows: () => rows,
    at(cells, line) {
      last = { cells, line };
      if (header === null) header = cells.map((cell) => cell.trim());
      else if (isTrailer(inbound, cells)) trailer = { cells, rows };
      else rows += 1;
    },
    verdict(endsWithNewline) {
      const wrong = header === null ? null : headerFault(inbound, header);
      if (wrong) return wrong;
      if (inbound.complete.by === 'trailer') {
        const fault = trailerFault(trailer, rows);
        return fault && { code: fault };
      }
      // The last line may lack its end, or its columns; if both, the rest of it is still to come.
      const short = last !== null && header !== null && last.cells.length < header.length;
      return short && !endsWithNewline ? { code: 'truncated', line: last?.line ?? 0 } : null;
    },
  };
}

function headerFault(inbound: Inbound, header: readonly string[]): Inspection['held'] {
  const wanted = columnsOf(inbound);
  const missing = wanted.filter((column) => !header.includes(column));
  if (missing.length > 0) return { code: 'columns_missing', columns: missing };
  const twice = wanted.filter((column) => header.indexOf(column) !== header.lastIndexOf(column));
  return twice.length > 0 ? { code: 'columns_twice', columns: twice } : null;
}

/** Its second cell, where it holds anything, is the number of rows. */
function trailerFault(trailer: { cells: readonly string[]; rows: number } | null, rows: number): HeldCode | null {
  if (trailer === null || trailer.rows !== rows) return 'trailer_missing';
  const count = trailer.cells[1]?.trim() ?? '';
  return count === '' || Number(count) === rows ? null : 'trailer_count';
}

const isTrailer = ({ complete }: Inbound, cells: readonly string[]): boolean =>
  complete.by === 'trailer' && cells[0]?.trim() === complete.word;

type Moment = (text: string) => string | null;

function rowOf(
  header: readonly string[],
  values: readonly string[],
  line: number,
  inbound: Inbound,
  moment: Moment,
): FileRow {
  const fault = (code: RowFault): FileRow => ({ kind: 'fault', line, code });
  if (values.length < header.length) return fault('columns_missing');
  if (values.length > header.length) return fault('columns_extra');
  if (values.some((value) => value.length > limits.fileCellCharsMax)) return fault('value_too_long');
  const cells = Object.fromEntries(header.map((column, index) => [column, values[index] ?? '']));
  const { reference, stage, moment: when } = inbound.columns;
  const said = { reference: cells[reference]?.trim() ?? '', stage: cells[stage]?.trim() ?? '' };
  if (said.reference === '' || said.reference.length > limits.identifierCharsMax) return fault('reference_missing');
  if (said.stage === '') return fault('stage_missing');
  const at = moment(cells[when] ?? '');
  if (at === null) return fault('moment_unreadable');
  // What nobody reads may change from file to file, as the time of an export does.
  const counted = columnsOf(inbound).map((column) => [column, (cells[column] ?? '').trim()]);
  return { kind: 'row', line, cells, ...said, moment: at, identity: canonicalJson(counted) };
}

function momentCodec({ moment }: Inbound): Moment {
  const built = buildCodec('instant', moment);
  return (text) => {
    const read = built.ok ? built.codec.decode(text.trim(), {}) : null;
    return read?.ok && typeof read.value === 'string' ? read.value : null;
  };
}

function inboundOf({ inbound }: FileDropSettings): Inbound {
  if (!inbound)
    throw new Error('A connection without inbound files was asked to read one. This is a bug in Interlock.');
  return inbound;
}
