// I10 and the totals for a million events, asked of the rows in SQL of our own: nothing that the system says of itself.
import type pg from 'pg';
import type { Finding } from '../rig/checker/evidence.ts';

/** Every count that Interlock keeps is the number of rows it speaks of, and dispositions add up to what was received. */
export async function checkCounts(client: pg.Client): Promise<Finding[]> {
  const { rows } = await client.query<{ key: string; counted: string; ledger: string }>(`
    with counted as (
      select measure || ' ' || machine || ' ' || event_type || ' ' || connection_id as key, sum(count) as n
      from kpi_hour where measure not like 'incident.%' group by 1),
    about as (select disposition, machine || ' ' || coalesce(claim, 'raw') || ' ' || source as what, count(*) as n from event group by 1, 2),
    repeated as (select 'duplicate' as disposition, substr(key, length('event.duplicate ') + 1) as what, n from counted where key like 'event.duplicate %'),
    said as (select * from about union all select * from repeated),
    written as (select *, machine || ' ' || event_type || ' ' || connection_id as what from writeback),
    ledger as (
      select 'event.' || disposition || ' ' || what as key, sum(n) as n from said group by 1
      union all select 'event.received ' || what, sum(n) from said group by 1
      union all select 'writeback.created ' || what, count(*) from written group by 1
      union all select 'writeback.contradicted ' || what, sum(contradictions) from written group by 1
      union all select 'writeback.origin ' || what, count(*) from written where settled_by = 'origin' group by 1
      union all select 'writeback.confirmed ' || what, count(*) from written where status = 'confirmed' and settled_by is distinct from 'origin' group by 1
      union all select 'writeback.confirmed_first_try ' || what, count(*) from written
        where status = 'confirmed' and settled_by is distinct from 'origin' and tries <= 1 and contradictions = 0 and conflicts = 0 group by 1
      union all select 'writeback.' || status || ' ' || what, count(*) from written where status in ('dead', 'waived', 'superseded') group by status, what
      union all select 'element.missing ' || e.machine || ' ' || lacked || ' ' || e.source, count(*)
        from event e, jsonb_array_elements_text(e.detail -> 'elements') as lacked where e.disposition = 'refused' and e.code = 'missing_elements' group by 1
      union all select 'attempt.settled ' || what, count(*) from attempt a join written w on w.id = a.writeback_id group by 1)
    select key, coalesce(c.n, 0)::text as counted, coalesce(l.n, 0)::text as ledger from counted c full join ledger l using (key)
    where coalesce(c.n, 0) <> coalesce(l.n, 0) order by 1 limit 100`);
  const differing = rows.map((row) => `${row.key}: counted ${row.counted}, the rows are ${row.ledger}`);
  const sums = await totals(client);
  const received = sums.received ?? 0;
  const dispositions = Object.entries(sums).reduce((sum, [name, n]) => sum + (name === 'received' ? 0 : n), 0);
  return [
    ...differing,
    ...(received === dispositions ? [] : [`${received} events were received, their dispositions are ${dispositions}`]),
  ].map((detail) => ({ invariant: 'I10', detail }));
}

/** Events by disposition, and how many were received. */
export async function totals(client: pg.Client): Promise<Record<string, number>> {
  const { rows } = await client.query<{ name: string; n: string }>(
    `select substr(measure, 7) as name, sum(count)::text as n from kpi_hour where measure like 'event.%' group by 1 order by 1`,
  );
  return Object.fromEntries(rows.map(({ name, n }) => [name, Number(n)]));
}

export interface Observed {
  /** Which branches the run was through, and how often. */
  sometimes: Record<string, number>;
  /** From a writeback's birth to its confirmation, ms. */
  lag: Record<string, number>;
  totals: Record<string, number>;
}

export async function observeTables(client: pg.Client): Promise<Observed> {
  const { rows } = await client.query<Record<string, string>>(`
    select (select count(*) from event where disposition = 'echo') as echo,
      (select count(*) from event where disposition = 'stale') as stale,
      (select count(*) from event where disposition = 'refused') as refused,
      (select count(*) from incident where kind = 'event_expired') as parked_expired,
      (select count(*) from attempt where outcome = 'rate_limited') as retry_after,
      (select count(*) from attempt where outcome = 'ambiguous') as ambiguous,
      (select count(*) from attempt where outcome = 'lost') as lease_expired,
      (select count(*) from attempt where outcome = 'unauthorised') as auth_circuit,
      (select count(*) from writeback where status = 'superseded') as superseded,
      (select count(*) from writeback where status = 'dead') as dead,
      (select count(*) from writeback where cause = 'revert') as reverted`);
  const { rows: lags } = await client.query<Record<string, string>>(`
    select (percentile_disc(array[0.5, 0.95, 0.99]) within group (order by ms))[1] as p50, (percentile_disc(array[0.5, 0.95, 0.99]) within group (order by ms))[2] as p95,
      (percentile_disc(array[0.5, 0.95, 0.99]) within group (order by ms))[3] as p99, max(ms) as max
    from (select round(extract(epoch from settled_at - created_at) * 1000) as ms from writeback
      where status = 'confirmed' and settled_by is distinct from 'origin') as w`);
  return { sometimes: numbers(rows[0]), lag: numbers(lags[0]), totals: await totals(client) };
}

const numbers = (row: Record<string, string> | undefined): Record<string, number> =>
  Object.fromEntries(Object.entries(row ?? {}).map(([name, value]) => [name, Number(value ?? 0)]));
