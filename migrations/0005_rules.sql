-- Rules that hold whatever the code does: append-only logs, settle-once rows, and a role that may do no more than it needs.

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: % refused', tg_table_name, tg_op using errcode = 'integrity_constraint_violation';
end $$;

do $$
declare name text;
begin
  foreach name in array array['transition', 'attempt', 'echo', 'audit', 'checkpoint', 'checkpoint_key', 'approval', 'dictionary_version'] loop
    execute format('create trigger %I before update or delete on %I for each row execute function refuse_change()', name || '_append_only', name);
    execute format('create trigger %I before truncate on %I for each statement execute function refuse_change()', name || '_no_truncate', name);
  end loop;
  foreach name in array array['event', 'writeback', 'subject', 'subject_ref', 'lane', 'person', 'incident', 'machine_version', 'connection', 'client'] loop
    execute format('create trigger %I before delete on %I for each row execute function refuse_change()', name || '_no_delete', name);
    execute format('create trigger %I before truncate on %I for each statement execute function refuse_change()', name || '_no_truncate', name);
  end loop;
end $$;

-- An event keeps what was said; its disposition is settled once; only erasure may empty its payload.
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
create trigger event_settles_once before update on event for each row execute function event_settles_once();

-- Nobody is erased under a legal hold, and an erased person never gets keys again.
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
create trigger person_is_erased_once before update on person for each row execute function person_is_erased_once();

-- Only an operator's redrive reopens a dead writeback; nothing else that is settled moves again.
create function writeback_settles_once() returns trigger language plpgsql as $$
begin
  if old.status in ('confirmed', 'waived', 'superseded') and new.status is distinct from old.status then
    raise exception 'writeback % is already %', old.id, old.status using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger writeback_settles_once before update of status on writeback for each row execute function writeback_settles_once();

create function subject_moves_forward() returns trigger language plpgsql as $$
begin
  if new.version < old.version then
    raise exception 'subject % cannot go back from version % to %', old.id, old.version, new.version using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger subject_moves_forward before update of version on subject for each row execute function subject_moves_forward();

create function machine_version_is_frozen() returns trigger language plpgsql as $$
begin
  if (new.machine, new.version, new.hash, new.definition) is distinct from (old.machine, old.version, old.hash, old.definition) then
    raise exception '% v% is released and frozen', old.machine, old.version using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger machine_version_is_frozen before update on machine_version for each row execute function machine_version_is_frozen();

-- The service works as this role (`set role`), so that a fault in it can neither delete nor rewrite history.
do $$
begin
  if not exists (select from pg_roles where rolname = 'interlock_app') then
    create role interlock_app nologin;
  end if;
exception
  when duplicate_object or unique_violation then null;
  when insufficient_privilege then raise notice 'the role interlock_app could not be created; create it and run the grants of 0005_rules.sql for least privilege';
end $$;

-- Who owns the database but is no superuser must be allowed to become it; having created it is not enough.
do $$
begin
  if exists (select from pg_roles where rolname = 'interlock_app') and not (select rolsuper from pg_roles where rolname = current_user) then
    grant interlock_app to current_user;
  end if;
exception
  when insufficient_privilege then raise notice 'the role interlock_app belongs to somebody else: have it granted to the owner of this database for least privilege';
end $$;

do $$
begin
  if exists (select from pg_roles where rolname = 'interlock_app') then
    grant usage on schema public to interlock_app;
    grant select on all tables in schema public to interlock_app;
    grant insert on connection, vendor_token, catalogue, poll, unknown_field, shown, reconciliation, person, subject, subject_ref, element_value, event, transition, lane, writeback, attempt, echo,
      incident, kpi_hour, machine_version, dictionary_version, account, role_grant, session, sign_in_link, client, approval, checkpoint, checkpoint_key, audit, import to interlock_app;
    grant update on connection, vendor_token, catalogue, poll, unknown_field, shown, reconciliation, person, subject, element_value, event, lane, writeback, incident, kpi_hour, machine_version, account, session, client, import to interlock_app;
    grant delete on kpi_hour, session, sign_in_link, role_grant to interlock_app;
    grant usage on all sequences in schema public to interlock_app;
  end if;
end $$;
