// What a large history had to show to other systems: lanes, writebacks, attempts and echoes. What is planned lies in the order of time, and
// what is read from it does too.
import type pg from 'pg';
import { id } from './plan.ts';

/** Two systems have to show each step: the one that hires, and the board. Of the last steps of open subjects a few are not there yet. */
export async function planWritebacks(client: pg.Client, subjects: number): Promise<void> {
  // No more are on their way than the vendors allow at once, however many subjects there are.
  const leased = `(p.n * 31 + c.nth) % ${Math.max(1_000, Math.ceil(subjects / 100))} in (15, 16)`;
  await client.query(
    `create unlogged table plan_write as
     select row_number() over (order by p.e, c.nth)::int as w, p.*, c.connection, p.source = 'connection:' || c.connection as origin, c.nth,
       case when p.ended or not p.is_last or p.source = 'connection:' || c.connection then 'confirmed'
         when (p.n * 31 + c.nth) % 1000 < 5 then 'dead' when (p.n * 31 + c.nth) % 1000 < 15 then 'ready' when ${leased} then 'leased' else 'confirmed' end as status
     from plan_step p join (values ('application', 1, 'greenhouse-eu'), ('application', 2, 'board'), ('requisition', 1, 'greenhouse-eu'), ('requisition', 2, 'board'),
       ('onboarding', 1, 'bamboohr'), ('onboarding', 2, 'board')) c(machine, nth, connection) on c.machine = p.machine`,
  );
  await client.query('create unique index on plan_write (n, version, nth)');
  await client.query('analyze plan_write');
}

export async function fillLanes(client: pg.Client): Promise<void> {
  await client.query(
    `insert into lane (subject_id, connection_id, next_seq, done_seq)
     select ${id('sub', 'n')}, connection, count(*), count(*) filter (where status = 'confirmed') from plan_write group by n, connection order by n, connection`,
  );
}

export async function fillWritebacks(client: pg.Client): Promise<void> {
  await client.query(
    `insert into writeback (id, subject_id, connection_id, lane_seq, subject_version, machine, machine_version, event_type, from_state, target_state, cause, status, attempt, tries,
       contradictions, due_at, leased_at, lease_until, occurred_at, created_at, settled_at, settled_by, reason)
     select ${id('wrb', 'w')}, ${id('sub', 'n')}, connection, p.version, p.version, p.machine, m.version, event, from_state, to_state, case when origin then 'origin' else 'transition' end, status,
       case when origin then 0 when status = 'leased' then 2 else t.tries end, case when origin then 0 else t.tries end, case when status = 'confirmed' and not origin and w % 200 = 0 then 1 else 0 end,
       case when status = 'ready' then now() + interval '6 hours' end, case when not origin then at end, case when status = 'leased' then now() + interval '6 hours' end,
       at, at, case status when 'confirmed' then at + case when origin then interval '0' else (200 + (w % 4000) * 37 % 4000) * interval '1 ms' end when 'dead' then now() - (n % 3600) * interval '1 second' end,
       case when status = 'confirmed' then case when origin then 'origin' when w % 10 = 0 then 'echo' else 'readback' end end,
       case when status = 'dead' then (array['stage_missing', 'refused', 'conflict', 'gave_up'])[1 + w % 4] end
     from plan_write p join (select distinct machine, version from way) m on m.machine = p.machine
     cross join lateral (select case status when 'dead' then 8 when 'ready' then 3 when 'leased' then 1 else 1 + (w % 12 = 0)::int end as tries) t`,
  );
}

/** What was tried, and which of the vendors' events met a write of ours. */
export async function fillAttempts(client: pg.Client): Promise<void> {
  await client.query(
    `insert into attempt (writeback_id, attempt, outcome, mode, reason, contradicted, http_status, precondition, dispatched_at, settled_at, reported_ms)
     select w.id, a, case when a < w.tries then 'retryable' when w.status = 'confirmed' then 'confirmed' when w.status = 'dead' then 'refused' else 'retryable' end, 'apply',
       case when a < w.tries or w.status <> 'confirmed' then 'http_503' end, false, case when a < w.tries or w.status <> 'confirmed' then 503 else 200 end, null,
       w.created_at + (a - 1) * interval '100 ms', w.created_at + a * interval '100 ms', 40 + a
     from writeback w cross join lateral generate_series(1, w.tries) a`,
  );
  await client.query(
    `insert into echo (writeback_id, event_id, value, used_at)
     select ${id('wrb', 'w.w')}, ${id('evt', "'1' || lpad(x.x::text, 24, '0')")}, w.to_state, x.at from plan_extra x join plan_write w on w.n = x.n and w.version = x.version and w.nth = 1 and not w.origin
     where x.disposition = 'echo' and w.machine <> 'onboarding'`,
  );
}
