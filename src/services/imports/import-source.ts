// Reads the lines of a CSV or NDJSON file as a stream: bounded in memory, and what is no line of its kind is told as such.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { type Info, parse } from 'csv-parse';
import { canonicalJson } from '../../core/canonical-json.ts';
import type { LineFault } from '../../core/deciding/import-line.ts';
import { limits } from '../../core/limits.ts';

export type ImportFormat = 'csv' | 'ndjson';

/** Line of the file, counted from 1, the header included. */
export type SourceLine =
  | { line: number; cells: Readonly<Record<string, unknown>> }
  | { line: number; fault: LineFault };

/** SHA-256 over the file and all that the import of it depends on, in whatever order that was given, hex; and its length in bytes. */
export async function fingerprintFile(path: string, terms: unknown): Promise<{ fingerprint: string; bytes: number }> {
  const hash = createHash('sha256').update(canonicalJson(terms));
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { fingerprint: hash.digest('hex'), bytes };
}

/** Names of the columns: the header of a CSV file, the members of the first object of an NDJSON one. */
export async function readColumns(path: string, format: ImportFormat): Promise<string[]> {
  for await (const row of readSource(path, format)) return 'cells' in row ? Object.keys(row.cells) : [];
  return [];
}

/** `bytes` is called with how many were read since. */
export function readSource(
  path: string,
  format: ImportFormat,
  bytes: (count: number) => void = () => {},
): AsyncGenerator<SourceLine> {
  return format === 'csv' ? csvLines(path, bytes) : jsonLines(path, bytes);
}

async function* csvLines(path: string, bytes: (count: number) => void): AsyncGenerator<SourceLine> {
  const broken: SourceLine[] = [];
  const file = createReadStream(path);
  const parser = parse({
    bom: true,
    columns: (header: string[]) => header.map((name) => name.trim()),
    info: true,
    skip_empty_lines: true,
    relax_column_count: false,
    max_record_size: limits.fileLineCharsMax,
    skip_records_with_error: true,
    on_skip: (error) => {
      const line = (error as { lines?: number } | undefined)?.lines ?? 0;
      broken.push({ line, fault: faultOf(error?.code ?? '') });
      return undefined;
    },
  });
  file.on('data', (chunk) => bytes(chunk.length));
  file.on('error', (error) => parser.destroy(error));
  try {
    file.pipe(parser);
    for await (const { record, info } of parser as AsyncIterable<{ record: Record<string, string>; info: Info }>) {
      yield* broken.splice(0);
      yield { line: info.lines, cells: record };
    }
    yield* broken.splice(0);
  } finally {
    file.destroy();
    parser.destroy();
  }
}

function faultOf(code: string): LineFault {
  if (code === 'CSV_MAX_RECORD_SIZE')
    return { rule: 'line_too_long', todo: `a line has at most ${limits.fileLineCharsMax} characters` };
  return code.includes('COLUMN')
    ? { rule: 'wrong_number_of_cells', todo: 'give it as many cells as the header has' }
    : { rule: 'not_csv', todo: 'quote cells with commas, quotes or line breaks, and double the quotes within' };
}

async function* jsonLines(path: string, bytes: (count: number) => void): AsyncGenerator<SourceLine> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let line = 0;
  let tooLong = false;
  for await (const chunk of createReadStream(path)) {
    bytes((chunk as Buffer).length);
    const parts = (rest + decoder.write(chunk as Buffer)).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      line += 1;
      const read = tooLong ? longLine(line) : jsonLine(part, line);
      tooLong = false;
      if (read) yield read;
    }
    if (rest.length > limits.fileLineCharsMax) {
      tooLong = true;
      rest = '';
    }
  }
  const last = tooLong ? longLine(line + 1) : jsonLine(rest + decoder.end(), line + 1);
  if (last) yield last;
}

const longLine = (line: number): SourceLine => ({ line, fault: faultOf('CSV_MAX_RECORD_SIZE') });

function jsonLine(text: string, line: number): SourceLine | null {
  if (text.trim() === '') return null;
  if (text.length > limits.fileLineCharsMax) return longLine(line);
  const fault = { rule: 'not_json', todo: 'each line is one JSON object' };
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? { line, cells: value as Record<string, unknown> } : { line, fault };
  } catch {
    return { line, fault };
  }
}
