// An address for every page of the table: each parameter by everything that is known under its name, and by a hostile text.
import { CompiledQuery } from 'kysely';
import type { Route } from '../../../src/console/route.ts';
import type { Context } from '../../../src/services/context.ts';

/** Names under which pages read their addresses' queries; what no page reads is ignored. */
const queryNames = [
  ...['region', 'connection', 'source', 'owner', 'state', 'unit', 'cause', 'age', 'claim', 'show', 'period', 'of'],
  ...['actor', 'action', 'kind', 'object', 'after', 'before', 'said', 'next', 'machine', 'q', 'status', 'reason'],
  ...['disposition', 'code', 'event', 'assigned', 'page', 'sort', 'element', 'view', 'name', 'from', 'to', 'adapter'],
];

/** Of a route without parameters one address, with a hostile query a second one; of others one for each kind of thing. */
export async function addressesOf(route: Route, context: Context, texts: readonly string[]): Promise<string[]> {
  const machine = context.machines.latest('application');
  const fixed: Record<string, string> = {
    machine: machine.name,
    version: route.path.startsWith('/dictionary') ? '1' : String(machine.version),
    other: '1',
    hash: machine.hash,
    link: 'x'.repeat(43),
    element: 'candidate.firstName',
  };
  let found = [route.path];
  for (const [whole, name = ''] of route.path.matchAll(/:(\w+)/g)) {
    const personal = route.path.endsWith('/values');
    const known = fixed[name] === undefined ? await idsOf(name, context, personal) : [fixed[name]];
    const values = [...known, ...texts.slice(0, 1)];
    found = found.flatMap((path) => values.map((value) => path.replace(whole, encodeURIComponent(value))));
  }
  const query = (text: string): string =>
    new URLSearchParams(queryNames.map((name): [string, string] => [name, text])).toString();
  const list = route.path.endsWith('/list') ? '?of=here&state=active.triage' : '';
  const first = found[0] ?? route.path;
  return [
    ...found.map((path) => `${path}${list}`),
    ...(route.path.endsWith('/list')
      ? ['late', 'stuck', 'refused', 'unconfirmed'].map((of) => `${first}?of=${of}&state=active.triage`)
      : []),
    ...texts.map((text) => `${first}?${query(text)}`),
  ];
}

/** Some ids of the table that is called so, such as `incident`; none where there is no such table. */
async function idsOf(name: string, context: Context, personal: boolean): Promise<string[]> {
  const table = tables[name] ?? name;
  // Rows that were written past the doors have no keys that open anything.
  const where = personal ? 'where exists (select from element_value v where v.subject_id = subject.id)' : '';
  try {
    const { rows } = await context.database.engine.executeQuery<{ id: string }>(
      CompiledQuery.raw(`select id from "${table.replaceAll('"', '')}" ${where} order by id desc limit 7`),
    );
    return rows.map(({ id }) => id);
  } catch {
    return [];
  }
}

/** Parameters that are called otherwise than their table. */
const tables: Readonly<Record<string, string>> = { act: 'bulk_act', rule: 'alert_rule', view: 'console_view' };
