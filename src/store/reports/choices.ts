// What is offered as filters of lists of subjects: only what the newest of them have, so that no whole table is read.
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../database/database.ts';

export async function listChoices(
  db: Db,
): Promise<{ connections: string[]; regions: string[]; units: string[]; types: string[] }> {
  const { rows } = await sql<{ connections: string[]; regions: string[]; units: string[]; types: string[] }>`
    with newest as (select region, business_unit, requisition_type from subject order by id desc limit ${looked})
    select array(select id from connection where status <> 'removed' order by id limit ${choicesMax}) as connections,
      ${distinct('region')} as regions, ${distinct('business_unit')} as units, ${distinct('requisition_type')} as types`.execute(
    db,
  );
  return rows[0] ?? { connections: [], regions: [], units: [], types: [] };
}

const choicesMax = 50;
const looked = 2_000;

const distinct = (column: 'region' | 'business_unit' | 'requisition_type'): RawBuilder<string[]> =>
  sql<
    string[]
  >`array(select distinct ${sql.ref(column)} from newest where ${sql.ref(column)} is not null order by 1 limit ${choicesMax})`;
