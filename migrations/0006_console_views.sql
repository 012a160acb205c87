-- What people keep for themselves at the console: saved views of lists, and the right to take a list along.

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

-- Subjects by when they moved last.
create index subject_moved on subject (state_since, id collate "C");

do $$
begin
  if exists (select from pg_roles where rolname = 'interlock_app') then
    grant select, insert, delete on right_grant to interlock_app;
    grant select, insert, update, delete on console_view to interlock_app;
  end if;
end $$;
