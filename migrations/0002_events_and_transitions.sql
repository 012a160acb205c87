-- What was said, what became of it, and the log of every transition.

create table event (
  id text primary key,
  -- `connection:<id>` or `client:<id>`: with external_id the permanent dedupe key.
  source text not null,
  external_id text not null,
  fingerprint text not null,
  machine text not null,
  claim_kind text not null check (claim_kind in ('event', 'stage', 'raw')),
  -- The event type or the state a stage stands for; null for a payload that was not understood.
  claim text,
  by_kind text not null,
  ref_system text,
  ref_id text,
  subject_id text references subject,
  person_id text not null references person,
  payload_ct bytea,
  occurred_at timestamptz not null,
  received_at timestamptz not null,
  disposition text not null check (disposition in ('applied', 'duplicate', 'echo', 'stale', 'refused', 'quarantined', 'parked')),
  code text,
  detail jsonb,
  transition_version int,
  settled_at timestamptz,
  parked_for text check (parked_for in ('turn', 'subject', 'probe')),
  parked_until timestamptz,
  probe_attempt int not null default 0,
  probe_sent_at timestamptz,
  probe_due_at timestamptz,
  unique (source, external_id),
  check ((disposition = 'parked') = (settled_at is null)),
  check ((disposition = 'parked') = (parked_until is not null and parked_for is not null)),
  check ((disposition = 'applied') = (transition_version is not null))
);
create index event_parked_subject on event (subject_id, received_at) where disposition = 'parked';
create index event_parked_ref on event (ref_system, machine, ref_id) where disposition = 'parked' and subject_id is null;
create index event_parked_until on event (parked_until) where disposition = 'parked';
create index event_probe_due on event (probe_due_at) where disposition = 'parked' and probe_due_at is not null;
create index event_subject on event (subject_id, received_at);
-- Events of nobody known: an erasure finds them by their own person, or by the name they gave.
create index event_stranger on event (person_id) where subject_id is null;
create index event_stranger_ref on event (ref_id) where subject_id is null and ref_id is not null;
-- Reports count by the time of receipt; rows arrive in that order, so block ranges are enough and cost the accept path next to nothing.
create index event_received on event using brin (received_at);
create index event_unhappy on event (disposition, received_at) where disposition in ('refused', 'quarantined', 'parked');

create table transition (
  subject_id text not null references subject,
  version int not null,
  event_id text not null references event,
  type text not null,
  from_state text not null,
  to_state text not null,
  history text,
  machine text not null,
  machine_version int not null,
  machine_hash text not null,
  source text not null,
  by_kind text not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null,
  payload_commit bytea not null,
  prev_hash bytea not null,
  hash bytea not null,
  -- Where a row lies in what is sealed. Transaction ids grow within one life of the database cluster only; in another one
  -- (a dump was restored elsewhere) they begin anew, so src/store/database/epoch.ts raises the default before anything is recorded.
  epoch int not null default 1,
  xid xid8 not null default pg_current_xact_id(),
  primary key (subject_id, version)
);
create unique index transition_event on transition (event_id);
create index transition_recorded on transition (recorded_at);

create index transition_place on transition (epoch, xid);
