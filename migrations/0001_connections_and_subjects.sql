-- Who we speak to, whom it is about, and where each thing stands.

create table connection (
  id text primary key check (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  adapter text not null,
  kind text not null,
  status text not null default 'active' check (status in ('active', 'paused', 'removed')),
  settings jsonb not null default '{}',
  -- What this connection gets: {machines, regions, businessUnits, requisitionTypes}; an absent list means all.
  scope jsonb not null default '{}',
  -- {concurrency, requests, perMs}: what the vendor allows this account, where it differs from what the adapter knows.
  pace jsonb not null default '{}',
  -- Who carries its commands out: our own worker processes, or somebody else's with NATS credentials of their own.
  worker text not null default 'interlock' check (worker in ('interlock', 'outside')),
  -- Two slots, so that a secret can be changed without losing a request; both encrypted under the master key.
  secrets_current bytea,
  secrets_next bytea,
  circuit text not null default 'closed' check (circuit in ('closed', 'open', 'half_open')),
  circuit_reason text,
  circuit_until timestamptz,
  -- `<writeback>.<attempt>` that is tried while the circuit is half open: only its result decides.
  circuit_trial text,
  -- Rate limited by the vendor until then: the whole connection waits, not one lane.
  blocked_until timestamptz,
  -- States that need a stage or a field which the vendor has no more: nothing is written there until it is back.
  gone_states text[] not null default '{}',
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp()
);

-- Access tokens that all workers of a connection share, as a vendor may know one of a credential at a time.
create table vendor_token (
  connection_id text not null references connection,
  -- Stands for the credential: a hash.
  key text not null,
  -- Encrypted under the master key.
  value_ct bytea,
  good_until timestamptz,
  -- Until then one process is asking for a new one.
  making_until timestamptz,
  primary key (connection_id, key),
  check ((value_ct is null) = (good_until is null))
);

-- The stages and fields that each vendor offered when it was last asked, and what our mapping names and was not among them.
create table catalogue (
  connection_id text primary key references connection,
  fingerprint text,
  stages text[] not null default '{}',
  fields text[] not null default '{}',
  -- [{kind, name, states, elements}]
  missing jsonb not null default '[]',
  changed_at timestamptz,
  read_at timestamptz,
  failures int not null default 0,
  -- Nobody else asks before: a lease while it is being asked, a pause afterwards.
  due_at timestamptz not null default clock_timestamp()
);

-- Where polling stands at each system whose webhooks do not say enough; one process at a time.
create table poll (
  connection_id text primary key references connection,
  cursor text,
  -- Moves with every lease: who lost its lease can no longer move the cursor.
  turn int not null default 0,
  polled_at timestamptz,
  failures int not null default 0,
  failure text,
  due_at timestamptz not null default clock_timestamp(),
  created_at timestamptz not null default clock_timestamp()
);

-- Fields that a vendor sends and that are kept out: nobody has mapped them, or what stood there could not be read.
create table unknown_field (
  connection_id text not null references connection,
  -- RFC 6901, '*' for every index; empty for all beyond the number that is kept.
  pointer text not null,
  kind text not null check (kind in ('unmapped', 'unreadable')),
  code text not null,
  seen bigint not null check (seen > 0),
  first_seen_at timestamptz not null default clock_timestamp(),
  last_seen_at timestamptz not null default clock_timestamp(),
  primary key (connection_id, pointer, kind)
);

create table person (
  id text primary key,
  -- Wrapped by the master key; both null after erasure, and with them everything encrypted or committed under them.
  data_key bytea,
  commit_key bytea,
  master_key_id text not null,
  email_index bytea,
  -- Blind as well: of the telephone number, and of what names that sound alike have in common. Made when persons are compared.
  phone_index bytea,
  name_index int[],
  -- When this person was last compared with the others; null: is to be.
  compared_at timestamptz,
  -- The same human, a person decided: all who are linked to one are found, exported and erased together.
  linked_to text references person,
  -- The profile that a system keeps of this human, by the system's own id: a merge there is followed by it.
  profile_system text,
  profile_ref text,
  created_at timestamptz not null default clock_timestamp(),
  -- Legal hold: nobody erases while it lasts; without an end it lasts until somebody lifts it.
  held_at timestamptz,
  held_until timestamptz,
  held_reason text,
  erased_at timestamptz,
  -- What of an erasure is through beside the rows themselves: {store: when}; and when all of it was.
  erasure_stores jsonb not null default '{}',
  erasure_ended_at timestamptz,
  check ((data_key is null) = (commit_key is null)),
  check ((erased_at is null) = (data_key is not null)),
  check ((held_at is null) = (held_reason is null)),
  check (held_until is null or held_at is not null),
  check (erased_at is null or (email_index is null and phone_index is null and name_index is null and held_at is null)),
  check (linked_to <> id),
  check (erasure_ended_at is null or erased_at is not null)
);
create index person_erased on person (erased_at) where erased_at is not null;
create index person_erasing on person (erased_at) where erased_at is not null and erasure_ended_at is null;
create index person_email_index on person (email_index) where email_index is not null;
create index person_phone_index on person (phone_index) where phone_index is not null;
create index person_name_index on person using gin (name_index) where name_index is not null;
create index person_profile on person (profile_system, profile_ref) where profile_ref is not null;
create index person_uncompared on person (id) where compared_at is null and erased_at is null;
create index person_linked on person (linked_to) where linked_to is not null;

create table subject (
  id text primary key,
  machine text not null,
  machine_version int not null,
  state text not null,
  -- Where "resume" and "reopen" lead; null until the subject left an active region.
  history text,
  -- What guards may know; no personal data.
  facts jsonb not null default '{}',
  version int not null check (version >= 1),
  chain_head bytea not null,
  person_id text not null references person,
  -- An application's requisition, an onboarding's application.
  parent_id text references subject,
  region text,
  business_unit text,
  requisition_type text,
  state_since timestamptz not null,
  sla_due_at timestamptz,
  ended boolean not null default false,
  opened_at timestamptz not null default clock_timestamp(),
  -- The person's, on the row that every batch locks: who waited for that lock sees it.
  erased_at timestamptz
) with (fillfactor = 85);
create index subject_overdue on subject (sla_due_at) where sla_due_at is not null and not ended;
create index subject_person on subject (person_id);
create index subject_state on subject (machine, state, id);
create index subject_open on subject (id) where not ended;

-- What each system calls the subject. `system` is a connection's id or another namespace both sides know.
create table subject_ref (
  system text not null,
  machine text not null,
  external_id text not null,
  subject_id text not null references subject,
  -- The newest name counts: a target may give a thing another id than it first said.
  linked_at timestamptz not null default clock_timestamp(),
  primary key (system, machine, external_id)
);
create index subject_ref_subject on subject_ref (subject_id);

create table element_value (
  subject_id text not null references subject,
  element text not null,
  value_ct bytea,
  -- Keyed per person: equal values can be told apart from others without being read.
  value_commit bytea not null,
  source text not null,
  -- The kind of system that said it: what conflict rules go by.
  by_kind text not null,
  -- The event it came with, or the conflict that a person settled.
  event_id text not null,
  subject_version int not null,
  dictionary_version int not null,
  -- When it happened; of a settled value, when it was settled.
  occurred_at timestamptz not null,
  written_at timestamptz not null default clock_timestamp(),
  -- The person who chose it, and the values that were not chosen, as hex of their commitments.
  settled_by text,
  turned_down text[] not null default '{}',
  -- Of the value that it replaced: what a system may go on saying until it was written there.
  previous_commit bytea,
  primary key (subject_id, element)
) with (fillfactor = 85);
