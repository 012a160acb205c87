// Holds what an import left in the tables to what the file said: each line once, whole logs, and no word to any vendor.
import pg from 'pg';
import type { Violation } from '../report.ts';
import type { MadeFile } from './make-file.ts';
import type { Survived } from './run-killed.ts';

/** `errorLines`: distinct lines that the file of errors names. */
export async function judge(
  databaseUrl: string,
  made: MadeFile,
  { said }: Pick<Survived, 'said'>,
  errorLines: number,
): Promise<Omit<Violation, 'seed'>[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const count = async (query: string): Promise<number> =>
      Number((await client.query<{ count: string }>(`select count(*) as count from ${query}`)).rows[0]?.count);
    const found: [invariant: string, actual: number, expected: number][] = [
      ['lines', said.lines, made.lines],
      ['created', said.created, made.created],
      ['duplicates', said.duplicates, made.duplicates],
      ['errors', said.errors, made.errors],
      ['read + errors = lines', said.created + said.duplicates + said.errors, made.lines],
      ['subjects', await count('subject'), made.created],
      ['transitions', await count('transition'), made.created],
      ["transitions that say they came from an import, in the file's moment", await count(imported), made.created],
      ['events', await count('event'), made.created],
      ['references', await count('subject_ref'), made.created],
      ['writebacks', await count('writeback'), 0],
      ['incidents', await count('incident'), 0],
      ['lines in the file of errors', errorLines, made.errors],
      [
        'values that are not encrypted',
        await count("element_value where position('@example.com' in encode(value_ct, 'escape')) > 0"),
        0,
      ],
    ];
    return found
      .filter(([, actual, expected]) => actual !== expected)
      .map(([invariant, actual, expected]) => ({ invariant, detail: `expected ${expected}, found ${actual}` }));
  } finally {
    await client.end();
  }
}

const imported = `transition t join event e on e.id = t.event_id join import i on i.id = e.detail->>'import'
  where t.type = 'subject.imported' and t.version = 1 and t.occurred_at < t.recorded_at and extract(day from t.occurred_at) = 15`;
