-- What people read of an import: how fast it works, what was wrong with which line, and how it goes on after it was broken off.

alter table import
  -- 'parts': it comes over the API.
  add column format text not null default 'parts' check (format in ('csv', 'ndjson', 'parts')),
  -- Words of the file for our states, as they were given when it began.
  add column states jsonb not null default '{}',
  -- Where the command line writes what was wrong; null for parts.
  add column errors_file text,
  -- {rule: lines that broke it}; a line may break several.
  add column rules jsonb not null default '{}',
  -- Time that its lines took, without the pauses between runs and parts.
  add column worked_ms bigint not null default 0,
  -- When it last came on.
  add column moved_at timestamptz not null default clock_timestamp();

-- The first things that were wrong: which line broke which rule, and what to do; nothing of what stood there.
create table import_error (
  import_id text not null references import,
  -- In the order of the file, from 1; several may be of one line.
  place int not null,
  line int not null,
  rule text not null,
  todo text not null,
  primary key (import_id, place)
);

create trigger import_error_append_only before update or delete on import_error for each row execute function refuse_change();

create trigger import_error_no_truncate before truncate on import_error for each statement execute function refuse_change();

do $$
begin
  if exists (select from pg_roles where rolname = 'interlock_app') then
    grant select, insert on import_error to interlock_app;
  end if;
end $$;
