// Reads the plan that the server makes of a statement, and says where it would read a whole table that grows, or a whole index of one.
import { CompiledQuery } from 'kysely';
import type { Database, Db } from '../../../src/store/database/database.ts';
import type { Asked } from './engine-statements.ts';

/** Tables whose rows history adds to. */
export const growing: readonly string[] = [
  'person',
  'subject',
  'subject_ref',
  'element_value',
  'event',
  'transition',
  'lane',
  'writeback',
  'attempt',
  'echo',
  'incident',
  'shown',
  'kpi_hour',
  'state_count',
  'audit',
];

interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Index Cond'?: string;
  Filter?: string;
  Plans?: Node[];
}

interface Explaining {
  sql: string;
  parameters: readonly unknown[];
}

/** Indexes that only hold some of a table's rows, such as what is open: reading one whole reads no history. */
async function partialIndexes(db: Db): Promise<ReadonlySet<string>> {
  const { rows } = await db.executeQuery<{ name: string }>(
    CompiledQuery.raw(
      'select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid where i.indpred is not null',
    ),
  );
  return new Set(rows.map(({ name }) => name));
}

/**
 * What is wrong with the plan that a session of `db` gets, in words; nothing where all is well. `generic`: the plan that a prepared statement keeps, which knows no
 * parameters; else the one for these. `open`: indexes that may be read whole, which hold only
 * what is open. `byClock`: nor may a clock be asked for each row.
 */
async function planFaults(
  db: Db,
  { sql, parameters }: Explaining,
  generic: boolean,
  open: ReadonlySet<string>,
  byClock: boolean,
): Promise<string[]> {
  const { rows } = await db.executeQuery<{ 'QUERY PLAN': { Plan: Node }[] }>(
    generic
      ? CompiledQuery.raw(`explain (generic_plan, format json) ${sql}`)
      : CompiledQuery.raw(`explain (format json) ${sql}`, [...parameters]),
  );
  const plan = rows[0]?.['QUERY PLAN'][0]?.Plan;
  if (!plan) throw new Error(`The server gave no plan of: ${sql}`);
  const found: string[] = [];
  const walk = (node: Node, above: Node | null): void => {
    const { 'Node Type': type, 'Relation Name': relation, 'Index Name': index, Filter: filter } = node;
    // The first few in the order of an index.
    const isHead = above?.['Node Type'] === 'Limit' && filter === undefined;
    if (relation !== undefined && growing.includes(relation)) {
      if (type === 'Seq Scan') found.push(`reads all of ${relation}`);
      if (index !== undefined && node['Index Cond'] === undefined && !open.has(index) && !isHead)
        found.push(`reads all of ${index} on ${relation}`);
      if (byClock && filter?.includes('clock_timestamp()'))
        found.push(`asks what time it is for each row of ${relation}`);
    }
    for (const below of node.Plans ?? []) walk(below, node);
  };
  walk(plan, null);
  return found;
}

/** Statements without parameters are not prepared; those that go by keys are planned once; others both ways, as the server chooses. */
const waysOf = (pool: Asked['pool'], { parameters }: Explaining): boolean[] =>
  parameters.length === 0 ? [false] : pool === 'engine' ? [true, false] : [true];

/** Begins, commits and the like have no plan. */
const hasPlan = ({ sql }: Explaining): boolean => /^\s*(select|with|insert|update|delete|\()/i.test(sql);

/**
 * All that is wrong, each with its statement and with how the plan was made. The engine's own sessions may read tables whole; for them it is
 * asked whether an index can serve, which says nothing of a plan that they keep from when tables were empty.
 */
export async function faultsOf(
  database: Pick<Database, Asked['pool']>,
  statements: readonly Asked[],
): Promise<string[]> {
  const partial = await partialIndexes(database.engine);
  const found: string[] = [];
  for (const { name, pool, ...statement } of statements.filter(hasPlan))
    for (const generic of waysOf(pool, statement)) {
      const faults = await database[pool].connection().execute(async (db) => {
        if (pool === 'engine') await db.executeQuery(CompiledQuery.raw('set enable_seqscan = off'));
        try {
          return await planFaults(db, statement, generic, partial, pool === 'engine');
        } finally {
          if (pool === 'engine') await db.executeQuery(CompiledQuery.raw('reset enable_seqscan'));
        }
      });
      for (const fault of faults) found.push(`${name} (${generic ? 'generic' : 'own'} plan) ${fault}`);
    }
  return [...new Set(found)];
}
