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

/**
 * By the names that `system` has for them, where these look like `refs` (POSIX) and the element `needs` is known: what cannot begin is left out
 * here, or it would stand before all others in each round. Of those who were hired, only the last day's: an older record that nobody spoke of was
 * begun elsewhere. Every step is one from a key to its row, in subqueries that cannot be turned round: by plans made for empty tables this
 * took seconds, once a second.
 */
export async function findUnbegunOnboardings(
  db: Db,
  {
    system,
    source,
    refs,
    needs,
    rowsMax,
  }: Record<'system' | 'source' | 'refs' | 'needs', string> & { rowsMax: number },
): Promise<UnbegunOnboarding[]> {
  const { rows } = await sql<UnbegunOnboarding>`
    select s.id as subject, s.person_id, p.data_key, p.commit_key, p.profile_system, p.profile_ref, r.external_id as ref
    from (select id, person_id from subject where machine = 'application' and state = 'active.offer.accepted' and erased_at is null
      union all
      select found.id, found.person_id from (
        select distinct subject_id from transition where recorded_at > ${statementClock} - interval '1 day' and machine = 'application' and to_state = 'hired' and from_state <> 'hired') hired
      cross join lateral (select h.id, h.person_id from subject h where h.id = hired.subject_id
        and h.state_since > ${statementClock} - interval '1 day' and h.state = 'hired' and h.erased_at is null limit 1) found) s
    cross join lateral (select n.external_id from subject_ref n where n.subject_id = s.id and n.system = ${system} and n.machine = 'application'
      and n.external_id ~ ${refs} offset 0) r
    cross join lateral (select k.data_key, k.commit_key, k.profile_system, k.profile_ref from person k where k.id = s.person_id and k.data_key is not null limit 1) p
    where not exists (select from subject_ref o where o.system = ${system} and o.machine = 'onboarding' and o.external_id = r.external_id offset 0)
      and not exists (select from event e where e.source = ${source} and e.external_id = 'onboarding/' || s.id offset 0)
      and exists (select from element_value v where v.subject_id = s.id and v.element = ${needs} and v.value_ct is not null offset 0)
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
