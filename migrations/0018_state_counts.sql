-- How many subjects are where, known at every moment without reading them: each statement that touches subjects appends what it changed,
-- in its own transaction and without a row that all would queue for; the parts are merged later.

create table state_count (
  id bigint generated always as identity primary key,
  machine text not null,
  machine_version int not null,
  state text not null,
  region text,
  ended boolean not null,
  -- Of those that have a lane to it; null: of all.
  connection_id text,
  -- Negative where more left than came.
  count bigint not null,
  merged boolean not null default false
);

create index state_count_unmerged on state_count (id) where not merged;
create index state_count_merged on state_count (machine, machine_version, state, region) where merged;

-- Subjects and lanes are never deleted; see 0005_rules.sql.
create function count_new_subjects() returns trigger language plpgsql as $$
begin
  insert into state_count (machine, machine_version, state, region, ended, count)
  select machine, machine_version, state, region, ended, count(*) from after_rows group by 1, 2, 3, 4, 5;
  return null;
end $$;

create function count_moved_subjects() returns trigger language plpgsql as $$
begin
  insert into state_count (machine, machine_version, state, region, ended, connection_id, count)
  select p.machine, p.machine_version, p.state, p.region, p.ended, c.id, sum(p.n)
  from (
    -- What did not move adds up to nothing. Not a join: sessions that go by keys alone would compare each with each.
    select id, machine, machine_version, state, region, ended, sum(n) as n
    from (
      select id, machine, machine_version, state, region, ended, 1 as n from after_rows union all
      select id, machine, machine_version, state, region, ended, -1 from before_rows) each
    group by 1, 2, 3, 4, 5, 6 having sum(n) <> 0) p
    cross join lateral (select null::text as id union all select connection_id from lane where subject_id = p.id) c
  group by 1, 2, 3, 4, 5, 6 having sum(p.n) <> 0;
  return null;
end $$;

create function count_new_lanes() returns trigger language plpgsql as $$
begin
  insert into state_count (machine, machine_version, state, region, ended, connection_id, count)
  select s.machine, s.machine_version, s.state, s.region, s.ended, l.connection_id, count(*)
  from after_rows l join subject s on s.id = l.subject_id group by 1, 2, 3, 4, 5, 6;
  return null;
end $$;

create trigger count_states_of_new after insert on subject
  referencing new table as after_rows for each statement execute function count_new_subjects();
create trigger count_states_of_moved after update on subject
  referencing old table as before_rows new table as after_rows for each statement execute function count_moved_subjects();
create trigger count_states_of_lanes after insert on lane
  referencing new table as after_rows for each statement execute function count_new_lanes();

insert into state_count (machine, machine_version, state, region, ended, connection_id, count, merged)
select s.machine, s.machine_version, s.state, s.region, s.ended, null, count(*), true from subject s group by 1, 2, 3, 4, 5
union all
select s.machine, s.machine_version, s.state, s.region, s.ended, l.connection_id, count(*), true
from lane l join subject s on s.id = l.subject_id group by 1, 2, 3, 4, 5, 6;

-- Counting was what this was for.
drop index subject_flow;

-- Lists are of the open or of the ended ones, and often of one machine: each is read in its own order.
drop index subject_moved;
create index subject_moved on subject (machine, ended, state_since, id collate "C");

do $$
begin
  if exists (select from pg_roles where rolname = 'interlock_app') then
    grant select, insert, update, delete on state_count to interlock_app;
    grant usage on sequence state_count_id_seq to interlock_app;
  end if;
end $$;
