-- What is unfinished is counted and listed again and again. All that is asked of it is in its index now, so that twenty thousand writebacks that
-- wait, or were given up, are read from some hundred pages of that, and not from a page each of a table that grows.
drop index writeback_open;

create index writeback_open on writeback (subject_id, connection_id, lane_seq)
  include (id, status, reason, mode, tries, contradictions, machine, event_type, created_at)
  where status in ('ready', 'leased', 'dead');

drop index lane_held;

create index lane_held on lane (subject_id, connection_id) include (held_reason) where held_reason is not null;

-- In the order of its pages: of those that one look found at one moment, which may be thousands, a page reads no more than it shows.
drop index shown_trouble;

create index shown_trouble on shown (trouble_since, id collate "C") where trouble is not null and not closed;

drop index event_parked_until;

create index event_parked_until on event (parked_until) include (id) where disposition = 'parked';

-- Elements that refused events lacked are counted hour by hour, as what else was refused is.
alter table tally drop constraint tally_kind_check;
alter table tally add constraint tally_kind_check check (kind in ('writes', 'events', 'stays', 'stays_by', 'refusals', 'missing'));

create or replace function mark_stale_hours() returns trigger language plpgsql as $$
begin
  insert into tally_stale (kind, begins)
  select distinct 'stays_by', date_trunc('hour', recorded_at, 'UTC') from transition where subject_id = new.id
  union all
  select distinct kind, date_trunc('hour', received_at, 'UTC') from event cross join unnest(array['refusals', 'missing']) kind
  where subject_id = new.id and disposition = 'refused';
  return null;
end $$;
