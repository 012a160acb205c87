// What the loops of a service ask of a database, as they ask it: one round of each, heard on the engine's connections.
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Context } from '../../../src/services/context.ts';
import type { Tables } from '../../../src/store/database/database.ts';
import type { Asked } from './engine-statements.ts';
import { loopsOf } from './loops.ts';

export async function loopStatements(context: Context, connectionString: string): Promise<Asked[]> {
  const found: Asked[] = [];
  let name = '';
  const heard = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString, max: 4 }) }),
    log: ({ query }) => void found.push({ name, pool: 'engine', sql: query.sql, parameters: query.parameters }),
  });
  try {
    for (const { question, run } of loopsOf({ ...context, database: { ...context.database, engine: heard } })) {
      name = question;
      await run();
    }
  } finally {
    await heard.destroy();
  }
  const once = new Map(found.map((one) => [one.sql, one]));
  return [...once.values()];
}
