// Reads `postmaster.pid`, the file in which a Postgres server says who it is, where it listens and whether it is ready.
import { readFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { isAlive, programOf } from '../../processes.ts';

export interface Postmaster {
  pid: number;
  port: number;
  ready: boolean;
}

/** What the file says, or null when there is none or it is not whole yet. */
export async function readPostmaster(data: string): Promise<Postmaster | null> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!Number.isInteger(pid) || pid <= 0 || !Number.isInteger(port) || port <= 0) return null;
  return { pid, port, ready: lines[7]?.trim() === 'ready' };
}

/** Higher than any process id of any system. */
const nobodysPid = 99_999_999;

/**
 * The server that lives on this folder, or null. Postgres refuses to start over a file whose process id is taken, be it by a
 * stranger or by a zombie, so the id is struck out; the rest of the file stays, as Postgres finds surviving backends by it.
 */
export async function findPostmaster(data: string, log: (line: string) => void): Promise<Postmaster | null> {
  const found = await readPostmaster(data);
  if (!found || found.pid === nobodysPid) return null;
  const program = isAlive(found.pid) ? programOf(found.pid) : 'nobody any more';
  if (program === null || program.startsWith('postgres')) return found;
  const file = join(data, 'postmaster.pid');
  log(`postgres: ${file} names process ${found.pid}, which is "${program}" and not a running Postgres; struck it out`);
  await writeFile(file, (await readFile(file, 'utf8')).replace(/^\d+/, String(nobodysPid)));
  return null;
}

/** True when the server behind the address answers and serves this very folder. */
export async function servesFolder(connectionString: string, data: string): Promise<boolean> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const answer = await client.query<{ folder: string }>(`select current_setting('data_directory') as folder`);
    return (await realpath(answer.rows[0]?.folder ?? '')) === (await realpath(data));
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
