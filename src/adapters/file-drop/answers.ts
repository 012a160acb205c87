// An answer file of the system: what became of each row of ours.
import type { Readable } from 'node:stream';
import { limits } from '../../core/limits.ts';
import { Unreadable } from './bytes.ts';
import { readCsv } from './records.ts';
import type { FileDropSettings } from './settings.ts';

export interface RowAnswer {
  row: string;
  accepted: boolean;
  /** As short as a code; null for anything longer, which may be anything. */
  code: string | null;
}

/** Whole lines alone; other words than those of the settings are no answer. Nothing for a file that cannot be read yet. */
export async function readAnswers(content: Readable, settings: FileDropSettings): Promise<RowAnswer[]> {
  const proof = settings.outbound?.proof;
  if (proof?.by !== 'answers') return [];
  const { records, seen } = readCsv(content, settings);
  const lines: string[][] = [];
  try {
    for await (const { cells } of records) if (lines.length <= limits.fileAnswersMax) lines.push(cells);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return [];
  }
  // The last line may still be growing: "ok" of "okay, but not saved".
  const [header = [], ...rest] = seen.endsWithNewline ? lines : lines.slice(0, -1);
  const { columns, accepted, refused } = proof;
  const at = (column: string): number => header.findIndex((cell) => cell.trim() === column);
  const [row, result, code] = [at(columns.row), at(columns.result), columns.code === undefined ? -1 : at(columns.code)];
  return rest.flatMap((cells) => {
    const said = cells[result]?.trim() ?? '';
    const known = [...accepted, ...refused].includes(said);
    return known
      ? [{ row: cells[row]?.trim() ?? '', accepted: accepted.includes(said), code: codeOf(cells[code]) }]
      : [];
  });
}

const codeOf = (cell = ''): string | null => {
  const code = cell.trim().toLowerCase();
  return /^[a-z0-9_]{1,50}$/.test(code) ? code : null;
};
