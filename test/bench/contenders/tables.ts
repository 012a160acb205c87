// The tables of a service that one writes by hand, for those contenders that keep theirs in Postgres, and for the floor.
export const tables = `
create table if not exists application (
  id text primary key, state text not null, seq int not null, updated_at timestamptz not null default now());
create table if not exists transition (
  application_id text not null, seq int not null, event_id text not null unique, source text not null, type text not null,
  from_state text not null, to_state text not null, occurred_at timestamptz not null, data jsonb not null,
  recorded_at timestamptz not null default now(), primary key (application_id, seq));
create table if not exists writeback (
  id bigint generated always as identity, application_id text not null, vendor text not null, seq int not null, state text not null,
  status text not null default 'pending', http_status int, done_at timestamptz, primary key (application_id, vendor, seq));
create index if not exists writeback_pending on writeback (id) where status = 'pending'`;
