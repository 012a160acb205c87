-- Versions that somebody proposes, who signs for which party, and what a signature binds; and ways into the audit log.

-- What was proposed, as it was; the newest of a machine's number is the one that can be signed.
create table proposal (
  number bigint generated always as identity primary key,
  machine text not null,
  version int not null check (version >= 1),
  hash text not null,
  -- JSON as it was given: the order of its states is that of lists and pictures, which jsonb would forget.
  definition text not null,
  -- Why, in the words of whoever proposes.
  note text not null check (note <> ''),
  proposer_kind text not null check (proposer_kind in ('account', 'cli', 'client', 'system')),
  proposer_id text not null,
  proposed_at timestamptz not null default clock_timestamp()
);

create index proposal_version on proposal (machine, version, number);

create trigger proposal_append_only before update or delete on proposal for each row execute function refuse_change();

create trigger proposal_no_truncate before truncate on proposal for each statement execute function refuse_change();

-- For whom an account signs; machines/signers.json says which parties there are.
create table party_member (
  account_id text not null references account,
  party text not null check (party <> ''),
  granted_by text not null,
  granted_at timestamptz not null default clock_timestamp(),
  primary key (account_id, party)
);

-- Beside the hash: all who had to sign at that time, in the order of the alphabet, what the signer agreed to be shown, and
-- the signature of this installation over all of it.
alter table approval add column required text[] not null;

alter table approval add column display_name text not null;

-- Says that two signatures are of two accounts without naming them: SHA-256 of the account's id.
alter table approval add column signer text not null;

alter table approval add column key_id text not null references checkpoint_key;

alter table approval add column signature bytea not null;

alter table approval add check ((decision = 'rejected') = (reason is not null));

-- Nobody decides twice about one content, neither for two parties nor for one.
create unique index approval_party on approval (kind, name, version, hash, required, role);

create unique index approval_account on approval (kind, name, version, hash, required, account_id);

-- "What did she do?" and "who did this?", the newest first.
create index audit_actor on audit (actor_id, at, id);

create index audit_action on audit (action, at, id);

do $$
begin
  if exists (select from pg_roles where rolname = 'interlock_app') then
    grant select, insert on proposal to interlock_app;
    grant select, insert, delete on party_member to interlock_app;
    grant usage on all sequences in schema public to interlock_app;
  end if;
end $$;
