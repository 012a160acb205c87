-- The hour that is not counted yet is counted in parts of five minutes, so that a page reads the rows of the last few minutes alone.

alter table tally drop constraint tally_unit_check;
-- A part goes once its hour is counted.
alter table tally add constraint tally_unit_check check (unit in ('part', 'hour', 'day'));

-- Parts of the hour that has not ended are counted too, so they are marked as well.
create or replace function mark_stale_hours() returns trigger language plpgsql as $$
begin
  insert into tally_stale (kind, begins)
  select distinct 'stays_by', date_trunc('hour', recorded_at, 'UTC') from transition where subject_id = new.id
  union all
  select distinct 'refusals', date_trunc('hour', received_at, 'UTC') from event where subject_id = new.id and disposition = 'refused';
  return null;
end $$;

do $$
begin
  if exists (select from pg_roles where rolname = 'interlock_app') then
    grant delete on tally to interlock_app;
  end if;
end $$;
