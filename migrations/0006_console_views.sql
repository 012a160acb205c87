-- What people keep for themselves at the console: saved views of lists, the right to take a list along, and what became of settling many incidents.

-- Beside a role: what an admin grants to one account alone.
create table right_grant (
  account_id text not null references account,
  right_name text not null check (right_name in ('export')),
  granted_by text not null,
  granted_at timestamptz not null default clock_timestamp(),
  primary key (account_id, right_name)
);

create table console_view (
  id text primary key,
  account_id text not null references account,
  page text not null check (page in ('stuck', 'applications')),
  name text not null check (name <> ''),
  -- The filter, as it stands in the address; no page's filter holds anything personal.
  query text not null,
  -- Seen by everybody who may see the page; changed by whose it is.
  shared boolean not null default false,
  created_at timestamptz not null default clock_timestamp(),
  unique (account_id, page, name)
);

create index console_view_shared on console_view (page, name) where shared;

-- One decision about many incidents, and what became of each: [{id, kind}], written while it goes on.
create table settlement (
  id text primary key,
  account_id text not null references account,
  reason text not null check (reason <> ''),
  incidents text[] not null check (incidents <> '{}'),
  -- What these were chosen by found more than one settlement takes.
  more boolean not null default false,
  results jsonb not null default '[]',
  begun_at timestamptz not null default clock_timestamp(),
  -- Null while it goes on, and for ever if it was broken off.
  ended_at timestamptz
);

create trigger settlement_no_delete before delete on settlement for each row execute function refuse_change();

create trigger settlement_no_truncate before truncate on settlement for each statement execute function refuse_change();

-- Subjects by when they moved last.
create index subject_moved on subject (state_since, id collate "C");

do $$
begin
  if exists (select from pg_roles where rolname = 'interlock_app') then
    grant select, insert, delete on right_grant to interlock_app;
    grant select, insert, update, delete on console_view to interlock_app;
    grant select, insert, update on settlement to interlock_app;
  end if;
end $$;
