// A legacy system that drops files in a folder and takes others from one: it knows its own columns and nothing of the adapter.
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface LegacyRecord {
  reference: string;
  status: string;
  /** When the status last changed, as the system writes it: UTC, `YYYY-MM-DD HH:mm:ss`. */
  since: string;
  [column: string]: string;
}

export interface LegacySystem {
  folder: string;
  /** What it holds, by reference. */
  records: Map<string, LegacyRecord>;
  /** Somebody changes a record by hand. */
  move(reference: string, status: string, at?: Date, more?: Readonly<Record<string, string>>): void;
  /** Writes all that it holds, as its nightly run does. */
  drop(name: string, rows?: readonly LegacyRecord[]): Promise<void>;
  /** Puts any bytes there. */
  put(name: string, content: string | Buffer): Promise<void>;
  /** Takes every file of ours that it has not taken: each row once, by its id. Returns the rows that were new to it. */
  take(answering?: { result(row: LegacyRow): string }): Promise<LegacyRow[]>;
  /** How often each row id was in a file. */
  seen: Map<string, number>;
}

export interface LegacyRow {
  row_id: string;
  reference: string;
  stage: string;
  [column: string]: string;
}

export const legacyColumns = ['reference', 'status', 'since', 'export_run'] as const;

/** Folders `in` (what it drops) and `out` (what it takes) below `folder`. */
export async function startLegacySystem(folder: string): Promise<LegacySystem> {
  const [drops, takes] = [join(folder, 'in'), join(folder, 'out')];
  for (const path of [drops, takes]) await mkdir(path, { recursive: true });
  const records = new Map<string, LegacyRecord>();
  const seen = new Map<string, number>();
  const taken = new Set<string>();
  let runs = 0;
  const system: LegacySystem = {
    folder,
    records,
    seen,
    move(reference, status, at = new Date(), more = {}) {
      records.set(reference, { ...records.get(reference), reference, status, since: stampOf(at), ...more });
    },
    async drop(name, rows = [...records.values()]) {
      runs += 1;
      const extra = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((column) => !isOwn(column));
      const columns = [...legacyColumns, ...extra];
      const lines = rows.map((row) =>
        columns.map((column) => quoted({ ...row, export_run: String(runs) }[column] ?? '')),
      );
      await system.put(name, [columns, ...lines].map((cells) => `${cells.join(';')}\r\n`).join(''));
    },
    async put(name, content) {
      await writeFile(join(drops, `.${name}.upload`), content);
      await rename(join(drops, `.${name}.upload`), join(drops, name));
    },
    async take(answering) {
      const fresh: LegacyRow[] = [];
      for (const name of (await readdir(takes)).sort()) {
        if (!/^[^.].*\.csv$/.test(name) || taken.has(name)) continue;
        taken.add(name);
        const rows = rowsOf(await readFile(join(takes, name), 'utf8'));
        for (const row of rows) {
          seen.set(row.row_id, (seen.get(row.row_id) ?? 0) + 1);
          if (seen.get(row.row_id) === 1) fresh.push(row);
          if (!answering || answering.result(row) === 'ok') system.move(row.reference, row.stage);
        }
        const answers = answering ? rows.map((row) => `${row.row_id};${answering.result(row)}\n`) : [];
        if (answering) await writeFile(join(takes, `${name}.ack`), ['row_id;result\n', ...answers].join(''));
      }
      return fresh;
    },
  };
  return system;
}

const isOwn = (column: string): boolean => (legacyColumns as readonly string[]).includes(column);

const stampOf = (at: Date): string => at.toISOString().slice(0, 19).replace('T', ' ');

const quoted = (cell: string): string => (/[";\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** It reads its own kind of file: no line breaks within cells. */
function rowsOf(text: string): LegacyRow[] {
  const [header = '', ...lines] = text.split('\r\n').filter((line) => line !== '');
  const columns = header.split(';');
  return lines.map((line) => {
    const cells = line.split(';').map((cell) => cell.replace(/^"|"$/g, '').replaceAll('""', '"'));
    return Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? ''])) as LegacyRow;
  });
}
