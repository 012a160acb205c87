// An address for every page: parameters by what is in the database, and the filters that make a page work hardest.
import { sql } from 'kysely';
import type { Route } from '../../../src/console/route.ts';
import type { Context } from '../../../src/services/context.ts';
import type { Db } from '../../../src/store/database/database.ts';

export interface PageAddresses {
  /** As the table of pages has it, with the query that is tried. */
  page: string;
  /** What it stands for, asked for by turns. */
  addresses: string[];
}

/** Queries to be tried beside none. */
const queries: Readonly<Record<string, readonly string[]>> = {
  '/': [
    'show=time&period=30d',
    'show=refused&period=30d',
    'show=stuck',
    'show=unconfirmed',
    'region=EMEA',
    'connection=greenhouse-eu',
    'show=time&region=EMEA&period=24h',
  ],
  '/overview': ['period=24h', 'period=30d'],
  '/machines/:machine/:version/list': [
    'of=here&state=active.triage',
    'of=late&state=active.triage',
    'of=stuck&state=active.triage',
    'of=refused&state=active.triage&period=30d',
  ],
  '/stuck': [
    'cause=late_against_sla',
    'cause=write_unconfirmed',
    'owner=Recruiter',
    'state=active.triage',
    'region=EMEA',
    'unit=Retail&age=1440',
    'connection=greenhouse-eu',
  ],
  '/events': [
    'tab=refused&connection=greenhouse-eu',
    'tab=refused&period=30d&code=illegal_transition',
    'tab=quarantined',
    'tab=parked',
    'tab=applied&period=24h',
    'tab=stale&claim=offer.extended&period=24h',
  ],
  '/incidents': [
    'kind=field_conflict',
    'owner=integration&age=1d',
    'connection=greenhouse-eu',
    'assigned=nobody',
    'status=settled',
  ],
  '/writebacks': [
    'status=dead&connection=greenhouse-eu',
    'status=ready',
    'status=leased',
    'status=confirmed',
    'status=confirmed&connection=greenhouse-eu&transition=offer.extended',
    'status=waived',
    'status=superseded&age=604800000',
  ],
  '/agreement': [
    'connection=greenhouse-eu',
    'cause=in_flight',
    'cause=moved_by_hand&age=3600000',
    'machine=requisition',
  ],
  '/dictionary': ['system=greenhouse', 'classification=personal'],
  '/subjects/:subject': ['show=writes', 'show=people', 'show=looks', 'system=greenhouse-eu'],
  '/applications': [
    'machine=requisition',
    'state=active.screening',
    'ended=yes',
    'connection=board',
    'machine=application&moved=24',
  ],
};

const samples = 20;

/** What a parameter of an address may stand for; none: the page cannot be tried. */
async function valuesOf(name: string, db: Db, context: Context): Promise<string[]> {
  const machine = context.machines.latest('application');
  const some = async (table: string, order = 'id', where = 'true'): Promise<string[]> =>
    (
      await sql<{
        id: string;
      }>`select id from ${sql.table(table)} where ${sql.raw(where)} order by ${sql.ref(order)} desc limit ${samples}`.execute(
        db,
      )
    ).rows.map(({ id }) => id);
  switch (name) {
    case 'machine':
      return [machine.name];
    case 'version':
      return [String(machine.version)];
    case 'hash':
      return [machine.hash];
    case 'subject':
      return some('subject', 'version', 'id > (select max(id) from subject) collate "C" or version >= 8');
    case 'writeback':
      return some('writeback', 'id', `status = 'dead'`);
    case 'incident':
      return some('incident', 'id', 'settled_at is null');
    case 'event':
      return some('event', 'received_at');
    case 'person':
      return some('person');
    case 'connection':
      return some('connection');
    case 'act':
      return some('bulk_act', 'begun_at');
    case 'import':
      return some('import', 'started_at');
    case 'rule':
      return some('alert_rule');
    case 'other':
      return context.machines
        .versions(machine.name)
        .filter((one) => one !== machine.version)
        .map(String);
    case 'element':
      return [...context.dictionary.elements.keys()].slice(0, samples);
    case 'account':
      return some('account');
    case 'client':
      return some('client');
    default:
      return [];
  }
}

export async function addressesOf(
  routes: readonly Route[],
  context: Context,
): Promise<{ found: PageAddresses[]; skipped: string[] }> {
  const [found, skipped]: [PageAddresses[], string[]] = [[], []];
  for (const { method, path } of routes) {
    if (method !== 'GET') continue;
    let addresses: string[] = [path];
    for (const [whole, name] of path.matchAll(/:(\w+)/g)) {
      const values = await valuesOf(name ?? '', context.database.reports, context);
      addresses = values.flatMap((value) => addresses.map((address) => address.replace(whole, value)));
    }
    if (addresses.length === 0) {
      skipped.push(`not tried: ${path}, since nothing is known that its parameter could stand for`);
      continue;
    }
    const tried = path.endsWith('/list') ? (queries[path] ?? []) : ['', ...(queries[path] ?? [])];
    for (const query of tried) {
      const more = query === '' ? '' : `?${query}`;
      found.push({ page: `${path}${more}`, addresses: addresses.map((address) => `${address}${more}`) });
    }
  }
  return { found, skipped };
}
