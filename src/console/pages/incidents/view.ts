// Which incidents somebody wants to see; read from the address, written into links.
import { isIncidentKind } from '../../../core/incident-kinds.ts';
import type { IncidentQuery } from '../../../store/reports/incidents.ts';
import type { OwnVisit } from '../../route.ts';

const ages = { '1h': 3_600_000, '1d': 86_400_000, '7d': 7 * 86_400_000 } as const;

export interface IncidentsView {
  status: 'open' | 'settled';
  narrowed: {
    kind?: string;
    owner?: string;
    assigned?: 'nobody' | 'me';
    connection?: string;
    age?: keyof typeof ages;
  };
}

/** Anything in the address that makes no sense counts as not said. */
export function incidentsView({ request }: OwnVisit): IncidentsView {
  const given = (key: string): string | undefined => {
    const text = request.req.query(key);
    return text === undefined || text === '' || text.length > 200 || /\p{Cc}/u.test(text) ? undefined : text;
  };
  const [kind, owner, connection, assigned] = [given('kind'), given('owner'), given('connection'), given('assigned')];
  const age = (Object.keys(ages) as (keyof typeof ages)[]).find((one) => one === given('age'));
  return {
    status: given('status') === 'settled' ? 'settled' : 'open',
    narrowed: {
      ...(kind !== undefined && isIncidentKind(kind) ? { kind } : {}),
      ...(owner === undefined ? {} : { owner }),
      ...(assigned === 'nobody' || assigned === 'me' ? { assigned } : {}),
      ...(connection === undefined ? {} : { connection }),
      ...(age === undefined ? {} : { age }),
    },
  };
}

/** The same view as conditions; `now` in ms. */
export function queryOf(
  { status, narrowed }: IncidentsView,
  { who }: OwnVisit,
  now: number,
): Omit<IncidentQuery, 'after' | 'rowsMax'> {
  const { kind, owner, assigned, connection, age } = narrowed;
  return {
    status,
    ...(kind === undefined ? {} : { kind }),
    ...(owner === undefined ? {} : { owner }),
    ...(connection === undefined ? {} : { connection }),
    ...(assigned === undefined ? {} : { assigned: assigned === 'me' ? who.account : null }),
    ...(age === undefined ? {} : { openedBefore: new Date(now - ages[age]).toISOString() }),
  };
}

/** The address of this view with something else in it; a change begins at its first page. */
export function incidentsHref(
  { status, narrowed }: IncidentsView,
  change: Readonly<Record<string, string | undefined>> = {},
): string {
  const all = { ...(status === 'open' ? {} : { status }), ...narrowed, ...change };
  const query = new URLSearchParams(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  ).toString();
  return `/incidents${query === '' ? '' : `?${query}`}`;
}
