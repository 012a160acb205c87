-- How many subjects are where, known at every moment without reading them: each statement that touches subjects appends what it changed,
-- in its own transaction and without a row that all would queue for; the parts are merged later.

create table state_count (
  id bigint generated always as identity primary key,
  machine text not null,
  machine_version int not null,
  state text not null,
  region text,
  ended boolean not null,
  -- Negative where more left than came.
  count bigint not null,
  merged boolean not null default false
);

create index state_count_unmerged on state_count (id) where not merged;
create index state_count_merged on state_count (machine, machine_version, state, region) where merged;

create function count_states() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into state_count (machine, machine_version, state, region, ended, count)
    select machine, machine_version, state, region, ended, count(*) from after_rows group by 1, 2, 3, 4, 5;
  else
    insert into state_count (machine, machine_version, state, region, ended, count)
    select machine, machine_version, state, region, ended, sum(n) from (
      select machine, machine_version, state, region, ended, 1 as n from after_rows union all
      select machine, machine_version, state, region, ended, -1 from before_rows) moved
    group by 1, 2, 3, 4, 5 having sum(n) <> 0;
  end if;
  return null;
end $$;

-- Subjects are never deleted; see 0005_rules.sql.
create trigger count_states_of_new after insert on subject
  referencing new table as after_rows for each statement execute function count_states();
create trigger count_states_of_changed after update on subject
  referencing old table as before_rows new table as after_rows for each statement execute function count_states();

insert into state_count (machine, machine_version, state, region, ended, count, merged)
select machine, machine_version, state, region, ended, count(*), true from subject group by 1, 2, 3, 4, 5;

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
