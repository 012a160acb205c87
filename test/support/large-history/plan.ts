// The plan of a large history: who opened when, which way each went, and every step of it in the order of time.
import type pg from 'pg';
import type { MachineRegistry } from '../../../src/core/machine/registry.ts';
import type { Way } from './ways.ts';

export const regions = ['EMEA', 'AMER', 'APAC'];
export const units = ['Retail', 'Technology', 'Logistics', 'Finance'];
const hireType = ['standard', 'volume', 'executive'];

export const id = (prefix: string, n: string): string => `'${prefix}_0' || lpad((${n})::text, 25, '0')`;
const list = (texts: readonly string[]): string => `array[${texts.map((text) => `'${text}'`).join(', ')}]`;
const oneOf = (texts: readonly string[], n: string): string => `(${list(texts)})[1 + (${n}) % ${texts.length}]`;

/**
 * Makes `plan_subject` (n in the order of opening) and `plan_step` (e in the order of time); gives how many of both.
 * An open subject stands in its last state for up to a tenth longer than that may take, so one in eleven is late.
 */
export async function makePlan(
  client: pg.Client,
  machines: MachineRegistry,
  ways: readonly Way[],
  wanted: { subjects: number; transitions: number },
): Promise<{ subjects: number; steps: number }> {
  await fillWays(client, machines, ways);
  const length = (ended: boolean): number =>
    ways.filter((way) => way.ended === ended).reduce((sum, way) => sum + way.share * way.steps.length, 0) / 100;
  const ended = Math.max(0, Math.ceil(((wanted.transitions - wanted.subjects * length(false)) / length(true)) * 1.002));
  await client.query('select setseed(0.42)');
  await client.query(
    `create unlogged table plan_subject as
     select row_number() over (order by p.opened_at)::int as n, p.* from (
       select w.way, w.machine, w.ended, w.length, w.last_state, w.sla, t.last_at,
         t.last_at - (w.length - 1) * (20 + 20 * random()) * interval '1 hour' as opened_at
       from (select i, i > $1 as ended, random() as u from generate_series(1, $2::int) i) g
       join chosen c on c.ended = g.ended and c.slot = (g.i * 37) % 100 join way w on w.way = c.way
       cross join lateral (select now() - case when g.ended then interval '2 days' + g.u * interval '340 days'
         else interval '1 minute' + g.u * 1.1 * coalesce(w.sla, interval '10 days') end as last_at) t) p`,
    [wanted.subjects, wanted.subjects + ended],
  );
  await client.query(`alter table plan_subject add primary key (n)`);
  await client.query(
    `create unlogged table plan_step as
     select row_number() over (order by q.at)::int as e, q.* from (
       select s.n, st.n as version, st.event, st.from_state, st.to_state, s.machine, s.length = st.n as is_last, s.ended,
         case when st.n = s.length then s.last_at when st.n = 1 then s.opened_at
           else s.opened_at + (s.last_at - s.opened_at) * ((st.n - 1 + 0.6 * random() - 0.3) / (s.length - 1)) end as at,
         case when st.event like 'screening.%' then 'connection:screening-tool' when s.machine <> 'application' then 'connection:bamboohr'
           when (s.n * 7 + st.n) % 10 < 6 then 'connection:greenhouse-eu' else 'client:cli_000000000000000000portal01' end as source,
         case when st.event like 'screening.%' then 'screening' when s.machine <> 'application' then 'hris' else 'ats' end as by_kind
       from plan_subject s join step st on st.way = s.way) q`,
  );
  await client.query('create unique index on plan_step (n, version)');
  await client.query('create unique index on plan_step (e)');
  await client.query('analyze plan_subject');
  await client.query('analyze plan_step');
  const { rows } = await client.query<{ subjects: number; steps: number }>(
    'select (select count(*)::int from plan_subject) as subjects, (select count(*)::int from plan_step) as steps',
  );
  return rows[0] ?? { subjects: 0, steps: 0 };
}

async function fillWays(client: pg.Client, machines: MachineRegistry, ways: readonly Way[]): Promise<void> {
  const json = ways.map((way, at) => ({
    way: at,
    machine: way.machine,
    ended: way.ended,
    length: way.steps.length,
    last_state: way.steps.at(-1)?.to,
    sla: way.slaMs === null ? null : `${way.slaMs / 1_000} seconds`,
    version: machines.latest(way.machine).version,
    hash: machines.latest(way.machine).hash,
  }));
  await client.query(
    `create unlogged table way as select * from json_to_recordset($1::json)
     as w(way int, machine text, ended boolean, length int, last_state text, sla interval, version int, hash text)`,
    [JSON.stringify(json)],
  );
  const steps = ways.flatMap((way, at) => way.steps.map((step, nth) => ({ way: at, n: nth + 1, ...step })));
  await client.query(
    `create unlogged table step as select way, n, event, "from" as from_state, "to" as to_state from json_to_recordset($1::json)
     as s(way int, n int, event text, "from" text, "to" text)`,
    [JSON.stringify(steps)],
  );
  const slots = [false, true].flatMap((ended) =>
    ways
      .flatMap((way, at) => (way.ended === ended ? Array.from({ length: way.share }, () => at) : []))
      .map((way, slot) => ({ ended, slot, way })),
  );
  await client.query(
    'create unlogged table chosen as select * from json_to_recordset($1::json) as c(ended boolean, slot int, way int)',
    [JSON.stringify(slots)],
  );
}

/** Connections, the client, subjects with what systems call them, and an application's requisition. */
export async function fillSubjects(client: pg.Client): Promise<void> {
  await client.query(
    `insert into client (id, name, kind, scopes, secret_hash_current) values ('cli_000000000000000000portal01', 'Career portal', 'portal', '{events:write}', 'none')`,
  );
  for (const [name, kind] of [
    ['greenhouse-eu', 'ats'],
    ['screening-tool', 'screening'],
    ['bamboohr', 'hris'],
    ['board', 'ats'],
  ])
    await client.query(`insert into connection (id, adapter, kind, settings) values ($1, 'signed-webhook', $2, $3)`, [
      name,
      kind,
      JSON.stringify({
        url: 'https://receiver.example/hooks',
        machine: 'onboarding',
        states: ['left'],
        confirm: { mode: 'receipt' },
      }),
    ]);
  // Both in the order of opening, so an application's requisition is about as old as itself.
  await client.query(
    `create unlogged table plan_parent as select n, row_number() over (order by n)::int as r, (count(*) over ())::int as of from plan_subject where machine = 'requisition'`,
  );
  await client.query('create unique index on plan_parent (r)');
  await client.query(
    `insert into subject (id, machine, machine_version, state, history, facts, version, chain_head, person_id, parent_id, region, business_unit, requisition_type,
       state_since, sla_due_at, ended, opened_at)
     select ${id('sub', 's.n')}, s.machine, w.version, s.last_state, case when s.last_state not like 'active%' then 'active.received' end, '{}', s.length,
       sha256(convert_to('head ' || s.n, 'UTF8')), ${id('per', 's.n')},
       case when s.machine = 'application' then ${id('sub', 'r.n')} end, ${oneOf(regions, 's.n')}, ${oneOf(units, 's.n / 3')}, ${oneOf(hireType, 's.n / 7')},
       s.last_at, case when not s.ended then s.last_at + w.sla end, s.ended, s.opened_at
     from plan_subject s join way w on w.way = s.way
     left join plan_parent r on r.r = 1 + floor((s.n - 1)::float8 / (select count(*) from plan_subject) * (select count(*) from plan_parent))::int
     order by s.machine <> 'requisition', s.n`,
  );
  await client.query(
    `insert into subject_ref (system, machine, external_id, subject_id, linked_at)
     select c.system, s.machine, c.prefix || s.n, ${id('sub', 's.n')}, s.opened_at
     from plan_subject s cross join (values ('greenhouse-eu', '31', 'application'), ('screening-tool', 'inv-', 'application'), ('bamboohr', '', 'onboarding'), ('greenhouse-eu', '4', 'requisition')) c(system, prefix, machine)
     where c.machine = s.machine order by s.n`,
  );
}
