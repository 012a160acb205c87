// The rows of a large history that follow from its plan: events, the log, values, incidents, readings, counts.
import type pg from 'pg';
import { namesake } from './persons.ts';
import { id } from './plan.ts';

/** Transitions of one transaction: no checkpoint covers more than ten thousand rows. */
const stepsPerTransaction = 5_000;

/** One in four steps is said again in some other way: an echo, late, refused, or not understood; and some wait for their turn. */
export async function fillEvents(client: pg.Client): Promise<void> {
  await client.query(
    `create unlogged table plan_extra as
     select e as x, n, version, event, from_state, machine, source, by_kind, at + interval '5 seconds' as at,
       case when (e / 4) % 40 = 39 then 'quarantined' when (e / 4) % 40 < 16 and source not like 'connection:greenhouse%' then 'echo' when (e / 4) % 40 < 30 then 'stale' else 'refused' end as disposition
     from plan_step where e % 4 = 0 and at < now() - interval '10 seconds'`,
  );
  await client.query(
    `insert into event (id, source, external_id, fingerprint, machine, claim_kind, claim, by_kind, ref_system, ref_id, subject_id, person_id, occurred_at, received_at,
       disposition, code, detail, transition_version, settled_at, parked_for, parked_until)
     select * from (
       select ${id('evt', 'e')} as id, source, 'x' || e, md5(e::text), machine, 'event', event, by_kind, null, null, ${id('sub', 'n')}, ${id('per', 'n')},
         at - (e % 50) * interval '1 second', at as received_at, 'applied', null, null::jsonb, version, at, null, null::timestamptz from plan_step
       union all
       select ${id('evt', "'1' || lpad(x::text, 24, '0')")}, case when disposition = 'echo' then 'connection:greenhouse-eu' else source end, 'y' || x, md5('y' || x), machine,
         case disposition when 'quarantined' then 'raw' when 'echo' then 'stage' else 'event' end, case when disposition <> 'quarantined' then event end, by_kind, null, null,
         case when disposition <> 'quarantined' then ${id('sub', 'n')} end, ${id('per', 'n')}, at, at, disposition,
         case disposition when 'refused' then case when x % 3 = 0 then 'missing_elements' else 'illegal_transition' end when 'quarantined' then 'untranslatable' when 'stale' then 'behind' end,
         case disposition when 'refused' then case when x % 3 = 0 then jsonb_build_object('state', from_state, 'elements', array['offer.startDate'], 'detail', 'lacks offer.startDate')
           else jsonb_build_object('state', from_state, 'allowed', array[]::text[], 'detail', 'no way leads there') end end,
         null, at, null, null from plan_extra
       union all
       select ${id('evt', "'2' || lpad(n::text, 24, '0')")}, 'connection:greenhouse-eu', 'p' || n, md5('p' || n), 'application', 'event', 'offer.extended', 'ats', null, null,
         ${id('sub', 'n')}, ${id('per', 'n')}, now() - (n % 600) * interval '1 second', now() - (n % 600) * interval '1 second', 'parked', null, null, null, null, 'turn', now() + interval '7 days'
       from plan_subject where not ended and machine = 'application' and n % 400 = 0) e order by received_at`,
  );
}

/** Hashes are there and stand for nothing: the log is not a chain that verifies. */
export async function fillTransitions(client: pg.Client, steps: number): Promise<void> {
  for (let from = 1; from <= steps; from += stepsPerTransaction)
    await client.query(
      `insert into transition (subject_id, version, event_id, type, from_state, to_state, history, machine, machine_version, machine_hash, source, by_kind,
         occurred_at, recorded_at, payload_commit, prev_hash, hash)
       select ${id('sub', 'p.n')}, p.version, ${id('evt', 'p.e')}, p.event, p.from_state, p.to_state, null, p.machine, w.version, w.hash, p.source, p.by_kind,
         p.at - (p.e % 50) * interval '1 second', p.at, sha256(convert_to('commit ' || p.e, 'UTF8')), sha256(convert_to('before ' || p.e, 'UTF8')), sha256(convert_to('hash ' || p.e, 'UTF8'))
       from plan_step p join (select distinct machine, version, hash from way) w on w.machine = p.machine where p.e between $1 and $2 order by p.e`,
      [from, from + stepsPerTransaction - 1],
    );
}

/** Whoever is not among the first `sealed` has the values of one who is, with the same name. */
export async function fillValues(client: pg.Client, sealed: number): Promise<void> {
  await client.query(
    `insert into element_value (subject_id, element, value_ct, value_commit, source, by_kind, event_id, subject_version, dictionary_version, occurred_at, written_at)
     select ${id('sub', 'p.n')}, v.element, v.value_ct, v.value_commit, p.source, p.by_kind, ${id('evt', 'p.e')}, 1, 1, p.at, p.at
     from plan_step p join filling_value v on v.n = case when p.n <= ${sealed} then p.n else ${namesake('p.n')} end
     where p.version = 1 and p.machine <> 'requisition' order by p.n`,
  );
}

/** Some of every kind are open, and many more were settled. */
export async function fillIncidents(client: pg.Client): Promise<void> {
  const incident =
    'insert into incident (id, kind, key, subject_id, connection_id, writeback_id, event_id, owner, element, detail, opened_at, seen_at, settled_at, settled_by, resolution)';
  await client.query(
    `${incident} select ${id('inc', "'1' || lpad(w::text, 24, '0')")}, 'dead_writeback', 'dead/' || ${id('wrb', 'w')}, ${id('sub', 'n')}, connection, ${id('wrb', 'w')}, null, 'recruiting operations', null,
       jsonb_build_object('reason', 'refused', 'state', to_state), now() - (n % 3600) * interval '1 second', now() - (n % 3600) * interval '1 second', null, null, null
     from plan_write where status = 'dead'`,
  );
  await client.query(
    `${incident} select ${id('inc', "'2' || lpad(n::text, 24, '0')")}, k.kind,
       case k.kind when 'divergence' then 'divergence/' || ${id('sub', 'n')} || '/greenhouse-eu' when 'field_conflict' then 'field/' || ${id('sub', 'n')} || '/offer.startDate/connection:greenhouse-eu'
         when 'duplicate_profile' then 'duplicate/' || ${id('per', 'n - 1')} || '/' || ${id('per', 'n')} else 'expired/' || ${id('evt', 'n')} end,
       ${id('sub', 'n')}, case when k.kind in ('divergence', 'field_conflict') then 'greenhouse-eu' end, null, case when k.kind = 'event_expired' then ${id('evt', 'n')} end, 'recruiting operations',
       case when k.kind = 'field_conflict' then 'offer.startDate' end,
       case k.kind when 'divergence' then jsonb_build_object('shows', 'active.triage', 'canonical', last_state)
         when 'duplicate_profile' then jsonb_build_object('persons', array[${id('per', 'n - 1')}, ${id('per', 'n')}], 'subjects', array[${id('sub', 'n')}], 'evidence', jsonb_build_object('email', false, 'phone', false, 'name', 0.9)) else '{}' end,
       o.at, o.at, case when ended then o.at + interval '5 hours' end, case when ended then 'account:acc_000000000000000000000000001' end, case when ended then 'Settled with the recruiter' end
     from plan_subject s cross join lateral (select greatest(last_at, opened_at) as at) o
       join (values (0, 'divergence'), (1, 'field_conflict'), (2, 'duplicate_profile'), (3, 'event_expired')) k(rest, kind) on k.rest = (s.n / 8) % 4
     where s.machine = 'application' and s.n > 1 and (case when s.ended then s.n % 8 = 0 else s.n % 120 = 0 end)`,
  );
  await client.query(
    `${incident} select ${id('inc', "'3' || lpad(x::text, 24, '0')")}, 'quarantined_event', 'quarantined/' || ${id('evt', "'1' || lpad(x::text, 24, '0')")}, null, substr(source, 12), null,
       ${id('evt', "'1' || lpad(x::text, 24, '0')")}, 'integration', null, '{"code": "untranslatable"}', at, at,
       case when at < now() - interval '7 days' then at + interval '1 day' end, case when at < now() - interval '7 days' then 'cli:operator' end, case when at < now() - interval '7 days' then 'Replayed' end
     from plan_extra where disposition = 'quarantined' and source like 'connection:%'`,
  );
}

/** Each system was read lately for each open subject, and one in three hundred shows something else. */
export async function fillReadings(client: pg.Client): Promise<void> {
  await client.query(
    `insert into shown (id, subject_id, connection_id, asked, asked_at, asked_version, answered, seen_at, stage, states, trouble, trouble_since)
     select ${id('rdg', 'row_number() over (order by l.subject_id, l.connection_id)')}, l.subject_id, l.connection_id, 3, now() - interval '1 minute', s.version, 3, now() - (s.version + 1) * interval '1 minute',
       case when m.moved then 'Application Review' else s.state end, array[case when m.moved then 'active.triage' else s.state end], case when m.moved then 'moved' end, case when m.moved then now() - interval '40 minutes' end
     from lane l join subject s on s.id = l.subject_id cross join lateral (select right(s.id, 5)::int % 300 = 7 and l.connection_id = 'greenhouse-eu' as moved) m where not s.ended`,
  );
  await client.query(
    `insert into reconciliation (connection_id, rounds, round_ended_at) select id, 3, now() from connection on conflict do nothing`,
  );
}

/** What the service counts in the transactions above, hour by hour: equal to the rows, as promise 7 has it. */
export async function fillCounts(client: pg.Client): Promise<void> {
  const hour = (column: string): string => `date_trunc('hour', ${column})`;
  const say = (measure: string, from: string, at: string, key: string): string =>
    `select ${hour(at)}, '${measure}', ${key}, count(*) from ${from} group by 1, 2, 3, 4, 5`;
  const written = 'w.machine, w.event_type, w.connection_id';
  const said = `e.machine, coalesce(e.claim, 'raw'), e.source`;
  const confirmed = `w.status = 'confirmed' and w.settled_by <> 'origin'`;
  const parts = [
    say('event.received', 'event e', 'e.received_at', said),
    `select ${hour('e.received_at')}, 'event.' || e.disposition, ${said}, count(*) from event e group by 1, 2, 3, 4, 5`,
    say('writeback.created', 'writeback w', 'w.created_at', written),
    say('writeback.origin', `writeback w where w.settled_by = 'origin'`, 'w.settled_at', written),
    say('writeback.confirmed', `writeback w where ${confirmed}`, 'w.settled_at', written),
    say(
      'writeback.confirmed_first_try',
      `writeback w where ${confirmed} and w.tries <= 1 and w.contradictions = 0`,
      'w.settled_at',
      written,
    ),
    say('writeback.dead', `writeback w where w.status = 'dead'`, 'w.settled_at', written),
    say('writeback.contradicted', 'writeback w where w.contradictions > 0', 'w.settled_at', written),
    say('attempt.settled', 'attempt a join writeback w on w.id = a.writeback_id', 'a.settled_at', written),
    say(
      'incident.field_conflict',
      `incident i join subject s on s.id = i.subject_id where i.kind = 'field_conflict'`,
      'i.opened_at',
      `s.machine, i.element, 'connection:greenhouse-eu'`,
    ),
    say(
      'element.missing',
      `event e where e.code = 'missing_elements'`,
      'e.received_at',
      `e.machine, 'offer.startDate', e.source`,
    ),
  ];
  for (const part of parts)
    await client.query(
      `insert into kpi_hour (hour, measure, machine, event_type, connection_id, count, merged) select p.*, true from (${part}) p`,
    );
}
