// Where systems and the canonical state disagree right now, what each system showed last and how that is known.
import { type RawBuilder, sql } from 'kysely';
import type { Position } from '../../core/cursor.ts';
import type { DisagreementCause } from '../../core/deciding/disagreement.ts';
import { isoMicros } from '../database/clock.ts';
import type { Db } from '../database/database.ts';
import { type AgreementSource, agreementSource, agreementSources, sourcesOf } from './agreement-sources.ts';
import { after, allOf, ordered } from './paging.ts';

export interface DisagreementRow {
  cause: DisagreementCause;
  /** ISO 8601 with microseconds. */
  since: string;
  age_ms: number;
  /** Of the writeback, the incident or the reading that says so. */
  id: string;
  subject_id: string;
  machine: string;
  machine_version: number;
  /** Where the subject stands now. */
  canonical: string;
  connection_id: string;
  writeback_id: string | null;
  incident_id: string | null;
  /** Why: a writeback's reason, why its lane is held, or why a reading failed. */
  code: string | null;
}

export interface AgreementQuery {
  connection?: string | undefined;
  machine?: string | undefined;
  cause?: DisagreementCause | undefined;
  /** Only what has been so for as long as this. */
  ageMinMs?: number | undefined;
  after: Position | null;
  rowsMax: number;
}

/** One page, the oldest first. */
export async function listDisagreements(db: Db, query: AgreementQuery): Promise<DisagreementRow[]> {
  const found: DisagreementRow[] = [];
  for (const source of sourcesOf(query.cause)) {
    const { rows } = await sql<DisagreementRow>`
      select q.cause, ${isoMicros(sql`q.since_at`)} as since, extract(epoch from statement_timestamp() - q.since_at)::double precision * 1000 as age_ms,
        q.id, q.subject_id, s.machine, s.machine_version, s.state as canonical, q.connection_id, q.writeback_id, q.incident_id, q.code
      from (
        select * from (${agreementSource(source)}) q where ${allOf([...conditions(query), after('q.since_at', 'q.id', query.after)])}
        order by ${ordered('q.since_at', 'q.id')} limit ${query.rowsMax}) q join subject s on s.id = q.subject_id
      order by ${ordered('q.since_at', 'q.id')}`.execute(db);
    found.push(...rows);
  }
  return found.sort((a, b) => compare(a.since, b.since) || compare(a.id, b.id)).slice(0, query.rowsMax);
}

/** Disagreements of one connection by cause, and how many pairs of a subject and it there are: of open subjects, and of ended ones that disagree. */
export interface AgreementCount {
  connection_id: string;
  pairs: number;
  causes: Partial<Record<DisagreementCause, number>>;
}

/** Every connection that has anything to show; counted from the same rows as `listDisagreements`. */
export async function countAgreement(db: Db): Promise<AgreementCount[]> {
  const counts = new Map<string, AgreementCount>();
  const countOf = (connection_id: string): AgreementCount => {
    const count = counts.get(connection_id) ?? { connection_id, pairs: 0, causes: {} };
    counts.set(connection_id, count);
    return count;
  };
  const { rows: lanes } = await sql<{ connection_id: string; pairs: number }>`
    select connection_id, sum(count)::int as pairs from state_count where connection_id is not null and not ended group by 1 having sum(count) <> 0`.execute(
    db,
  );
  for (const { connection_id, pairs } of lanes) countOf(connection_id).pairs += pairs;
  for (const source of agreementSources) {
    // Subjects are looked up by all their ids at once, in the order of `subject_open` and without their rows: one by one costs five times as much.
    const { rows } = await sql<{ connection_id: string; cause: DisagreementCause; open: number; outside: number }>`
      with disagreeing as materialized (select subject_id, connection_id, cause from (${agreementSource(source)}) q where subject_id is not null),
        running as materialized (select id from subject where not ended and id = any(array(select distinct subject_id from disagreeing)))
      select q.connection_id, q.cause, count(*)::int as open, count(*) filter (where r.id is null or not ${hasLane(source)})::int as outside
      from disagreeing q left join running r on r.id = q.subject_id group by 1, 2`.execute(db);
    for (const row of rows) {
      const count = countOf(row.connection_id);
      count.pairs += row.outside;
      count.causes[row.cause] = (count.causes[row.cause] ?? 0) + row.open;
    }
  }
  return [...counts.values()].sort((a, b) => compare(a.connection_id, b.connection_id));
}

/** Whoever was written to has a lane. */
const hasLane = (source: AgreementSource): RawBuilder<unknown> =>
  source === 'writes'
    ? sql`true`
    : sql`exists (select from lane l where l.subject_id = q.subject_id and l.connection_id = q.connection_id offset 0)`;

const conditions = (query: AgreementQuery): (RawBuilder<unknown> | null)[] => [
  query.connection === undefined ? null : sql`q.connection_id = ${query.connection}`,
  query.machine === undefined
    ? null
    : sql`(select m.machine from subject m where m.id = q.subject_id) = ${query.machine}`,
  query.cause === undefined ? null : sql`q.cause = ${query.cause}`,
  query.ageMinMs === undefined ? null : sql`q.since_at <= statement_timestamp() - ${query.ageMinMs} * interval '1 ms'`,
];

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
