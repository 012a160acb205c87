-- Released versions and their signatures, sealed checkpoints, who may do what, and what they did.

create table machine_version (
  machine text not null,
  version int not null,
  hash text not null,
  definition jsonb not null,
  -- Laid out once; drawing reads it.
  layout jsonb,
  released_at timestamptz not null default clock_timestamp(),
  primary key (machine, version)
);

create table dictionary_version (
  version int primary key,
  hash text not null unique,
  document jsonb not null,
  released_at timestamptz not null default clock_timestamp()
);

create table account (
  id text primary key,
  name text not null,
  email_index bytea unique,
  profile_ct bytea,
  password_hash text,
  created_at timestamptz not null default clock_timestamp(),
  deactivated_at timestamptz
);

create table role_grant (
  account_id text not null references account,
  role text not null check (role in ('admin', 'operator', 'auditor', 'viewer', 'committee')),
  region text not null default '*',
  business_unit text not null default '*',
  granted_by text not null,
  granted_at timestamptz not null default clock_timestamp(),
  primary key (account_id, role, region, business_unit)
);

create table session (
  id_hash bytea primary key,
  account_id text not null references account,
  created_at timestamptz not null default clock_timestamp(),
  last_seen_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  -- The browser in two words, so that its owner knows it again.
  device text not null default ''
);
create index session_account on session (account_id);

-- Links that are good once: to make the first account, or to choose a password. Only their hashes are kept.
create table sign_in_link (
  token_hash bytea primary key,
  purpose text not null check (purpose in ('first_admin', 'password')),
  account_id text references account,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  check ((purpose = 'password') = (account_id is not null))
);
create index sign_in_link_account on sign_in_link (account_id);

create table client (
  id text primary key,
  name text not null,
  -- The kind of system it speaks for: what it may cause.
  kind text not null,
  scopes text[] not null,
  -- The one connection whose work it may fetch; null for clients that are no workers.
  connection_id text references connection (id),
  secret_hash_current text not null,
  secret_hash_next text,
  -- Tokens revoked before their ten minutes were over: {jti: expiry in ms}.
  revoked_tokens jsonb not null default '{}',
  created_at timestamptz not null default clock_timestamp(),
  last_used_at timestamptz,
  revoked_at timestamptz
);

create table approval (
  id text primary key,
  kind text not null check (kind in ('machine', 'dictionary')),
  name text not null,
  version int not null,
  hash text not null,
  role text not null,
  account_id text not null references account,
  decision text not null check (decision in ('approved', 'rejected')),
  reason text,
  decided_at timestamptz not null default clock_timestamp()
);

-- Keys that checkpoints are signed with; the private half is encrypted under the master key.
create table checkpoint_key (
  id text primary key,
  public_key bytea not null,
  private_key_ct bytea not null,
  created_at timestamptz not null default clock_timestamp()
);

-- Covers the transitions from the fence of the checkpoint before up to its own: (epoch, fence) is where it ends.
create table checkpoint (
  n bigint primary key,
  epoch int not null,
  fence xid8 not null,
  count bigint not null check (count > 0),
  total bigint not null,
  root bytea not null,
  prev bytea not null,
  system_identifier text not null,
  timeline int not null,
  key_id text not null references checkpoint_key,
  signature bytea not null,
  sealed_at timestamptz not null
);

create table audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  actor_kind text not null check (actor_kind in ('client', 'account', 'cli', 'system')),
  actor_id text not null,
  action text not null,
  object_kind text not null,
  object_id text not null,
  detail jsonb not null default '{}',
  request_id text
);
create index audit_object on audit (object_kind, object_id, at);
create index audit_at on audit (at);

create table import (
  id text primary key,
  connection_id text references connection,
  source text not null,
  fingerprint text not null unique,
  rows_total int not null default 0,
  rows_done int not null default 0,
  status text not null check (status in ('running', 'done', 'failed')),
  started_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz
);
