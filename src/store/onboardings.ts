// Accepted offers whose new hires an HR system has a record of, and whose onboarding has not begun.
import { sql } from 'kysely';
import type { Db } from './database.ts';

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
      select id, person_id from subject where state_since > clock_timestamp() - interval '1 day' and machine = 'application' and state = 'hired' and erased_at is null) s
    join subject_ref r on r.subject_id = s.id and r.system = ${system} and r.machine = 'application'
    join person p on p.id = s.person_id and p.data_key is not null
    where not exists (select 1 from subject_ref o where o.system = ${system} and o.machine = 'onboarding' and o.external_id = r.external_id)
      and not exists (select 1 from event e where e.source = ${source} and e.external_id = 'onboarding/' || s.id)
    limit ${rowsMax}`.execute(db);
  return rows;
}
