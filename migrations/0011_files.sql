-- Files that systems drop and take: how far each was taken, which rows went out in which, and the direction of a connection.

-- `in`: nothing is ever written there. `out`: nothing that it says is taken for a cause.
alter table connection add column direction text not null default 'both' check (direction in ('both', 'in', 'out'));

-- One process at a time looks after one side of a connection.
create table file_turn (
  connection_id text not null references connection,
  side text not null check (side in ('in', 'out')),
  -- Moves with every lease: who lost its lease changes nothing any more.
  turn int not null default 0,
  failures int not null default 0,
  failure text,
  due_at timestamptz not null default clock_timestamp(),
  -- When the place could last be used.
  used_at timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  primary key (connection_id, side)
);

create table file_in (
  id text primary key,
  connection_id text not null references connection,
  -- HMAC of the name, and the name under the master key, since it may name a person; the name goes when its time is over.
  name_key text not null,
  name_ct bytea,
  bytes double precision not null,
  -- By the clock of the folder, ms since 1970.
  modified_ms double precision not null,
  state text not null default 'arriving' check (state in ('arriving', 'taking', 'taken', 'held', 'duplicate', 'empty', 'gone')),
  reason text,
  -- HMAC of the content's hash; null until it was read to its end.
  content_key text,
  rows int not null default 0,
  -- Rows that are through: recorded, or left out for a fault.
  rows_done int not null default 0,
  recorded int not null default 0,
  repeated int not null default 0,
  quarantined int not null default 0,
  -- Older than a write of ours that the system had not seen when it wrote the file.
  outdated int not null default 0,
  faults int not null default 0,
  first_seen_at timestamptz not null default clock_timestamp(),
  -- When its size or its time last changed.
  changed_at timestamptz not null default clock_timestamp(),
  checked_at timestamptz,
  ended_at timestamptz,
  -- Moved away, or to be left where it is.
  put_away boolean not null default false,
  check ((state in ('taken', 'duplicate', 'empty', 'gone')) = (ended_at is not null)),
  check (rows_done <= rows)
);
create index file_in_name on file_in (connection_id, name_key, first_seen_at desc);
create index file_in_content on file_in (connection_id, content_key) where content_key is not null;
create index file_in_open on file_in (connection_id, first_seen_at) where state in ('arriving', 'taking', 'held') or not put_away;
create index file_in_ended on file_in (connection_id, ended_at) where ended_at is not null;
create index file_in_seen on file_in (first_seen_at, id);
create index file_in_last on file_in (connection_id, first_seen_at);
create index file_in_named on file_in (ended_at) where name_ct is not null and ended_at is not null;

create table file_out (
  id text primary key,
  connection_id text not null references connection,
  -- Ours: a prefix of the settings, and this row's id.
  name text not null,
  -- `prepared`: all of it lies under its temporary name. Once that is gone it has its own.
  state text not null default 'writing' check (state in ('writing', 'prepared', 'written', 'answered')),
  rows int not null,
  bytes double precision,
  created_at timestamptz not null default clock_timestamp(),
  written_at timestamptz,
  answered_at timestamptz,
  check ((state in ('written', 'answered')) = (written_at is not null))
);
create index file_out_open on file_out (connection_id, created_at) where state <> 'answered';
create index file_out_created on file_out (created_at, id);
create index file_out_last on file_out (connection_id, created_at);

-- A writeback as a row of a file.
create table file_row (
  writeback_id text primary key references writeback,
  connection_id text not null references connection,
  place bigint not null generated always as identity,
  -- HMAC of the system's id; empty once the person was erased.
  ref_key text,
  state text not null default 'queued' check (state in ('queued', 'packed', 'written', 'withdrawn')),
  file_id text references file_out,
  -- The attempt that put it there: the same command may come twice, and asks for nothing anew.
  attempt int not null,
  times int not null default 1,
  -- Under the person's key, until the file is written.
  cells_ct bytea,
  queued_at timestamptz not null default clock_timestamp(),
  written_at timestamptz,
  answer text check (answer in ('accepted', 'refused')),
  answer_code text,
  answered_at timestamptz,
  -- What the system's own files have shown since it was written.
  shows text[],
  shown_at timestamptz,
  check ((state = 'written') = (written_at is not null)),
  check (state in ('queued', 'packed') or cells_ct is null),
  check ((answer is null) = (answered_at is null)),
  check ((shows is null) = (shown_at is null))
);
create index file_row_waiting on file_row (connection_id, place) where state = 'queued';
create index file_row_file on file_row (file_id) where file_id is not null;
create index file_row_reference on file_row (connection_id, ref_key, written_at) where state = 'written' and ref_key is not null;

create trigger file_in_no_delete before delete on file_in for each row execute function refuse_change();
create trigger file_out_no_delete before delete on file_out for each row execute function refuse_change();
create trigger file_row_no_delete before delete on file_row for each row execute function refuse_change();

do $$
begin
  if exists (select from pg_roles where rolname = 'interlock_app') then
    grant select, insert, update on file_turn, file_in, file_out, file_row to interlock_app;
  end if;
end $$;
