// What the commands of this room share: a folder and a Postgres for their time, and one table at the end.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '../children.ts';
import { type BenchPostgres, openBenchPostgres } from '../postgres.ts';

/** Progress goes where it does not disturb the table. */
export const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Compiles, and gives `measure` a Postgres and a folder; the folder is kept where it fails, for its logs. */
export async function withPostgres<Found>(
  measure: (postgres: BenchPostgres, folder: string) => Promise<Found>,
): Promise<Found> {
  compile();
  const folder = mkdtempSync(join(tmpdir(), 'interlock-bench-'));
  // Where root runs this, Postgres runs as somebody else, who must pass through.
  chmodSync(folder, 0o711);
  const postgres = await openBenchPostgres(folder);
  // Its server is in a session of its own: who ends a measurement ends that too. The other processes end with their parent.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void postgres.stop().finally(() => process.exit(1)));
  let isDone = false;
  try {
    const found = await measure(postgres, folder);
    isDone = true;
    return found;
  } finally {
    await postgres.stop();
    if (isDone) rmSync(folder, { recursive: true, force: true });
    else say(`Logs are in ${folder}.`);
  }
}

export type Cell = string | number;

const short = (cell: Cell): string => {
  if (typeof cell === 'string' || Number.isInteger(cell)) return String(cell);
  if (Number.isNaN(cell)) return '–';
  return Math.abs(cell) >= 100 ? cell.toFixed(0) : Math.abs(cell) >= 10 ? cell.toFixed(1) : cell.toFixed(2);
};

/** A table in Markdown, or all figures as JSON. */
export function print(
  found: object,
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  json: boolean,
): void {
  const line = (cells: readonly Cell[]): string => `| ${cells.map(short).join(' | ')} |`;
  const table = [line(columns), `|${columns.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
  process.stdout.write(json ? `${JSON.stringify(found, null, 1)}\n` : `${table}\n`);
}
