// How an import goes on after it was broken off: the very command that began it, or the next call, so that nobody has to remember the terms.
import type { ImportReport } from '../../store/reports/imports.ts';
import { pathCharsMax } from './begin-import.ts';

export type ResumeImport =
  /** To be typed where the file is. */
  | { kind: 'command'; command: string; wholePath: boolean }
  /** `from`: number of the next line. */
  | { kind: 'call'; path: string; from: number };

type Terms = Pick<
  ImportReport,
  'id' | 'source' | 'format' | 'connection_id' | 'machine' | 'states' | 'write_back' | 'errors_file' | 'rows_done'
>;

export function resumeOf(row: Terms): ResumeImport {
  if (row.format === 'parts') return { kind: 'call', path: `/v1/imports/${row.id}/lines`, from: row.rows_done + 1 };
  const { source, connection_id: connection, machine, states, write_back: writeBack, errors_file: errors } = row;
  const ending = { csv: ['.csv'], ndjson: ['.ndjson', '.jsonl'] }[row.format];
  const words = [
    'interlock',
    'import',
    quoted(source),
    '--connection',
    quoted(connection ?? ''),
    ...(machine === 'application' ? [] : ['--machine', machine]),
    ...(ending.some((one) => source.toLowerCase().endsWith(one)) ? [] : ['--format', row.format]),
    ...Object.entries(states).flatMap(([word, state]) => ['--state', quoted(`${word}=${state}`)]),
    ...(errors === null || errors === `${source}.errors.csv`.slice(-pathCharsMax) ? [] : ['--errors', quoted(errors)]),
    ...(writeBack ? ['--write-back'] : []),
  ];
  return { kind: 'command', command: words.join(' '), wholePath: source.length < pathCharsMax };
}

/** As a POSIX shell takes it for one word, whatever is in it. */
const quoted = (word: string): string =>
  /^[\w./:@%+=-]+$/.test(word) && !word.startsWith('-') ? word : `'${word.replaceAll("'", `'\\''`)}'`;
