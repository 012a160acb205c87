// Records of a CSV file (RFC 4180) as a stream: as many at a time as fit into a chunk, each bounded.
import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { limits } from '../../core/limits.ts';
import { type Seen, textOf, Unreadable } from './bytes.ts';
import type { FileDropSettings } from './settings.ts';

export interface CsvRecord {
  /** The line it ends on, counted from 1. */
  line: number;
  cells: string[];
}

export interface CsvRead {
  records: AsyncGenerator<CsvRecord>;
  /** Whole once the records were read to the end. */
  seen: Seen;
}

/** Lines without anything are left out. Iterating throws `Unreadable` for what can be no such file. */
export function readCsv(content: Readable, form: Pick<FileDropSettings, 'delimiter' | 'encoding'>): CsvRead {
  const seen: Seen = { bytes: 0, hash: '', endsWithNewline: true };
  return { seen, records: recordsOf(content, form, seen) };
}

async function* recordsOf(
  content: Readable,
  { delimiter, encoding }: Pick<FileDropSettings, 'delimiter' | 'encoding'>,
  seen: Seen,
): AsyncGenerator<CsvRecord> {
  const parser = parse({
    delimiter,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: limits.fileLineCharsMax,
  });
  const text = Readable.from(textOf(content, encoding, seen), { objectMode: false, encoding: 'utf8' });
  text.on('error', (error) => parser.destroy(error));
  try {
    text.pipe(parser);
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      if (record.length > limits.fileColumnsMax) throw new Unreadable('too_many_columns');
      yield { line: info.lines, cells: record };
    }
  } catch (error) {
    throw error instanceof CsvError ? new Unreadable(codeOf(error)) : error;
  } finally {
    text.destroy();
    parser.destroy();
    content.destroy();
  }
}

/** A quote that never ends swallows the rest of the file: it is longer than any line, or ends with the file. */
function codeOf({ code }: CsvError): 'line_too_long' | 'truncated' | 'bad_quotes' {
  if (code === 'CSV_MAX_RECORD_SIZE') return 'line_too_long';
  return code === 'CSV_QUOTE_NOT_CLOSED' ? 'truncated' : 'bad_quotes';
}
