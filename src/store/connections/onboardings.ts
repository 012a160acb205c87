// Accepted offers whose new hires an HR system has a record of and whose onboarding has not begun, and what changed in offers since theirs did.
import { sql } from 'kysely';
import type { SystemKind } from '../../core/machine/definition.ts';
import { statementClock } from '../database/clock.ts';
import type { Db } from '../database/database.ts';

export interface UnbegunOnboarding {
  subject: string;
  person_id: string;
  data_key: Buffer;
  commit_key: Buffer;
  /** The HR system's id of its record. */
  ref: string;
  profile_system: string | null;
  profile_ref: string | null;
}

/** By the names that `system` has for them. Of those who were hired, only the last day's: an older record that nobody spoke of was begun elsewhere. */
export async function findUnbegunOnboardings(
  db: Db,
  { system, source, rowsMax }: { system: string; source: string; rowsMax: number },
): Promise<UnbegunOnboarding[]> {
  const { rows } = await sql<UnbegunOnboarding>`
    select s.id as subject, s.person_id, p.data_key, p.commit_key, p.profile_system, p.profile_ref, r.external_id as ref
    from (select id, person_id from subject where machine = 'application' and state = 'active.offer.accepted' and erased_at is null
      union all
      select id, person_id from subject where id in (
        select subject_id from transition where recorded_at > ${statementClock} - interval '1 day' and machine = 'application' and to_state = 'hired' and from_state <> 'hired')
        and state_since > ${statementClock} - interval '1 day' and machine = 'application' and state = 'hired' and erased_at is null) s
    join subject_ref r on r.subject_id = s.id and r.system = ${system} and r.machine = 'application'
    join person p on p.id = s.person_id and p.data_key is not null
    where not exists (select 1 from subject_ref o where o.system = ${system} and o.machine = 'onboarding' and o.external_id = r.external_id)
      and not exists (select 1 from event e where e.source = ${source} and e.external_id = 'onboarding/' || s.id)
    limit ${rowsMax}`.execute(db);
  return rows;
}

/** A value of an application or of its onboarding that was written after the other's own. */
export interface ChangedTerm {
  /** Who is told, and where that stands. */
  subject: string;
  state: string;
  machine_version: number;
  /** Whose value it is, and the keys of that one's person. */
  origin: string;
  person_id: string;
  data_key: Buffer;
  commit_key: Buffer;
  element: string;
  value_ct: Buffer;
  by_kind: SystemKind;
  occurred_at: Date;
  /** Under which it is told: another for another value, and once who is told has moved on. */
  external_id: string;
}

export interface TermsAsked {
  /** Whose values; the other is told. */
  from: 'application' | 'onboarding';
  system: string;
  source: string;
  terms: readonly string[];
  rowsMax: number;
}

/**
 * Of onboardings that `system` knows by the name it has for the application, and that have not ended. Left out is what `source` told
 * already, or heard from there, and what the onboarding began with.
 */
export async function findChangedTerms(
  db: Db,
  { from, system, source, terms, rowsMax }: TermsAsked,
): Promise<ChangedTerm[]> {
  // Those that are open are few, however many began: everything else is looked up from them.
  const [f, t] = from === 'application' ? [sql.raw('a'), sql.raw('o')] : [sql.raw('o'), sql.raw('a')];
  const { rows } = await sql<ChangedTerm>`
    select * from (
      select ${t}.id as subject, ${t}.state, ${t}.machine_version, ${f}.id as origin, ${f}.person_id, p.data_key, p.commit_key, vf.element, vf.value_ct, vf.by_kind, vf.occurred_at,
        'offer/' || ${t}.id || '/' || vf.element || '/' || vf.event_id || '/' || ${t}.version as external_id
      from subject o
      join subject_ref ro on ro.subject_id = o.id and ro.system = ${system} and ro.machine = 'onboarding'
      join subject_ref ra on ra.system = ro.system and ra.machine = 'application' and ra.external_id = ro.external_id
      join subject a on a.id = ra.subject_id
      join person p on p.id = ${f}.person_id and p.data_key is not null
      join element_value vf on vf.subject_id = ${f}.id and vf.element = any(${[...terms]}::text[]) and vf.value_ct is not null and vf.source <> ${source}
      left join element_value vt on vt.subject_id = ${t}.id and vt.element = vf.element
      where o.machine = 'onboarding' and not o.ended and ${t}.erased_at is null
        and (vt.written_at is null or vt.written_at < vf.written_at)
        and not exists (select 1 from event b where b.id = vf.event_id and b.external_id = 'onboarding/' || ${t}.id)) found
    where not exists (select 1 from event e where e.source = ${source} and e.external_id = found.external_id)
    order by subject, element limit ${rowsMax}`.execute(db);
  return rows;
}
