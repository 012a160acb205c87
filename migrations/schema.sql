-- The schema that all migrations add up to, in one file to read. Made by: npm run interlock -- schema dump
-- Never edit it: write a migration and make it again. A test fails while it is stale.

create function bulk_act_item_is_decided_once() returns trigger language plpgsql as $$
begin
  if old.decision is not null and (new.decision, new.decided_at) is distinct from (old.decision, old.decided_at) then
    raise exception '% of act % is decided already', old.item_id, old.act_id using errcode = 'integrity_constraint_violation';
  end if;
  return new;
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

create function count_new_subjects() returns trigger language plpgsql as $$
begin
  insert into state_count (machine, machine_version, state, region, ended, count)
  select machine, machine_version, state, region, ended, count(*) from after_rows group by 1, 2, 3, 4, 5;
  return null;
end $$;

create function event_settles_once() returns trigger language plpgsql as $$
begin
  if (new.id, new.source, new.external_id, new.machine, new.claim_kind, new.by_kind, new.occurred_at, new.received_at)
     is distinct from (old.id, old.source, old.external_id, old.machine, old.claim_kind, old.by_kind, old.occurred_at, old.received_at) then
    raise exception 'event % cannot be rewritten', old.id using errcode = 'integrity_constraint_violation';
  end if;
  -- It was made of the payload, so it goes with it.
  if new.fingerprint is distinct from old.fingerprint and not (new.fingerprint = 'erased' and new.payload_ct is null) then
    raise exception 'the fingerprint of event % cannot be rewritten', old.id using errcode = 'integrity_constraint_violation';
  end if;
  if old.disposition <> 'parked' and new.disposition is distinct from old.disposition then
    raise exception 'event % is already %', old.id, old.disposition using errcode = 'integrity_constraint_violation';
  end if;
  if new.payload_ct is distinct from old.payload_ct and new.payload_ct is not null then
    raise exception 'the payload of event % cannot be replaced', old.id using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;

create function incident_note_is_kept() returns trigger language plpgsql as $$
begin
  if new.body is not null or (new.id, new.incident_id, new.at, new.author) is distinct from (old.id, old.incident_id, old.at, old.author) then
    raise exception 'note % of incident % cannot be rewritten', old.id, old.incident_id using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;

create function machine_version_is_frozen() returns trigger language plpgsql as $$
begin
  if (new.machine, new.version, new.hash, new.definition) is distinct from (old.machine, old.version, old.hash, old.definition) then
    raise exception '% v% is released and frozen', old.machine, old.version using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;

create function mark_stale_hours() returns trigger language plpgsql as $$
begin
  insert into tally_stale (kind, begins)
  select distinct 'stays_by', date_trunc('hour', recorded_at, 'UTC') from transition where subject_id = new.id
  union all
  select distinct kind, date_trunc('hour', received_at, 'UTC') from event cross join unnest(array['refusals', 'missing']) kind
  where subject_id = new.id and disposition = 'refused';
  return null;
end $$;

create function person_is_erased_once() returns trigger language plpgsql as $$
begin
  if old.erased_at is not null and (new.erased_at is distinct from old.erased_at or new.data_key is not null) then
    raise exception 'person % is erased', old.id using errcode = 'integrity_constraint_violation';
  end if;
  if old.erased_at is null and new.erased_at is not null and old.held_at is not null
     and (old.held_until is null or old.held_until > clock_timestamp()) then
    raise exception 'person % is under a legal hold', old.id using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: % refused', tg_table_name, tg_op using errcode = 'integrity_constraint_violation';
end $$;

create function subject_moves_forward() returns trigger language plpgsql as $$
begin
  if new.version < old.version then
    raise exception 'subject % cannot go back from version % to %', old.id, old.version, new.version using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;

create function writeback_settles_once() returns trigger language plpgsql as $$
begin
  if old.status in ('confirmed', 'waived', 'superseded') and new.status is distinct from old.status then
    raise exception 'writeback % is already %', old.id, old.status using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;


create table account (
  id text not null,
  name text not null,
  email_index bytea,
  profile_ct bytea,
  password_hash text,
  created_at timestamp with time zone not null default clock_timestamp(),
  deactivated_at timestamp with time zone,
  constraint account_email_index_key UNIQUE (email_index),
  constraint account_pkey PRIMARY KEY (id)
);

create table agreement_hour (
  connection_id text not null,
  hour timestamp with time zone not null,
  pairs integer not null,
  agreeing integer not null,
  causes jsonb not null default '{}'::jsonb,
  counted_at timestamp with time zone not null default clock_timestamp(),
  constraint agreement_hour_pkey PRIMARY KEY (connection_id, hour),
  constraint agreement_hour_check CHECK (agreeing >= 0 AND agreeing <= pairs),
  constraint agreement_hour_pairs_check CHECK (pairs >= 0)
);

create table alert (
  id text not null,
  rule_id text not null,
  about text not null,
  status text not null,
  severity text not null,
  condition jsonb not null,
  value double precision not null,
  since_at timestamp with time zone not null,
  fired_at timestamp with time zone,
  told_at timestamp with time zone,
  told integer not null default 0,
  calm_since timestamp with time zone,
  over_at timestamp with time zone,
  constraint alert_pkey PRIMARY KEY (id),
  constraint alert_check CHECK ((status = 'over'::text) = (over_at IS NOT NULL)),
  constraint alert_check1 CHECK (status = 'pending'::text OR fired_at IS NOT NULL),
  constraint alert_severity_check CHECK (severity = ANY (ARRAY['warning'::text, 'critical'::text])),
  constraint alert_status_check CHECK (status = ANY (ARRAY['pending'::text, 'firing'::text, 'over'::text]))
) with (fillfactor=80);

create table alert_channel (
  id text not null,
  kind text not null,
  place text not null,
  terms_ct bytea not null,
  created_at timestamp with time zone not null default clock_timestamp(),
  constraint alert_channel_pkey PRIMARY KEY (id),
  constraint alert_channel_id_check CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text),
  constraint alert_channel_kind_check CHECK (kind = ANY (ARRAY['webhook'::text, 'mail'::text]))
);

create table alert_delivery (
  id text not null,
  alert_id text,
  channel_id text not null,
  telling text not null,
  body jsonb not null,
  status text not null,
  tries integer not null default 0,
  turn integer not null default 0,
  due_at timestamp with time zone not null default clock_timestamp(),
  lease_until timestamp with time zone,
  answer text,
  created_at timestamp with time zone not null default clock_timestamp(),
  settled_at timestamp with time zone,
  constraint alert_delivery_pkey PRIMARY KEY (id),
  constraint alert_delivery_check CHECK ((status = 'waiting'::text) = (settled_at IS NULL)),
  constraint alert_delivery_status_check CHECK (status = ANY (ARRAY['waiting'::text, 'sent'::text, 'failed'::text, 'superseded'::text])),
  constraint alert_delivery_telling_check CHECK (telling = ANY (ARRAY['firing'::text, 'repeated'::text, 'over'::text, 'test'::text]))
) with (fillfactor=80);

create table alert_rule (
  id text not null,
  builtin boolean not null default false,
  enabled boolean not null default true,
  condition jsonb not null,
  terms jsonb not null,
  reading jsonb,
  read_at timestamp with time zone,
  changed_at timestamp with time zone not null default clock_timestamp(),
  constraint alert_rule_pkey PRIMARY KEY (id),
  constraint alert_rule_id_check CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text)
);

create table alert_watch (
  single boolean not null default true,
  turn integer not null default 0,
  due_at timestamp with time zone not null default clock_timestamp(),
  constraint alert_watch_pkey PRIMARY KEY (single),
  constraint alert_watch_single_check CHECK (single)
);

create table approval (
  id text not null,
  kind text not null,
  name text not null,
  version integer not null,
  hash text not null,
  role text not null,
  account_id text not null,
  decision text not null,
  reason text,
  decided_at timestamp with time zone not null default clock_timestamp(),
  required text[] not null,
  display_name text not null,
  signer text not null,
  key_id text not null,
  signature bytea not null,
  constraint approval_pkey PRIMARY KEY (id),
  constraint approval_check CHECK ((decision = 'rejected'::text) = (reason IS NOT NULL)),
  constraint approval_decision_check CHECK (decision = ANY (ARRAY['approved'::text, 'rejected'::text])),
  constraint approval_kind_check CHECK (kind = ANY (ARRAY['machine'::text, 'dictionary'::text]))
);

create table attempt (
  writeback_id text not null,
  attempt integer not null,
  outcome text not null,
  mode text not null,
  reason text,
  contradicted boolean not null default false,
  http_status integer,
  precondition text,
  dispatched_at timestamp with time zone not null,
  settled_at timestamp with time zone not null default clock_timestamp(),
  reported_ms double precision,
  constraint attempt_pkey PRIMARY KEY (writeback_id, attempt, outcome)
);

create table audit (
  id bigint not null generated always as identity,
  at timestamp with time zone not null default clock_timestamp(),
  actor_kind text not null,
  actor_id text not null,
  action text not null,
  object_kind text not null,
  object_id text not null,
  detail jsonb not null default '{}'::jsonb,
  request_id text,
  constraint audit_pkey PRIMARY KEY (id),
  constraint audit_actor_kind_check CHECK (actor_kind = ANY (ARRAY['client'::text, 'account'::text, 'cli'::text, 'system'::text]))
);

create table bulk_act (
  id text not null,
  kind text not null,
  reason text not null,
  force boolean not null default false,
  actor_kind text not null,
  actor_id text not null,
  request_id text,
  items integer not null,
  more boolean not null default false,
  begun_at timestamp with time zone not null default clock_timestamp(),
  ended_at timestamp with time zone,
  constraint bulk_act_pkey PRIMARY KEY (id),
  constraint bulk_act_items_check CHECK (items > 0),
  constraint bulk_act_kind_check CHECK (kind = ANY (ARRAY['redrive'::text, 'waive'::text, 'settle'::text])),
  constraint bulk_act_reason_check CHECK (reason <> ''::text)
);

create table bulk_act_item (
  act_id text not null,
  place integer not null,
  item_id text not null,
  decision text,
  decided_at timestamp with time zone,
  constraint bulk_act_item_act_id_item_id_key UNIQUE (act_id, item_id),
  constraint bulk_act_item_pkey PRIMARY KEY (act_id, place),
  constraint bulk_act_item_check CHECK ((decision IS NULL) = (decided_at IS NULL)),
  constraint bulk_act_item_decision_check CHECK (decision = ANY (ARRAY['done'::text, 'unknown'::text, 'not_dead'::text, 'settled'::text, 'in_flight'::text, 'overtaken'::text, 'connection_removed'::text, 'already_settled'::text, 'must_choose'::text, 'writeback_dead'::text]))
);

create table catalogue (
  connection_id text not null,
  fingerprint text,
  stages text[] not null default '{}'::text[],
  fields text[] not null default '{}'::text[],
  missing jsonb not null default '[]'::jsonb,
  changed_at timestamp with time zone,
  read_at timestamp with time zone,
  failures integer not null default 0,
  due_at timestamp with time zone not null default clock_timestamp(),
  constraint catalogue_pkey PRIMARY KEY (connection_id)
);

create table checkpoint (
  n bigint not null,
  epoch integer not null,
  fence xid8 not null,
  count bigint not null,
  total bigint not null,
  root bytea not null,
  prev bytea not null,
  system_identifier text not null,
  timeline integer not null,
  key_id text not null,
  signature bytea not null,
  sealed_at timestamp with time zone not null,
  constraint checkpoint_pkey PRIMARY KEY (n),
  constraint checkpoint_count_check CHECK (count > 0)
);

create table checkpoint_key (
  id text not null,
  public_key bytea not null,
  private_key_ct bytea not null,
  created_at timestamp with time zone not null default clock_timestamp(),
  constraint checkpoint_key_pkey PRIMARY KEY (id)
);

create table client (
  id text not null,
  name text not null,
  kind text not null,
  scopes text[] not null,
  connection_id text,
  secret_hash_current text not null,
  secret_hash_next text,
  revoked_tokens jsonb not null default '{}'::jsonb,
  created_at timestamp with time zone not null default clock_timestamp(),
  last_used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  constraint client_pkey PRIMARY KEY (id)
);

create table connection (
  id text not null,
  adapter text not null,
  kind text not null,
  status text not null default 'active'::text,
  settings jsonb not null default '{}'::jsonb,
  scope jsonb not null default '{}'::jsonb,
  pace jsonb not null default '{}'::jsonb,
  worker text not null default 'interlock'::text,
  secrets_current bytea,
  secrets_next bytea,
  circuit text not null default 'closed'::text,
  circuit_reason text,
  circuit_until timestamp with time zone,
  circuit_trial text,
  blocked_until timestamp with time zone,
  gone_states text[] not null default '{}'::text[],
  created_at timestamp with time zone not null default clock_timestamp(),
  updated_at timestamp with time zone not null default clock_timestamp(),
  direction text not null default 'both'::text,
  constraint connection_pkey PRIMARY KEY (id),
  constraint connection_circuit_check CHECK (circuit = ANY (ARRAY['closed'::text, 'open'::text, 'half_open'::text])),
  constraint connection_direction_check CHECK (direction = ANY (ARRAY['both'::text, 'in'::text, 'out'::text])),
  constraint connection_id_check CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text),
  constraint connection_status_check CHECK (status = ANY (ARRAY['active'::text, 'paused'::text, 'removed'::text])),
  constraint connection_worker_check CHECK (worker = ANY (ARRAY['interlock'::text, 'outside'::text]))
);

create table console_view (
  id text not null,
  account_id text not null,
  page text not null,
  name text not null,
  query text not null,
  shared boolean not null default false,
  created_at timestamp with time zone not null default clock_timestamp(),
  constraint console_view_account_id_page_name_key UNIQUE (account_id, page, name),
  constraint console_view_pkey PRIMARY KEY (id),
  constraint console_view_name_check CHECK (name <> ''::text),
  constraint console_view_page_check CHECK (page = ANY (ARRAY['stuck'::text, 'applications'::text]))
);

create table dictionary_version (
  version integer not null,
  hash text not null,
  document jsonb not null,
  released_at timestamp with time zone not null default clock_timestamp(),
  constraint dictionary_version_hash_key UNIQUE (hash),
  constraint dictionary_version_pkey PRIMARY KEY (version)
);

create table echo (
  writeback_id text not null,
  event_id text not null,
  value text not null,
  used_at timestamp with time zone not null default clock_timestamp(),
  constraint echo_pkey PRIMARY KEY (writeback_id)
);

create table element_value (
  subject_id text not null,
  element text not null,
  value_ct bytea,
  value_commit bytea not null,
  source text not null,
  by_kind text not null,
  event_id text not null,
  subject_version integer not null,
  dictionary_version integer not null,
  occurred_at timestamp with time zone not null,
  written_at timestamp with time zone not null default clock_timestamp(),
  settled_by text,
  turned_down text[] not null default '{}'::text[],
  previous_commit bytea,
  constraint element_value_pkey PRIMARY KEY (subject_id, element)
) with (fillfactor=85);

create table event (
  id text not null,
  source text not null,
  external_id text not null,
  fingerprint text not null,
  machine text not null,
  claim_kind text not null,
  claim text,
  by_kind text not null,
  ref_system text,
  ref_id text,
  subject_id text,
  person_id text not null,
  payload_ct bytea,
  occurred_at timestamp with time zone not null,
  received_at timestamp with time zone not null,
  disposition text not null,
  code text,
  detail jsonb,
  transition_version integer,
  settled_at timestamp with time zone,
  parked_for text,
  parked_until timestamp with time zone,
  probe_attempt integer not null default 0,
  probe_sent_at timestamp with time zone,
  probe_due_at timestamp with time zone,
  constraint event_source_external_id_key UNIQUE (source, external_id),
  constraint event_pkey PRIMARY KEY (id),
  constraint event_check CHECK ((disposition = 'parked'::text) = (settled_at IS NULL)),
  constraint event_check1 CHECK ((disposition = 'parked'::text) = (parked_until IS NOT NULL AND parked_for IS NOT NULL)),
  constraint event_check2 CHECK ((disposition = 'applied'::text) = (transition_version IS NOT NULL)),
  constraint event_claim_kind_check CHECK (claim_kind = ANY (ARRAY['event'::text, 'stage'::text, 'raw'::text])),
  constraint event_disposition_check CHECK (disposition = ANY (ARRAY['applied'::text, 'duplicate'::text, 'echo'::text, 'stale'::text, 'refused'::text, 'quarantined'::text, 'parked'::text])),
  constraint event_parked_for_check CHECK (parked_for = ANY (ARRAY['turn'::text, 'subject'::text, 'probe'::text]))
);

create table file_in (
  id text not null,
  connection_id text not null,
  name_key text not null,
  name_ct bytea,
  bytes double precision not null,
  modified_ms double precision not null,
  state text not null default 'arriving'::text,
  reason text,
  content_key text,
  rows integer not null default 0,
  rows_done integer not null default 0,
  recorded integer not null default 0,
  repeated integer not null default 0,
  quarantined integer not null default 0,
  outdated integer not null default 0,
  faults integer not null default 0,
  first_seen_at timestamp with time zone not null default clock_timestamp(),
  changed_at timestamp with time zone not null default clock_timestamp(),
  checked_at timestamp with time zone,
  ended_at timestamp with time zone,
  put_away boolean not null default false,
  constraint file_in_pkey PRIMARY KEY (id),
  constraint file_in_check CHECK ((state = ANY (ARRAY['taken'::text, 'duplicate'::text, 'empty'::text, 'gone'::text])) = (ended_at IS NOT NULL)),
  constraint file_in_check1 CHECK (rows_done <= rows),
  constraint file_in_state_check CHECK (state = ANY (ARRAY['arriving'::text, 'taking'::text, 'taken'::text, 'held'::text, 'duplicate'::text, 'empty'::text, 'gone'::text]))
);

create table file_out (
  id text not null,
  connection_id text not null,
  name text not null,
  state text not null default 'writing'::text,
  rows integer not null,
  bytes double precision,
  created_at timestamp with time zone not null default clock_timestamp(),
  written_at timestamp with time zone,
  answered_at timestamp with time zone,
  constraint file_out_pkey PRIMARY KEY (id),
  constraint file_out_check CHECK ((state = ANY (ARRAY['written'::text, 'answered'::text])) = (written_at IS NOT NULL)),
  constraint file_out_state_check CHECK (state = ANY (ARRAY['writing'::text, 'prepared'::text, 'written'::text, 'answered'::text]))
);

create table file_row (
  writeback_id text not null,
  connection_id text not null,
  place bigint not null generated always as identity,
  ref_key text,
  state text not null default 'queued'::text,
  file_id text,
  attempt integer not null,
  times integer not null default 1,
  cells_ct bytea,
  queued_at timestamp with time zone not null default clock_timestamp(),
  written_at timestamp with time zone,
  answer text,
  answer_code text,
  answered_at timestamp with time zone,
  shows text[],
  shown_at timestamp with time zone,
  constraint file_row_pkey PRIMARY KEY (writeback_id),
  constraint file_row_answer_check CHECK (answer = ANY (ARRAY['accepted'::text, 'refused'::text])),
  constraint file_row_check CHECK ((state = 'written'::text) = (written_at IS NOT NULL)),
  constraint file_row_check1 CHECK ((state = ANY (ARRAY['queued'::text, 'packed'::text])) OR cells_ct IS NULL),
  constraint file_row_check2 CHECK ((answer IS NULL) = (answered_at IS NULL)),
  constraint file_row_check3 CHECK ((shows IS NULL) = (shown_at IS NULL)),
  constraint file_row_state_check CHECK (state = ANY (ARRAY['queued'::text, 'packed'::text, 'written'::text, 'withdrawn'::text]))
);

create table file_turn (
  connection_id text not null,
  side text not null,
  turn integer not null default 0,
  failures integer not null default 0,
  failure text,
  due_at timestamp with time zone not null default clock_timestamp(),
  used_at timestamp with time zone,
  created_at timestamp with time zone not null default clock_timestamp(),
  constraint file_turn_pkey PRIMARY KEY (connection_id, side),
  constraint file_turn_side_check CHECK (side = ANY (ARRAY['in'::text, 'out'::text]))
);

create table import (
  id text not null,
  connection_id text,
  source text not null,
  fingerprint text not null,
  rows_total integer not null default 0,
  rows_done integer not null default 0,
  status text not null,
  started_at timestamp with time zone not null default clock_timestamp(),
  ended_at timestamp with time zone,
  machine text not null default 'application'::text,
  write_back boolean not null default false,
  rows_created integer not null default 0,
  rows_duplicate integer not null default 0,
  rows_error integer not null default 0,
  errors_bytes bigint not null default 0,
  begun_by text not null default 'system'::text,
  format text not null default 'parts'::text,
  states jsonb not null default '{}'::jsonb,
  errors_file text,
  rules jsonb not null default '{}'::jsonb,
  worked_ms bigint not null default 0,
  moved_at timestamp with time zone not null default clock_timestamp(),
  constraint import_fingerprint_key UNIQUE (fingerprint),
  constraint import_pkey PRIMARY KEY (id),
  constraint import_check CHECK (rows_done = (rows_created + rows_duplicate + rows_error)),
  constraint import_format_check CHECK (format = ANY (ARRAY['csv'::text, 'ndjson'::text, 'parts'::text])),
  constraint import_status_check CHECK (status = ANY (ARRAY['running'::text, 'done'::text, 'failed'::text]))
);

create table import_error (
  import_id text not null,
  place integer not null,
  line integer not null,
  rule text not null,
  todo text not null,
  constraint import_error_pkey PRIMARY KEY (import_id, place)
);

create table incident (
  id text not null,
  kind text not null,
  key text not null,
  subject_id text,
  connection_id text,
  writeback_id text,
  event_id text,
  owner text not null,
  element text,
  values_ct bytea,
  detail jsonb not null default '{}'::jsonb,
  times integer not null default 1,
  opened_at timestamp with time zone not null default clock_timestamp(),
  seen_at timestamp with time zone not null default clock_timestamp(),
  settled_at timestamp with time zone,
  settled_by text,
  resolution text,
  assigned_to text,
  assigned_at timestamp with time zone,
  constraint incident_pkey PRIMARY KEY (id),
  constraint incident_check CHECK ((settled_at IS NULL) = (resolution IS NULL)),
  constraint incident_check1 CHECK ((kind = 'field_conflict'::text) = (element IS NOT NULL)),
  constraint incident_check2 CHECK ((assigned_to IS NULL) = (assigned_at IS NULL)),
  constraint incident_kind_check CHECK (kind = ANY (ARRAY['field_conflict'::text, 'divergence'::text, 'dead_writeback'::text, 'duplicate_profile'::text, 'event_expired'::text, 'fingerprint_conflict'::text, 'quarantined_event'::text, 'unmapped_stage'::text, 'mapping_gone'::text, 'polling_stale'::text, 'wave_held'::text, 'file_trouble'::text]))
);

create table incident_note (
  id bigint not null generated always as identity,
  incident_id text not null,
  at timestamp with time zone not null default clock_timestamp(),
  author text not null,
  body text,
  constraint incident_note_pkey PRIMARY KEY (id),
  constraint incident_note_body_check CHECK (body <> ''::text)
);

create table kpi_hour (
  id bigint not null generated always as identity,
  hour timestamp with time zone not null,
  measure text not null,
  machine text not null,
  event_type text not null,
  connection_id text not null,
  count bigint not null,
  merged boolean not null default false,
  constraint kpi_hour_pkey PRIMARY KEY (id)
);

create table lane (
  subject_id text not null,
  connection_id text not null,
  next_seq integer not null default 0,
  done_seq integer not null default 0,
  held_reason text,
  held_at timestamp with time zone,
  constraint lane_pkey PRIMARY KEY (subject_id, connection_id),
  constraint lane_check CHECK (done_seq <= next_seq)
) with (fillfactor=80);

create table machine_version (
  machine text not null,
  version integer not null,
  hash text not null,
  definition jsonb not null,
  layout jsonb,
  released_at timestamp with time zone not null default clock_timestamp(),
  constraint machine_version_pkey PRIMARY KEY (machine, version)
);

create table party_member (
  account_id text not null,
  party text not null,
  granted_by text not null,
  granted_at timestamp with time zone not null default clock_timestamp(),
  constraint party_member_pkey PRIMARY KEY (account_id, party),
  constraint party_member_party_check CHECK (party <> ''::text)
);

create table person (
  id text not null,
  data_key bytea,
  commit_key bytea,
  master_key_id text not null,
  email_index bytea,
  phone_index bytea,
  name_index integer[],
  compared_at timestamp with time zone,
  linked_to text,
  profile_system text,
  profile_ref text,
  created_at timestamp with time zone not null default clock_timestamp(),
  held_at timestamp with time zone,
  held_until timestamp with time zone,
  held_reason text,
  erased_at timestamp with time zone,
  erasure_stores jsonb not null default '{}'::jsonb,
  erasure_ended_at timestamp with time zone,
  constraint person_pkey PRIMARY KEY (id),
  constraint person_check CHECK ((data_key IS NULL) = (commit_key IS NULL)),
  constraint person_check1 CHECK ((erased_at IS NULL) = (data_key IS NOT NULL)),
  constraint person_check2 CHECK ((held_at IS NULL) = (held_reason IS NULL)),
  constraint person_check3 CHECK (held_until IS NULL OR held_at IS NOT NULL),
  constraint person_check4 CHECK (erased_at IS NULL OR email_index IS NULL AND phone_index IS NULL AND name_index IS NULL AND held_at IS NULL),
  constraint person_check5 CHECK (linked_to <> id),
  constraint person_check6 CHECK (erasure_ended_at IS NULL OR erased_at IS NOT NULL)
);

create table poll (
  connection_id text not null,
  cursor text,
  turn integer not null default 0,
  polled_at timestamp with time zone,
  failures integer not null default 0,
  failure text,
  due_at timestamp with time zone not null default clock_timestamp(),
  created_at timestamp with time zone not null default clock_timestamp(),
  constraint poll_pkey PRIMARY KEY (connection_id)
);

create table proposal (
  number bigint not null generated always as identity,
  machine text not null,
  version integer not null,
  hash text not null,
  definition text not null,
  note text not null,
  proposer_kind text not null,
  proposer_id text not null,
  proposed_at timestamp with time zone not null default clock_timestamp(),
  constraint proposal_pkey PRIMARY KEY (number),
  constraint proposal_note_check CHECK (note <> ''::text),
  constraint proposal_proposer_kind_check CHECK (proposer_kind = ANY (ARRAY['account'::text, 'cli'::text, 'client'::text, 'system'::text])),
  constraint proposal_version_check CHECK (version >= 1)
);

create table reconciliation (
  connection_id text not null,
  after_subject text not null default ''::text,
  rounds integer not null default 0,
  round_ended_at timestamp with time zone,
  next_at timestamp with time zone not null default clock_timestamp(),
  constraint reconciliation_pkey PRIMARY KEY (connection_id)
);

create table right_grant (
  account_id text not null,
  right_name text not null,
  granted_by text not null,
  granted_at timestamp with time zone not null default clock_timestamp(),
  constraint right_grant_pkey PRIMARY KEY (account_id, right_name),
  constraint right_grant_right_name_check CHECK (right_name = 'export'::text)
);

create table role_grant (
  account_id text not null,
  role text not null,
  region text not null default '*'::text,
  business_unit text not null default '*'::text,
  granted_by text not null,
  granted_at timestamp with time zone not null default clock_timestamp(),
  constraint role_grant_pkey PRIMARY KEY (account_id, role, region, business_unit),
  constraint role_grant_role_check CHECK (role = ANY (ARRAY['admin'::text, 'operator'::text, 'auditor'::text, 'viewer'::text, 'committee'::text]))
);

create table session (
  id_hash bytea not null,
  account_id text not null,
  created_at timestamp with time zone not null default clock_timestamp(),
  last_seen_at timestamp with time zone not null default clock_timestamp(),
  expires_at timestamp with time zone not null,
  device text not null default ''::text,
  constraint session_pkey PRIMARY KEY (id_hash)
);

create table shadow_write (
  subject_id text not null,
  connection_id text not null,
  subject_version integer not null,
  machine text not null,
  event_type text not null,
  from_state text not null,
  target_state text not null,
  phase text not null,
  created_at timestamp with time zone not null,
  outcome text,
  seen text,
  settled_at timestamp with time zone,
  constraint shadow_write_pkey PRIMARY KEY (connection_id, subject_id, subject_version),
  constraint shadow_write_check CHECK ((outcome IS NULL) = (settled_at IS NULL)),
  constraint shadow_write_outcome_check CHECK (outcome = ANY (ARRAY['match'::text, 'miss'::text, 'overtaken'::text])),
  constraint shadow_write_phase_check CHECK (phase = ANY (ARRAY['shadow'::text, 'pilot'::text]))
);

create table shown (
  id text not null,
  subject_id text not null,
  connection_id text not null,
  closed boolean not null default false,
  asked integer not null default 0,
  asked_at timestamp with time zone not null default clock_timestamp(),
  asked_version integer,
  answered integer not null default 0,
  failures integer not null default 0,
  failure text,
  look_at timestamp with time zone,
  seen_at timestamp with time zone,
  stage text,
  states text[] not null default '{}'::text[],
  missing boolean not null default false,
  trouble text,
  trouble_since timestamp with time zone,
  judged_at timestamp with time zone,
  judged_version integer,
  constraint shown_subject_id_connection_id_key UNIQUE (subject_id, connection_id),
  constraint shown_pkey PRIMARY KEY (id),
  constraint shown_check CHECK ((trouble IS NULL) = (trouble_since IS NULL)),
  constraint shown_check1 CHECK (answered <= asked),
  constraint shown_trouble_check CHECK (trouble = ANY (ARRAY['never_shown'::text, 'moved'::text, 'unmapped'::text, 'missing'::text, 'failed'::text, 'waived'::text]))
) with (fillfactor=80);

create table sign_in_link (
  token_hash bytea not null,
  purpose text not null,
  account_id text,
  created_at timestamp with time zone not null default clock_timestamp(),
  expires_at timestamp with time zone not null,
  constraint sign_in_link_pkey PRIMARY KEY (token_hash),
  constraint sign_in_link_check CHECK ((purpose = 'password'::text) = (account_id IS NOT NULL)),
  constraint sign_in_link_purpose_check CHECK (purpose = ANY (ARRAY['first_admin'::text, 'password'::text]))
);

create table state_count (
  id bigint not null generated always as identity,
  machine text not null,
  machine_version integer not null,
  state text not null,
  region text,
  ended boolean not null,
  connection_id text,
  count bigint not null,
  merged boolean not null default false,
  constraint state_count_pkey PRIMARY KEY (id)
);

create table subject (
  id text not null,
  machine text not null,
  machine_version integer not null,
  state text not null,
  history text,
  facts jsonb not null default '{}'::jsonb,
  version integer not null,
  chain_head bytea not null,
  person_id text not null,
  parent_id text,
  region text,
  business_unit text,
  requisition_type text,
  state_since timestamp with time zone not null,
  sla_due_at timestamp with time zone,
  ended boolean not null default false,
  opened_at timestamp with time zone not null default clock_timestamp(),
  erased_at timestamp with time zone,
  constraint subject_pkey PRIMARY KEY (id),
  constraint subject_version_check CHECK (version >= 1)
) with (fillfactor=85);

create table subject_ref (
  system text not null,
  machine text not null,
  external_id text not null,
  subject_id text not null,
  linked_at timestamp with time zone not null default clock_timestamp(),
  constraint subject_ref_pkey PRIMARY KEY (system, machine, external_id)
);

create table tally (
  kind text not null,
  unit text not null,
  begins timestamp with time zone not null,
  as_of timestamp with time zone not null,
  left_out text[] not null default '{}'::text[],
  lines json not null,
  constraint tally_pkey PRIMARY KEY (kind, unit, begins),
  constraint tally_kind_check CHECK (kind = ANY (ARRAY['writes'::text, 'events'::text, 'stays'::text, 'stays_by'::text, 'refusals'::text, 'missing'::text])),
  constraint tally_unit_check CHECK (unit = ANY (ARRAY['part'::text, 'hour'::text, 'day'::text]))
);

create table tally_stale (
  kind text not null,
  begins timestamp with time zone not null,
  at timestamp with time zone not null default clock_timestamp()
);

create table transition (
  subject_id text not null,
  version integer not null,
  event_id text not null,
  type text not null,
  from_state text not null,
  to_state text not null,
  history text,
  machine text not null,
  machine_version integer not null,
  machine_hash text not null,
  source text not null,
  by_kind text not null,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null,
  payload_commit bytea not null,
  prev_hash bytea not null,
  hash bytea not null,
  epoch integer not null default 1,
  xid xid8 not null default pg_current_xact_id(),
  constraint transition_pkey PRIMARY KEY (subject_id, version)
);

create table unknown_field (
  connection_id text not null,
  pointer text not null,
  kind text not null,
  code text not null,
  seen bigint not null,
  first_seen_at timestamp with time zone not null default clock_timestamp(),
  last_seen_at timestamp with time zone not null default clock_timestamp(),
  constraint unknown_field_pkey PRIMARY KEY (connection_id, pointer, kind),
  constraint unknown_field_kind_check CHECK (kind = ANY (ARRAY['unmapped'::text, 'unreadable'::text])),
  constraint unknown_field_seen_check CHECK (seen > 0)
);

create table vendor_token (
  connection_id text not null,
  key text not null,
  value_ct bytea,
  good_until timestamp with time zone,
  making_until timestamp with time zone,
  constraint vendor_token_pkey PRIMARY KEY (connection_id, key),
  constraint vendor_token_check CHECK ((value_ct IS NULL) = (good_until IS NULL))
);

create table wave (
  connection_id text not null,
  phase text not null,
  phase_since timestamp with time zone not null default clock_timestamp(),
  pilot jsonb not null default '{}'::jsonb,
  catch_up boolean not null default false,
  gates jsonb not null default '{}'::jsonb,
  held_at timestamp with time zone,
  held_gate text,
  held_detail text,
  constraint wave_pkey PRIMARY KEY (connection_id),
  constraint wave_check CHECK ((held_at IS NULL) = (held_gate IS NULL)),
  constraint wave_phase_check CHECK (phase = ANY (ARRAY['shadow'::text, 'pilot'::text, 'live'::text]))
);

create table writeback (
  id text not null,
  subject_id text not null,
  connection_id text not null,
  lane_seq integer not null,
  subject_version integer not null,
  machine text not null,
  machine_version integer not null,
  event_type text not null,
  from_state text not null,
  target_state text not null,
  cause text not null,
  status text not null,
  mode text not null default 'apply'::text,
  overwrites text[] not null default '{}'::text[],
  disputed text,
  attempt integer not null default 0,
  taken integer not null default 0,
  tries integer not null default 0,
  checks integer not null default 0,
  conflicts integer not null default 0,
  contradictions integer not null default 0,
  due_at timestamp with time zone,
  leased_at timestamp with time zone,
  lease_until timestamp with time zone,
  occurred_at timestamp with time zone not null,
  created_at timestamp with time zone not null,
  settled_at timestamp with time zone,
  settled_by text,
  reason text,
  constraint writeback_subject_id_connection_id_lane_seq_key UNIQUE (subject_id, connection_id, lane_seq),
  constraint writeback_pkey PRIMARY KEY (id),
  constraint writeback_cause_check CHECK (cause = ANY (ARRAY['transition'::text, 'origin'::text, 'revert'::text, 'element'::text])),
  constraint writeback_check CHECK ((status = 'leased'::text) = (lease_until IS NOT NULL)),
  constraint writeback_check1 CHECK ((status = ANY (ARRAY['confirmed'::text, 'dead'::text, 'waived'::text, 'superseded'::text])) = (settled_at IS NOT NULL)),
  constraint writeback_check2 CHECK ((status <> ALL (ARRAY['dead'::text, 'waived'::text])) OR reason IS NOT NULL),
  constraint writeback_mode_check CHECK (mode = ANY (ARRAY['apply'::text, 'confirm'::text])),
  constraint writeback_settled_by_check CHECK (settled_by = ANY (ARRAY['readback'::text, 'echo'::text, 'origin'::text, 'operator'::text, 'vendor'::text, 'schedule'::text])),
  constraint writeback_status_check CHECK (status = ANY (ARRAY['ready'::text, 'leased'::text, 'confirmed'::text, 'dead'::text, 'waived'::text, 'superseded'::text]))
) with (fillfactor=75);


alter table agreement_hour add constraint agreement_hour_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connection(id);
alter table alert_delivery add constraint alert_delivery_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES alert(id) ON DELETE CASCADE;
alter table approval add constraint approval_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id);
alter table approval add constraint approval_key_id_fkey FOREIGN KEY (key_id) REFERENCES checkpoint_key(id);
alter table attempt add constraint attempt_writeback_id_fkey FOREIGN KEY (writeback_id) REFERENCES writeback(id);
alter table bulk_act_item add constraint bulk_act_item_act_id_fkey FOREIGN KEY (act_id) REFERENCES bulk_act(id);
alter table catalogue add constraint catalogue_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connection(id);
alter table checkpoint add constraint checkpoint_key_id_fkey FOREIGN KEY (key_id) REFERENCES checkpoint_key(id);
alter table client add constraint client_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connection(id);
alter table console_view add constraint console_view_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id);
alter table echo add constraint echo_event_id_fkey FOREIGN KEY (event_id) REFERENCES event(id);
alter table echo add constraint echo_writeback_id_fkey FOREIGN KEY (writeback_id) REFERENCES writeback(id);
alter table element_value add constraint element_value_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES subject(id);
alter table event add constraint event_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id);
alter table event add constraint event_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES subject(id);
alter table file_in add constraint file_in_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connection(id);
alter table file_out add constraint file_out_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connection(id);
alter table file_row add constraint file_row_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connection(id);
alter table file_row add constraint file_row_file_id_fkey FOREIGN KEY (file_id) REFERENCES file_out(id);
alter table file_row add constraint file_row_writeback_id_fkey FOREIGN KEY (writeback_id) REFERENCES writeback(id);
alter table file_turn add constraint file_turn_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connection(id);
alter table import add constraint import_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connection(id);
alter table import_error add constraint import_error_import_id_fkey FOREIGN KEY (import_id) REFERENCES import(id);
alter table incident add constraint incident_assigned_to_fkey FOREIGN KEY (assigned_to) REFERENCES account(id);
alter table incident add constraint incident_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connection(id);
alter table incident add constraint incident_event_id_fkey FOREIGN KEY (event_id) REFERENCES event(id);
alter table incident add constraint incident_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES subject(id);
alter table incident add constraint incident_writeback_id_fkey FOREIGN KEY (writeback_id) REFERENCES writeback(id);
alter table incident_note add constraint incident_note_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incident(id);
alter table lane add constraint lane_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connection(id);
alter table lane add constraint lane_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES subject(id);
alter table party_member add constraint party_member_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id);
alter table person add constraint person_linked_to_fkey FOREIGN KEY (linked_to) REFERENCES person(id);
alter table poll add constraint poll_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connection(id);
alter table reconciliation add constraint reconciliation_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connection(id);
alter table right_grant add constraint right_grant_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id);
alter table role_grant add constraint role_grant_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id);
alter table session add constraint session_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id);
alter table shadow_write add constraint shadow_write_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connection(id);
alter table shadow_write add constraint shadow_write_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES subject(id);
alter table shown add constraint shown_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connection(id);
alter table shown add constraint shown_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES subject(id);
alter table sign_in_link add constraint sign_in_link_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id);
alter table subject add constraint subject_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES subject(id);
alter table subject add constraint subject_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id);
alter table subject_ref add constraint subject_ref_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES subject(id);
alter table transition add constraint transition_event_id_fkey FOREIGN KEY (event_id) REFERENCES event(id);
alter table transition add constraint transition_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES subject(id);
alter table unknown_field add constraint unknown_field_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connection(id);
alter table vendor_token add constraint vendor_token_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connection(id);
alter table wave add constraint wave_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connection(id);
alter table writeback add constraint writeback_subject_id_connection_id_fkey FOREIGN KEY (subject_id, connection_id) REFERENCES lane(subject_id, connection_id);

CREATE INDEX alert_fired ON alert USING btree (fired_at, id) WHERE (fired_at IS NOT NULL);
CREATE UNIQUE INDEX alert_open ON alert USING btree (rule_id, about) WHERE (status <> 'over'::text);
CREATE INDEX alert_delivery_alert ON alert_delivery USING btree (alert_id);
CREATE INDEX alert_delivery_channel ON alert_delivery USING btree (channel_id, created_at);
CREATE INDEX alert_delivery_due ON alert_delivery USING btree (due_at) WHERE (status = 'waiting'::text);
CREATE UNIQUE INDEX approval_account ON approval USING btree (kind, name, version, hash, required, account_id);
CREATE UNIQUE INDEX approval_party ON approval USING btree (kind, name, version, hash, required, role);
CREATE INDEX attempt_late ON attempt USING btree (settled_at) WHERE ((settled_at - dispatched_at) > '00:15:00'::interval);
CREATE INDEX attempt_settled ON attempt USING btree (settled_at);
CREATE INDEX audit_action ON audit USING btree (action, at, id);
CREATE INDEX audit_actor ON audit USING btree (actor_id, at, id);
CREATE INDEX audit_at ON audit USING btree (at);
CREATE INDEX audit_object ON audit USING btree (object_kind, object_id, at);
CREATE INDEX bulk_act_begun ON bulk_act USING btree (begun_at);
CREATE INDEX bulk_act_unfinished ON bulk_act USING btree (begun_at) WHERE (ended_at IS NULL);
CREATE INDEX bulk_act_item_pending ON bulk_act_item USING btree (act_id, place) WHERE (decision IS NULL);
CREATE INDEX console_view_shared ON console_view USING btree (page, name) WHERE shared;
CREATE INDEX event_parked_ref ON event USING btree (ref_system, machine, ref_id) WHERE ((disposition = 'parked'::text) AND (subject_id IS NULL));
CREATE INDEX event_parked_requisition ON event USING btree (subject_id) WHERE ((disposition = 'parked'::text) AND (code = 'requisition'::text));
CREATE INDEX event_parked_subject ON event USING btree (subject_id, received_at) WHERE (disposition = 'parked'::text);
CREATE INDEX event_parked_until ON event USING btree (parked_until) INCLUDE (id) WHERE (disposition = 'parked'::text);
CREATE INDEX event_probe_due ON event USING btree (probe_due_at) WHERE ((disposition = 'parked'::text) AND (probe_due_at IS NOT NULL));
CREATE INDEX event_received ON event USING brin (received_at);
CREATE INDEX event_stranger ON event USING btree (person_id) WHERE (subject_id IS NULL);
CREATE INDEX event_stranger_ref ON event USING btree (ref_id) WHERE ((subject_id IS NULL) AND (ref_id IS NOT NULL));
CREATE INDEX event_subject ON event USING btree (subject_id, received_at);
CREATE INDEX event_unhappy ON event USING btree (disposition, received_at) WHERE (disposition = ANY (ARRAY['refused'::text, 'quarantined'::text, 'parked'::text]));
CREATE INDEX event_unhappy_source ON event USING btree (source, disposition, received_at) WHERE (disposition = ANY (ARRAY['refused'::text, 'quarantined'::text, 'parked'::text]));
CREATE INDEX file_in_content ON file_in USING btree (connection_id, content_key) WHERE (content_key IS NOT NULL);
CREATE INDEX file_in_ended ON file_in USING btree (connection_id, ended_at) WHERE (ended_at IS NOT NULL);
CREATE INDEX file_in_last ON file_in USING btree (connection_id, first_seen_at);
CREATE INDEX file_in_name ON file_in USING btree (connection_id, name_key, first_seen_at DESC);
CREATE INDEX file_in_named ON file_in USING btree (ended_at) WHERE ((name_ct IS NOT NULL) AND (ended_at IS NOT NULL));
CREATE INDEX file_in_open ON file_in USING btree (connection_id, first_seen_at) WHERE ((state = ANY (ARRAY['arriving'::text, 'taking'::text, 'held'::text])) OR (NOT put_away));
CREATE INDEX file_in_seen ON file_in USING btree (first_seen_at, id);
CREATE INDEX file_out_created ON file_out USING btree (created_at, id);
CREATE INDEX file_out_last ON file_out USING btree (connection_id, created_at);
CREATE INDEX file_out_open ON file_out USING btree (connection_id, created_at) WHERE (state <> 'answered'::text);
CREATE INDEX file_row_file ON file_row USING btree (file_id) WHERE (file_id IS NOT NULL);
CREATE INDEX file_row_reference ON file_row USING btree (connection_id, ref_key, written_at) WHERE ((state = 'written'::text) AND (ref_key IS NOT NULL));
CREATE INDEX file_row_waiting ON file_row USING btree (connection_id, place) WHERE (state = 'queued'::text);
CREATE INDEX import_started ON import USING btree (started_at DESC, id);
CREATE INDEX incident_assigned ON incident USING btree (assigned_to, opened_at) WHERE (settled_at IS NULL);
CREATE INDEX incident_every ON incident USING btree (opened_at);
CREATE INDEX incident_key ON incident USING btree (key);
CREATE INDEX incident_kind ON incident USING btree (kind, opened_at);
CREATE UNIQUE INDEX incident_open ON incident USING btree (key) WHERE (settled_at IS NULL);
CREATE INDEX incident_opened ON incident USING btree (opened_at) WHERE (settled_at IS NULL);
CREATE INDEX incident_subject ON incident USING btree (subject_id);
CREATE INDEX incident_unsettled ON incident USING btree (kind, opened_at, id COLLATE "C") INCLUDE (owner) WHERE (settled_at IS NULL);
CREATE INDEX incident_note_incident ON incident_note USING btree (incident_id, id);
CREATE INDEX kpi_hour_duplicate ON kpi_hour USING btree (hour) INCLUDE (count) WHERE (measure = 'event.duplicate'::text);
CREATE INDEX kpi_hour_hour ON kpi_hour USING btree (hour);
CREATE INDEX kpi_hour_unmerged ON kpi_hour USING btree (hour, measure, machine, event_type, connection_id, id) WHERE (NOT merged);
CREATE INDEX lane_held ON lane USING btree (subject_id, connection_id) INCLUDE (held_reason) WHERE (held_reason IS NOT NULL);
CREATE INDEX lane_mapping_gone ON lane USING btree (connection_id) WHERE (held_reason = 'mapping_gone'::text);
CREATE INDEX person_email_index ON person USING btree (email_index) WHERE (email_index IS NOT NULL);
CREATE INDEX person_erased ON person USING btree (erased_at) WHERE (erased_at IS NOT NULL);
CREATE INDEX person_erasing ON person USING btree (erased_at) WHERE ((erased_at IS NOT NULL) AND (erasure_ended_at IS NULL));
CREATE INDEX person_linked ON person USING btree (linked_to) WHERE (linked_to IS NOT NULL);
CREATE INDEX person_name_index ON person USING gin (name_index) WITH (fastupdate=off) WHERE (name_index IS NOT NULL);
CREATE INDEX person_phone_index ON person USING btree (phone_index) WHERE (phone_index IS NOT NULL);
CREATE INDEX person_profile ON person USING btree (profile_system, profile_ref) WHERE (profile_ref IS NOT NULL);
CREATE INDEX person_uncompared ON person USING btree (id) WHERE ((compared_at IS NULL) AND (erased_at IS NULL));
CREATE INDEX proposal_version ON proposal USING btree (machine, version, number);
CREATE INDEX session_account ON session USING btree (account_id);
CREATE INDEX shadow_write_created ON shadow_write USING btree (connection_id, created_at);
CREATE INDEX shadow_write_open ON shadow_write USING btree (connection_id, created_at, subject_id, subject_version) WHERE (outcome IS NULL);
CREATE INDEX shadow_write_subject ON shadow_write USING btree (subject_id);
CREATE INDEX shown_due ON shown USING btree (connection_id, asked_at) WHERE (NOT closed);
CREATE INDEX shown_look ON shown USING btree (connection_id, look_at) WHERE ((look_at IS NOT NULL) AND (NOT closed));
CREATE INDEX shown_trouble ON shown USING btree (trouble_since, id COLLATE "C") WHERE ((trouble IS NOT NULL) AND (NOT closed));
CREATE INDEX sign_in_link_account ON sign_in_link USING btree (account_id);
CREATE INDEX state_count_merged ON state_count USING btree (machine, machine_version, state, region) WHERE merged;
CREATE INDEX state_count_unmerged ON state_count USING btree (id) WHERE (NOT merged);
CREATE INDEX subject_kept ON subject USING btree (state_since) WHERE (ended AND (erased_at IS NULL));
CREATE INDEX subject_moved ON subject USING btree (machine, ended, state_since, id COLLATE "C");
CREATE INDEX subject_onboarding ON subject USING btree (id) WHERE ((machine = 'onboarding'::text) AND (NOT ended));
CREATE INDEX subject_open ON subject USING btree (id) WHERE (NOT ended);
CREATE INDEX subject_overdue ON subject USING btree (machine, machine_version, state, sla_due_at, id COLLATE "C") INCLUDE (region) WHERE ((sla_due_at IS NOT NULL) AND (NOT ended));
CREATE INDEX subject_person ON subject USING btree (person_id);
CREATE INDEX subject_state ON subject USING btree (machine, state, id);
CREATE INDEX subject_ref_subject ON subject_ref USING btree (subject_id);
CREATE INDEX tally_stale_hour ON tally_stale USING btree (kind, begins);
CREATE UNIQUE INDEX transition_event ON transition USING btree (event_id);
CREATE INDEX transition_hired ON transition USING btree (recorded_at) WHERE ((machine = 'application'::text) AND (to_state = 'hired'::text) AND (from_state <> 'hired'::text));
CREATE INDEX transition_place ON transition USING btree (epoch, xid);
CREATE INDEX transition_recorded ON transition USING btree (recorded_at);
CREATE INDEX writeback_created ON writeback USING btree (created_at);
CREATE INDEX writeback_dead ON writeback USING btree (connection_id, settled_at) WHERE (status = 'dead'::text);
CREATE INDEX writeback_due ON writeback USING btree (connection_id, due_at) WHERE (status = 'ready'::text);
CREATE INDEX writeback_leased ON writeback USING btree (lease_until) WHERE (status = 'leased'::text);
CREATE INDEX writeback_let_go ON writeback USING btree (status, settled_at) WHERE (status = ANY (ARRAY['waived'::text, 'superseded'::text]));
CREATE INDEX writeback_open ON writeback USING btree (subject_id, connection_id, lane_seq) INCLUDE (id, status, reason, mode, attempt, tries, contradictions, machine, event_type, created_at) WHERE (status = ANY (ARRAY['ready'::text, 'leased'::text, 'dead'::text]));

CREATE TRIGGER approval_append_only BEFORE DELETE OR UPDATE ON approval FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER approval_no_truncate BEFORE TRUNCATE ON approval FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER attempt_append_only BEFORE DELETE OR UPDATE ON attempt FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER attempt_no_truncate BEFORE TRUNCATE ON attempt FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_append_only BEFORE DELETE OR UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER bulk_act_no_delete BEFORE DELETE ON bulk_act FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER bulk_act_no_truncate BEFORE TRUNCATE ON bulk_act FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER bulk_act_item_is_decided_once BEFORE UPDATE ON bulk_act_item FOR EACH ROW EXECUTE FUNCTION bulk_act_item_is_decided_once();
CREATE TRIGGER bulk_act_item_no_delete BEFORE DELETE ON bulk_act_item FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER bulk_act_item_no_truncate BEFORE TRUNCATE ON bulk_act_item FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoint_append_only BEFORE DELETE OR UPDATE ON checkpoint FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoint_no_truncate BEFORE TRUNCATE ON checkpoint FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoint_key_append_only BEFORE DELETE OR UPDATE ON checkpoint_key FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoint_key_no_truncate BEFORE TRUNCATE ON checkpoint_key FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER client_no_delete BEFORE DELETE ON client FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER client_no_truncate BEFORE TRUNCATE ON client FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER connection_no_delete BEFORE DELETE ON connection FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER connection_no_truncate BEFORE TRUNCATE ON connection FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER dictionary_version_append_only BEFORE DELETE OR UPDATE ON dictionary_version FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER dictionary_version_no_truncate BEFORE TRUNCATE ON dictionary_version FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER echo_append_only BEFORE DELETE OR UPDATE ON echo FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER echo_no_truncate BEFORE TRUNCATE ON echo FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_no_delete BEFORE DELETE ON event FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_settles_once BEFORE UPDATE ON event FOR EACH ROW EXECUTE FUNCTION event_settles_once();
CREATE TRIGGER file_in_no_delete BEFORE DELETE ON file_in FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER file_out_no_delete BEFORE DELETE ON file_out FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER file_row_no_delete BEFORE DELETE ON file_row FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER import_error_append_only BEFORE DELETE OR UPDATE ON import_error FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER import_error_no_truncate BEFORE TRUNCATE ON import_error FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER incident_no_delete BEFORE DELETE ON incident FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER incident_no_truncate BEFORE TRUNCATE ON incident FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER incident_note_is_kept BEFORE UPDATE ON incident_note FOR EACH ROW EXECUTE FUNCTION incident_note_is_kept();
CREATE TRIGGER incident_note_no_delete BEFORE DELETE ON incident_note FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER incident_note_no_truncate BEFORE TRUNCATE ON incident_note FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER count_states_of_lanes AFTER INSERT ON lane REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION count_new_lanes();
CREATE TRIGGER lane_no_delete BEFORE DELETE ON lane FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER lane_no_truncate BEFORE TRUNCATE ON lane FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER machine_version_is_frozen BEFORE UPDATE ON machine_version FOR EACH ROW EXECUTE FUNCTION machine_version_is_frozen();
CREATE TRIGGER machine_version_no_delete BEFORE DELETE ON machine_version FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER machine_version_no_truncate BEFORE TRUNCATE ON machine_version FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER person_is_erased_once BEFORE UPDATE ON person FOR EACH ROW EXECUTE FUNCTION person_is_erased_once();
CREATE TRIGGER person_no_delete BEFORE DELETE ON person FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER person_no_truncate BEFORE TRUNCATE ON person FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER proposal_append_only BEFORE DELETE OR UPDATE ON proposal FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER proposal_no_truncate BEFORE TRUNCATE ON proposal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER shadow_write_no_delete BEFORE DELETE ON shadow_write FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER count_states_of_moved AFTER UPDATE ON subject REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION count_moved_subjects();
CREATE TRIGGER count_states_of_new AFTER INSERT ON subject REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION count_new_subjects();
CREATE TRIGGER mark_stale_hours AFTER UPDATE OF region ON subject FOR EACH ROW WHEN (old.region IS DISTINCT FROM new.region) EXECUTE FUNCTION mark_stale_hours();
CREATE TRIGGER subject_moves_forward BEFORE UPDATE OF version ON subject FOR EACH ROW EXECUTE FUNCTION subject_moves_forward();
CREATE TRIGGER subject_no_delete BEFORE DELETE ON subject FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER subject_no_truncate BEFORE TRUNCATE ON subject FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER subject_ref_no_delete BEFORE DELETE ON subject_ref FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER subject_ref_no_truncate BEFORE TRUNCATE ON subject_ref FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transition_append_only BEFORE DELETE OR UPDATE ON transition FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transition_no_truncate BEFORE TRUNCATE ON transition FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER wave_no_delete BEFORE DELETE ON wave FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER writeback_no_delete BEFORE DELETE ON writeback FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER writeback_no_truncate BEFORE TRUNCATE ON writeback FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER writeback_settles_once BEFORE UPDATE OF status ON writeback FOR EACH ROW EXECUTE FUNCTION writeback_settles_once();

grant usage on sequence audit_id_seq to interlock_app;
grant usage on sequence incident_note_id_seq to interlock_app;
grant usage on sequence kpi_hour_id_seq to interlock_app;
grant usage on sequence proposal_number_seq to interlock_app;
grant usage on sequence state_count_id_seq to interlock_app;
grant insert, select, update on account to interlock_app;
grant insert, select, update on agreement_hour to interlock_app;
grant delete, insert, select, update on alert to interlock_app;
grant delete, insert, select, update on alert_channel to interlock_app;
grant delete, insert, select, update on alert_delivery to interlock_app;
grant delete, insert, select, update on alert_rule to interlock_app;
grant select, update on alert_watch to interlock_app;
grant insert, select on approval to interlock_app;
grant insert, select on attempt to interlock_app;
grant insert, select on audit to interlock_app;
grant insert, select, update on bulk_act to interlock_app;
grant insert, select, update on bulk_act_item to interlock_app;
grant insert, select, update on catalogue to interlock_app;
grant insert, select on checkpoint to interlock_app;
grant insert, select on checkpoint_key to interlock_app;
grant insert, select, update on client to interlock_app;
grant insert, select, update on connection to interlock_app;
grant delete, insert, select, update on console_view to interlock_app;
grant insert, select on dictionary_version to interlock_app;
grant insert, select on echo to interlock_app;
grant insert, select, update on element_value to interlock_app;
grant insert, select, update on event to interlock_app;
grant insert, select, update on file_in to interlock_app;
grant insert, select, update on file_out to interlock_app;
grant insert, select, update on file_row to interlock_app;
grant insert, select, update on file_turn to interlock_app;
grant insert, select, update on import to interlock_app;
grant insert, select on import_error to interlock_app;
grant insert, select, update on incident to interlock_app;
grant insert, select, update on incident_note to interlock_app;
grant delete, insert, select, update on kpi_hour to interlock_app;
grant insert, select, update on lane to interlock_app;
grant insert, select, update on machine_version to interlock_app;
grant delete, insert, select on party_member to interlock_app;
grant insert, select, update on person to interlock_app;
grant insert, select, update on poll to interlock_app;
grant insert, select on proposal to interlock_app;
grant insert, select, update on reconciliation to interlock_app;
grant delete, insert, select on right_grant to interlock_app;
grant delete, insert, select on role_grant to interlock_app;
grant delete, insert, select, update on session to interlock_app;
grant insert, select, update on shadow_write to interlock_app;
grant insert, select, update on shown to interlock_app;
grant delete, insert, select on sign_in_link to interlock_app;
grant delete, insert, select, update on state_count to interlock_app;
grant insert, select, update on subject to interlock_app;
grant insert, select on subject_ref to interlock_app;
grant delete, insert, select, update on tally to interlock_app;
grant delete, insert, select on tally_stale to interlock_app;
grant insert, select on transition to interlock_app;
grant insert, select, update on unknown_field to interlock_app;
grant insert, select, update on vendor_token to interlock_app;
grant insert, select, update on wave to interlock_app;
grant insert, select, update on writeback to interlock_app;
