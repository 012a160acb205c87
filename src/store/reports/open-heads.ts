// The head of every lane in which something is unfinished, from the index of what is unfinished alone: a page for each of them would be read from the table else.
import { sql } from 'kysely';

/** The first of each lane that is unfinished, as a row of a `from` clause. No other column than these is in `writeback_open`. */
export const openHeads = sql`(
  select distinct on (subject_id, connection_id) subject_id, connection_id, lane_seq, id, status, reason, mode, tries, created_at
  from writeback where status in ('ready', 'leased', 'dead') order by subject_id, connection_id, lane_seq)`;

/** Joins why a lane is held, alias l, to each head with the alias w; null where it is not. `offset 0`: `lane_held` is read once. */
export const heldLanes = sql`left join (select subject_id, connection_id, held_reason from lane where held_reason is not null offset 0) l
  on l.subject_id = w.subject_id and l.connection_id = w.connection_id`;
