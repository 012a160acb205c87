-- Lanes, the writebacks in them, what each attempt ended in, and the ledger of echoes. `writeback` is the outbox.

create table lane (
  subject_id text not null references subject,
  connection_id text not null references connection,
  -- Numbers handed out, and numbers settled without a gap: the head is done_seq + 1.
  next_seq int not null default 0,
  done_seq int not null default 0,
  held_reason text,
  held_at timestamptz,
  primary key (subject_id, connection_id),
  check (done_seq <= next_seq)
) with (fillfactor = 80);
create index lane_mapping_gone on lane (connection_id) where held_reason = 'mapping_gone';

create table writeback (
  id text primary key,
  subject_id text not null,
  connection_id text not null,
  lane_seq int not null,
  subject_version int not null,
  machine text not null,
  machine_version int not null,
  event_type text not null,
  from_state text not null,
  target_state text not null,
  cause text not null check (cause in ('transition', 'origin', 'revert', 'element')),
  status text not null check (status in ('ready', 'leased', 'confirmed', 'dead', 'waived', 'superseded')),
  mode text not null default 'apply' check (mode in ('apply', 'confirm')),
  -- States of somebody else's that may be overwritten; '*' for whatever is there.
  overwrites text[] not null default '{}',
  -- What the target showed in the last conflict.
  disputed text,
  attempt int not null default 0,
  -- The last attempt to write that a worker took: whoever is told of it again has come too late.
  taken int not null default 0,
  -- Tries that count against the budget, reads of an accepted write, conflicts seen, times the target said yes and showed no.
  tries int not null default 0,
  checks int not null default 0,
  conflicts int not null default 0,
  contradictions int not null default 0,
  due_at timestamptz,
  leased_at timestamptz,
  lease_until timestamptz,
  occurred_at timestamptz not null,
  created_at timestamptz not null,
  settled_at timestamptz,
  settled_by text check (settled_by in ('readback', 'echo', 'origin', 'operator', 'vendor', 'schedule')),
  reason text,
  foreign key (subject_id, connection_id) references lane,
  unique (subject_id, connection_id, lane_seq),
  check ((status = 'leased') = (lease_until is not null)),
  check ((status in ('confirmed', 'dead', 'waived', 'superseded')) = (settled_at is not null)),
  check (status not in ('dead', 'waived') or reason is not null)
) with (fillfactor = 75);
create index writeback_due on writeback (connection_id, due_at) where status = 'ready';
create index writeback_leased on writeback (lease_until) where status = 'leased';
create index writeback_open on writeback (subject_id, connection_id, lane_seq) where status in ('ready', 'leased', 'dead');
create index writeback_dead on writeback (connection_id, settled_at) where status = 'dead';
create index writeback_created on writeback (created_at);

-- Appended when an attempt ends: what was learned, and when. A late truth about a lost attempt is a second row.
create table attempt (
  writeback_id text not null references writeback,
  attempt int not null,
  outcome text not null,
  mode text not null,
  reason text,
  contradicted boolean not null default false,
  http_status int,
  precondition text,
  dispatched_at timestamptz not null,
  settled_at timestamptz not null default clock_timestamp(),
  -- As the worker says; never subtracted from our clock.
  reported_ms double precision,
  primary key (writeback_id, attempt, outcome)
);
create index attempt_settled on attempt (settled_at);

-- Vendor events that our own writes caused: single use, by value.
create table echo (
  writeback_id text primary key references writeback,
  event_id text not null references event,
  value text not null,
  used_at timestamptz not null default clock_timestamp()
);

-- What each system showed when it was last read, beside what its lane proves: whichever is newer counts.
create table shown (
  -- Names the reading on the bus.
  id text primary key,
  subject_id text not null references subject,
  connection_id text not null references connection,
  -- The subject ended, or the system need not show it any more: nobody asks.
  closed boolean not null default false,
  -- Asked so many times, the subject being in that version then; and the last time that was answered.
  asked int not null default 0,
  asked_at timestamptz not null default clock_timestamp(),
  asked_version int,
  answered int not null default 0,
  failures int not null default 0,
  failure text,
  -- To be looked at again, before its turn.
  look_at timestamptz,
  -- The last reading: when it was asked for, the stage in the vendor's words, and what that stands for; no states: for none of ours.
  seen_at timestamptz,
  stage text,
  states text[] not null default '{}',
  missing boolean not null default false,
  -- How that was not the canonical state.
  trouble text check (trouble in ('never_shown', 'moved', 'unmapped', 'missing', 'failed', 'waived')),
  trouble_since timestamptz,
  -- When the machine's rule was last asked about it, and in which version of the subject.
  judged_at timestamptz,
  judged_version int,
  unique (subject_id, connection_id),
  check ((trouble is null) = (trouble_since is null)),
  check (answered <= asked)
) with (fillfactor = 80);
create index shown_due on shown (connection_id, asked_at) where not closed;
create index shown_look on shown (connection_id, look_at) where look_at is not null and not closed;
create index shown_trouble on shown (trouble_since, id) where trouble is not null and not closed;

-- How far the sweep has come at each connection, and when it may read there again.
create table reconciliation (
  connection_id text primary key references connection,
  -- It goes round the open subjects in the order of their ids.
  after_subject text not null default '',
  rounds int not null default 0,
  round_ended_at timestamptz,
  next_at timestamptz not null default clock_timestamp()
);

create table incident (
  id text primary key,
  kind text not null check (kind in ('field_conflict', 'divergence', 'dead_writeback', 'duplicate_profile', 'event_expired', 'fingerprint_conflict', 'quarantined_event', 'unmapped_stage', 'mapping_gone', 'polling_stale', 'wave_held', 'file_trouble')),
  -- While an incident is open there is one per key.
  key text not null,
  subject_id text references subject,
  connection_id text references connection,
  writeback_id text references writeback,
  event_id text references event,
  owner text not null,
  -- Of a field conflict: what it is about, and both values, encrypted under the person's key.
  element text,
  values_ct bytea,
  detail jsonb not null default '{}',
  -- How often it was found to be so.
  times int not null default 1,
  opened_at timestamptz not null default clock_timestamp(),
  -- When it was last found to be so.
  seen_at timestamptz not null default clock_timestamp(),
  settled_at timestamptz,
  settled_by text,
  resolution text,
  check ((settled_at is null) = (resolution is null)),
  check ((kind = 'field_conflict') = (element is not null))
);
create unique index incident_open on incident (key) where settled_at is null;
create index incident_subject on incident (subject_id);
create index incident_opened on incident (opened_at) where settled_at is null;
create index incident_kind on incident (kind, opened_at);

-- Counts per hour, appended in the transaction that caused them and merged later; reading sums.
create table kpi_hour (
  id bigint generated always as identity primary key,
  hour timestamptz not null,
  measure text not null,
  machine text not null,
  event_type text not null,
  connection_id text not null,
  count bigint not null
);
create index kpi_hour_hour on kpi_hour (hour);
