-- What can change no more is counted once, hour by hour and day by day: figures of a month add up days, and read rows only of the last hours.

create table tally (
  -- 'writes' by when they came to be, 'events' and 'refusals' by when they were received, 'stays' in a state by when they ended.
  kind text not null check (kind in ('writes', 'events', 'stays', 'refusals')),
  -- A day is one of UTC, and the sum of its hours.
  unit text not null check (unit in ('hour', 'day')),
  begins timestamptz not null,
  -- What was settled, and which attempts had ended, by then.
  as_of timestamptz not null,
  -- Those that could still change: they are not among the lines, and are looked at one by one.
  left_out text[] not null default '{}',
  -- As src/core/figures/tally.ts reads them.
  lines json not null,
  primary key (kind, unit, begins)
);

-- Outcomes that came when their writeback may have been counted.
create index attempt_late on attempt (settled_at) where settled_at - dispatched_at > interval '15 min';

-- Whoever is late, and where: counted by this index alone.
drop index subject_overdue;

create index subject_overdue on subject (sla_due_at) include (machine, machine_version, state, region) where sla_due_at is not null and not ended;

-- Repetitions are few among the counts of an hour.
create index kpi_hour_duplicate on kpi_hour (hour) include (count) where measure = 'event.duplicate';

-- Whoever is where: counted by this index alone.
create index subject_flow on subject (machine, machine_version, region, state);

-- Hires of a period are few among its transitions.
create index transition_hired on transition (recorded_at) where machine = 'application' and to_state = 'hired' and from_state <> 'hired';

do $$
begin
  if exists (select from pg_roles where rolname = 'interlock_app') then
    grant select, insert, update on tally to interlock_app;
  end if;
end $$;
