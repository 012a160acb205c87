// Who is late under the deadline of their state. `subject_overdue` has the subjects of each state apart, by their deadlines: so those of one
// state are found without all others, those of all states from one state to the next, and only who is late is read, not who has a deadline.
import { type RawBuilder, sql } from 'kysely';

/** Of a subject, alias s. */
export const isLate = sql`s.sla_due_at is not null and not s.ended and s.sla_due_at < statement_timestamp()`;

/** Each state of a machine version in which somebody has a deadline, alias p: one step in the index from each to the next. */
const states = sql`(
      with recursive place as (
        (select machine, machine_version, state from subject where sla_due_at is not null and not ended order by 1, 2, 3 limit 1)
        union all
        select n.* from place p cross join lateral (
          select s.machine, s.machine_version, s.state from subject s where s.sla_due_at is not null and not s.ended
            and (s.machine, s.machine_version, s.state) > (p.machine, p.machine_version, p.state) order by 1, 2, 3 limit 1) n)
      select * from place) p`;

const here = sql`s.machine = p.machine and s.machine_version = p.machine_version and s.state = p.state`;

/**
 * A `from` clause: for each state, alias p, what `read` selects of the late subjects in it, alias found. `read` is given the condition on
 * s under which somebody is late in that state.
 */
export const lateOfEachState = (read: (late: RawBuilder<unknown>) => RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`${states} cross join lateral (${read(sql`${here} and ${isLate}`)}) found`;
