-- Figures of one region or one connection add up hours and days too. A subject can get another region later: the hours that counted it are
-- marked, read from the rows meanwhile, and counted once more.

alter table tally drop constraint tally_kind_check;
alter table tally add constraint tally_kind_check check (kind in ('writes', 'events', 'stays', 'stays_by', 'refusals'));

-- Lines of refusals have their region from here on.
delete from tally where kind = 'refusals';

create table tally_stale (
  kind text not null,
  begins timestamptz not null,
  -- An hour that was counted as of a moment before this is not to be believed.
  at timestamptz not null default clock_timestamp()
);

create index tally_stale_hour on tally_stale (kind, begins);

-- The hour that has not ended is counted later anyway.
create function mark_stale_hours() returns trigger language plpgsql as $$
declare
  this_hour constant timestamptz := date_trunc('hour', clock_timestamp(), 'UTC');
begin
  insert into tally_stale (kind, begins)
  select distinct 'stays_by', date_trunc('hour', recorded_at, 'UTC') from transition where subject_id = new.id and recorded_at < this_hour
  union all
  select distinct 'refusals', date_trunc('hour', received_at, 'UTC') from event where subject_id = new.id and disposition = 'refused' and received_at < this_hour;
  return null;
end $$;

create trigger mark_stale_hours after update of region on subject
  for each row when (old.region is distinct from new.region) execute function mark_stale_hours();

do $$
begin
  if exists (select from pg_roles where rolname = 'interlock_app') then
    grant select, insert, delete on tally_stale to interlock_app;
  end if;
end $$;
