-- What a person decided about many things at once: one row per act and one per writeback or incident, so that every result is there to be read afterwards.

create table bulk_act (
  id text primary key,
  -- The first two are about writebacks, the last about incidents.
  kind text not null check (kind in ('redrive', 'waive', 'settle')),
  reason text not null check (reason <> ''),
  -- Of a redrive: overwrite whatever the target shows.
  force boolean not null default false,
  actor_kind text not null,
  actor_id text not null,
  request_id text,
  items int not null check (items > 0),
  -- The filter found more than one act takes.
  more boolean not null default false,
  begun_at timestamptz not null default clock_timestamp(),
  -- When the last of its items was decided about.
  ended_at timestamptz
);

create index bulk_act_unfinished on bulk_act (begun_at) where ended_at is null;

create index bulk_act_begun on bulk_act (begun_at);

create table bulk_act_item (
  act_id text not null references bulk_act,
  place int not null,
  -- A writeback's or an incident's, as it was asked for; one that does not exist is told so.
  item_id text not null,
  -- Null until it was decided: `done`, or why nothing was changed.
  decision text check (decision in ('done', 'unknown', 'not_dead', 'settled', 'in_flight', 'overtaken', 'connection_removed', 'already_settled', 'must_choose', 'writeback_dead')),
  decided_at timestamptz,
  primary key (act_id, place),
  unique (act_id, item_id),
  check ((decision is null) = (decided_at is null))
);

create index bulk_act_item_pending on bulk_act_item (act_id, place) where decision is null;

-- A decision that was made stays as it was made.
create function bulk_act_item_is_decided_once() returns trigger language plpgsql as $$
begin
  if old.decision is not null and (new.decision, new.decided_at) is distinct from (old.decision, old.decided_at) then
    raise exception '% of act % is decided already', old.item_id, old.act_id using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;

create trigger bulk_act_item_is_decided_once before update on bulk_act_item for each row execute function bulk_act_item_is_decided_once();

create trigger bulk_act_no_delete before delete on bulk_act for each row execute function refuse_change();

create trigger bulk_act_no_truncate before truncate on bulk_act for each statement execute function refuse_change();

create trigger bulk_act_item_no_delete before delete on bulk_act_item for each row execute function refuse_change();

create trigger bulk_act_item_no_truncate before truncate on bulk_act_item for each statement execute function refuse_change();

-- Waived and superseded writebacks are few among many: their lists must not go through all that were confirmed.
create index writeback_let_go on writeback (status, settled_at) where status in ('waived', 'superseded');

do $$
begin
  if exists (select from pg_roles where rolname = 'interlock_app') then
    grant select, insert, update on bulk_act, bulk_act_item to interlock_app;
  end if;
end $$;

-- How far each system agreed with us, hour by hour: what was counted last in that hour.
create table agreement_hour (
  connection_id text not null references connection,
  hour timestamptz not null,
  pairs int not null check (pairs >= 0),
  agreeing int not null check (agreeing between 0 and pairs),
  -- {cause: how many}
  causes jsonb not null default '{}',
  counted_at timestamptz not null default clock_timestamp(),
  primary key (connection_id, hour)
);

do $$
begin
  if exists (select from pg_roles where rolname = 'interlock_app') then
    grant select, insert, update on agreement_hour to interlock_app;
  end if;
end $$;
