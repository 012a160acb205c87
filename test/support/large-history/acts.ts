// What people did about many things at once: acts on dead writebacks, and imports with what was wrong in them.
import type pg from 'pg';
import { id } from './plan.ts';

const acts = 20;
const itemsOfAct = 1_000;
const imports = 20;
const errorsOfImport = 2_000;

export async function fillActs(client: pg.Client): Promise<void> {
  const nth = (prefix: string, of: string): string => id(prefix, `'9' || lpad(${of}::text, 24, '0')`);
  await client.query(
    `insert into bulk_act (id, kind, reason, actor_kind, actor_id, items, begun_at, ended_at)
     select ${nth('act', 'n')}, 'redrive', 'The target was down', 'cli', 'operator', ${itemsOfAct}, now() - n * interval '1 day', now() - n * interval '1 day' + interval '1 minute'
     from generate_series(1, ${acts}) n`,
  );
  await client.query(
    `insert into bulk_act_item (act_id, place, item_id, decision, decided_at)
     select ${nth('act', 'n')}, w.place, w.id, case when w.place % 9 = 0 then 'not_dead' else 'done' end, now() - n * interval '1 day'
     from generate_series(1, ${acts}) n cross join (select id, row_number() over (order by id)::int as place from writeback order by id limit ${itemsOfAct}) w`,
  );
  await client.query(
    `insert into import (id, connection_id, source, fingerprint, rows_total, rows_done, rows_created, rows_error, status, started_at, ended_at, format, rules, worked_ms, moved_at)
     select ${nth('imp', 'n')}, null, 'filled', 'filled-' || n, 100000, 100000, 100000 - ${errorsOfImport}, ${errorsOfImport}, 'done', now() - n * interval '1 day', now() - n * interval '1 day' + interval '3 minutes', 'csv',
       '{"state_unknown": ${errorsOfImport}}', 150000, now() - n * interval '1 day'
     from generate_series(1, ${imports}) n`,
  );
  await client.query(
    `insert into import_error (import_id, place, line, rule, todo)
     select ${nth('imp', 'n')}, place, place * 7, 'state_unknown', 'Map the state of this line.' from generate_series(1, ${imports}) n cross join generate_series(1, ${errorsOfImport}) place`,
  );
}
