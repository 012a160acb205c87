-- Imports of files of what there was before Interlock, and connections that are written to in waves.

alter table import
  add column machine text not null default 'application',
  -- Vendors are told what was imported; else only what happens from then on.
  add column write_back boolean not null default false,
  add column rows_created int not null default 0,
  add column rows_duplicate int not null default 0,
  add column rows_error int not null default 0,
  -- Length of the file of errors at `rows_done`: what lies behind it is written again after a crash.
  add column errors_bytes bigint not null default 0,
  add column begun_by text not null default 'system',
  add check (rows_done = rows_created + rows_duplicate + rows_error);
create index import_started on import (started_at desc, id);

-- How far a connection has come; one without a row is live.
create table wave (
  connection_id text primary key references connection,
  phase text not null check (phase in ('shadow', 'pilot', 'live')),
  phase_since timestamptz not null default clock_timestamp(),
  -- Whom a pilot is about: {regions, businessUnits, requisitionTypes}; an absent list means all.
  pilot jsonb not null default '{}',
  -- What differs since it was watched is put right by reconciliation; else only what happens from now on is written.
  catch_up boolean not null default false,
  -- What must hold before it moves on, and while it writes, where that differs from src/core/deciding/gates.ts.
  gates jsonb not null default '{}',
  -- Writing was stopped: when, by which gate ('person' for somebody), and how that stood.
  held_at timestamptz,
  held_gate text,
  held_detail text,
  check ((held_at is null) = (held_gate is null))
);

-- What would have been written to a connection that is only watched, and whether the system came to show it by people's hands.
create table shadow_write (
  subject_id text not null references subject,
  connection_id text not null references connection,
  subject_version int not null,
  machine text not null,
  event_type text not null,
  from_state text not null,
  target_state text not null,
  phase text not null check (phase in ('shadow', 'pilot')),
  created_at timestamptz not null,
  -- 'overtaken': the subject moved on before anybody could tell.
  outcome text check (outcome in ('match', 'miss', 'overtaken')),
  -- What the system showed instead, in our words.
  seen text,
  settled_at timestamptz,
  primary key (connection_id, subject_id, subject_version),
  check ((outcome is null) = (settled_at is null))
);
create index shadow_write_open on shadow_write (connection_id, created_at, subject_id, subject_version) where outcome is null;
create index shadow_write_created on shadow_write (connection_id, created_at);
create index shadow_write_subject on shadow_write (subject_id);

create trigger wave_no_delete before delete on wave for each row execute function refuse_change();
create trigger shadow_write_no_delete before delete on shadow_write for each row execute function refuse_change();

do $$
begin
  if exists (select from pg_roles where rolname = 'interlock_app') then
    grant select, insert, update on wave, shadow_write to interlock_app;
  end if;
end $$;
