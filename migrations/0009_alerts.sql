-- Alerts: what is watched, where it is told, what is or was so, and every message with what became of it.

create table alert_rule (
  id text primary key check (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  -- One of those that are there from the first start: it can be turned off, not removed.
  builtin boolean not null default false,
  enabled boolean not null default true,
  condition jsonb not null,
  terms jsonb not null,
  -- The figures of the last look, for pages: {values: [{about, value, volume}], failed}.
  reading jsonb,
  read_at timestamptz,
  changed_at timestamptz not null default clock_timestamp()
);

create table alert_channel (
  id text primary key check (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  kind text not null check (kind in ('webhook', 'mail')),
  -- The host, or the domains of the addresses.
  place text not null,
  -- Address, secret and recipients, under the master key.
  terms_ct bytea not null,
  created_at timestamptz not null default clock_timestamp()
);

-- One thing of one rule: that a figure is where it should not be, since when, and when somebody was told.
create table alert (
  id text primary key,
  rule_id text not null,
  -- The connection it is about; empty for what is about all.
  about text not null,
  status text not null check (status in ('pending', 'firing', 'over')),
  severity text not null check (severity in ('warning', 'critical')),
  condition jsonb not null,
  value double precision not null,
  since_at timestamptz not null,
  fired_at timestamptz,
  told_at timestamptz,
  told int not null default 0,
  calm_since timestamptz,
  over_at timestamptz,
  check ((status = 'over') = (over_at is not null)),
  check (status = 'pending' or fired_at is not null)
) with (fillfactor = 80);
create unique index alert_open on alert (rule_id, about) where status <> 'over';
create index alert_fired on alert (fired_at, id) where fired_at is not null;

create table alert_delivery (
  -- Also the id of the message: a receiver that gets it twice can tell.
  id text primary key,
  -- Null for a test.
  alert_id text references alert on delete cascade,
  channel_id text not null,
  telling text not null check (telling in ('firing', 'repeated', 'over', 'test')),
  body jsonb not null,
  status text not null check (status in ('waiting', 'sent', 'failed', 'superseded')),
  tries int not null default 0,
  -- Counts up with every claim: only who has the last one may settle it.
  turn int not null default 0,
  due_at timestamptz not null default clock_timestamp(),
  lease_until timestamptz,
  -- A short code or the status of the answer, never its text.
  answer text,
  created_at timestamptz not null default clock_timestamp(),
  settled_at timestamptz,
  check ((status = 'waiting') = (settled_at is null))
) with (fillfactor = 80);
create index alert_delivery_due on alert_delivery (due_at) where status = 'waiting';
create index alert_delivery_alert on alert_delivery (alert_id);
create index alert_delivery_channel on alert_delivery (channel_id, created_at);

-- Whose turn it is to look: one process at a time.
create table alert_watch (
  single boolean primary key default true check (single),
  turn int not null default 0,
  due_at timestamptz not null default clock_timestamp()
);
insert into alert_watch default values;

do $$
begin
  if exists (select from pg_roles where rolname = 'interlock_app') then
    grant select, insert, update, delete on alert_rule, alert_channel, alert, alert_delivery to interlock_app;
    grant select, update on alert_watch to interlock_app;
  end if;
end $$;
