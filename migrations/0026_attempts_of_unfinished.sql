-- How often what is unfinished was tried is asked with every report, and its number says so: each attempt but the one on its way has ended.
drop index writeback_open;

create index writeback_open on writeback (subject_id, connection_id, lane_seq)
  include (id, status, reason, mode, attempt, tries, contradictions, machine, event_type, created_at)
  where status in ('ready', 'leased', 'dead');
