-- Who takes care of an incident, and what people note about it until it is settled.

alter table incident add column assigned_to text references account (id);

alter table incident add column assigned_at timestamptz;

alter table incident add check ((assigned_to is null) = (assigned_at is null));

-- "What is mine, the oldest first", and "what has nobody yet".
create index incident_assigned on incident (assigned_to, opened_at) where settled_at is null;

-- All of them, the newest first, whatever their kind.
create index incident_every on incident (opened_at);

-- What one system said and was not taken, the newest first.
create index event_unhappy_source on event (source, disposition, received_at) where disposition in ('refused', 'quarantined', 'parked');

create table incident_note (
  id bigint generated always as identity primary key,
  incident_id text not null references incident (id),
  at timestamptz not null default clock_timestamp(),
  -- `account:acc_…`, `client:cli_…` or `cli:<user>`.
  author text not null,
  -- Null once the person it was about is erased.
  body text check (body <> '')
);

create index incident_note_incident on incident_note (incident_id, id);

-- Nobody rewrites what somebody noted; only an erasure may empty it.
create function incident_note_is_kept() returns trigger language plpgsql as $$
begin
  if new.body is not null or (new.id, new.incident_id, new.at, new.author) is distinct from (old.id, old.incident_id, old.at, old.author) then
    raise exception 'note % of incident % cannot be rewritten', old.id, old.incident_id using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;

create trigger incident_note_is_kept before update on incident_note for each row execute function incident_note_is_kept();

create trigger incident_note_no_delete before delete on incident_note for each row execute function refuse_change();

create trigger incident_note_no_truncate before truncate on incident_note for each statement execute function refuse_change();

do $$
begin
  if exists (select from pg_roles where rolname = 'interlock_app') then
    grant select, insert, update on incident_note to interlock_app;
    grant usage on all sequences in schema public to interlock_app;
  end if;
end $$;
