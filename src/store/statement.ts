// Statements of the hot path: their text is put together once, since doing that for every batch costs more than sending them.
import { CompiledQuery, type QueryResult, type RawBuilder, sql } from 'kysely';
import { assert } from '../core/assert.ts';
import type { Db } from './database.ts';

const texts = new WeakMap<TemplateStringsArray, string>();
const within = new WeakMap<object, readonly unknown[]>();

/** Kysely's `sql`, for templates whose text never changes; a fragment in it has no parameters, unless `fragment` made it. */
export const statement = <Row = unknown>(strings: TemplateStringsArray, ...values: unknown[]) => ({
  execute(db: Db): Promise<QueryResult<Row>> {
    const parameters = values.flatMap((value) => (isFragment(value) ? (within.get(value) ?? []) : [value]));
    return db.executeQuery<Row>(CompiledQuery.raw(textOf(db, strings, values, parameters), parameters));
  },
});

/** A part of a statement, with the parameters that are in it. */
export function fragment<Part>(part: RawBuilder<Part>, ...parameters: unknown[]): RawBuilder<Part> {
  within.set(part, parameters);
  return part;
}

const isFragment = (value: unknown): value is RawBuilder<unknown> =>
  typeof value === 'object' && value !== null && 'isRawBuilder' in value;

function textOf(db: Db, strings: TemplateStringsArray, values: unknown[], parameters: readonly unknown[]): string {
  const known = texts.get(strings);
  if (known !== undefined) return known;
  const compiled = sql(strings, ...values).compile(db);
  assert(compiled.parameters.length === parameters.length, 'A fragment has parameters that nobody told of');
  texts.set(strings, compiled.sql);
  return compiled.sql;
}
