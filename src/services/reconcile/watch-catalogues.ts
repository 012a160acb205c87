// Watches what vendors offer: a stage or a field that our mapping names and that is gone holds the writes that need it, and no others.
import type { Catalogue } from '../../adapters/port.ts';
import { fingerprint } from '../../core/canonical-json.ts';
import { limits } from '../../core/limits.ts';
import { traceOf } from '../../core/trace-of.ts';
import {
  type CatalogueRow,
  claimCatalogue,
  failCatalogue,
  findCatalogue,
  holdGone,
  releaseGone,
  saveCatalogue,
  saveMissing,
} from '../../store/reconcile/catalogues.ts';
import type { MissingMapping } from '../../store/schema/reconcile.ts';
import type { Connection } from '../connections/connections.ts';
import type { Context } from '../context.ts';
import { vendorContext } from '../delivery/work-commands.ts';

/** One round over all connections. The vendor is asked seldom; a mended mapping counts at once. */
export async function watchCatalogues(context: Context, signal: AbortSignal): Promise<void> {
  const db = context.database.engine;
  for (const connection of await context.connections.load(db)) {
    const { adapter } = connection;
    if (!adapter.catalogue || !adapter.needs) continue;
    if (
      mayAsk(connection) &&
      (await claimCatalogue(db, connection.id, limits.catalogueLeaseMs, limits.catalogueAgainMs))
    )
      await readCatalogue(context, connection, signal);
    const row = await findCatalogue(db, connection.id);
    if (row) await applyMissing(context, connection, row);
  }
}

/** A worker outside keeps its credentials to itself, so nobody here can ask. */
const mayAsk = ({ status, circuit, blocked, worker }: Connection): boolean =>
  status === 'active' && circuit === 'closed' && !blocked && worker === 'interlock';

async function readCatalogue(context: Context, connection: Connection, signal: AbortSignal): Promise<void> {
  const db = context.database.engine;
  try {
    const vendor = vendorContext(context, connection, context.deadline(limits.catalogueLeaseMs / 2, signal));
    const found = await connection.adapter.catalogue?.(vendor);
    // A list without anything is a right that is missing, more likely than a company without stages.
    if (!found || found.stages?.length === 0 || found.fields?.length === 0) throw new Error('The lists are empty.');
    await saveCatalogue(
      db,
      connection.id,
      { fingerprint: fingerprint(found), ...namesOf(found) },
      limits.cataloguePollMs,
    );
  } catch (error) {
    context.log.warn(
      { connection: connection.id, ...traceOf(error) },
      'the stages and fields of a vendor could not be read',
    );
    await failCatalogue(db, connection.id, limits.catalogueAgainMs, limits.cataloguePollMs);
  }
}

/** Instead of a list: the vendor gives none, so nothing of it can be missed. */
const unlisted = '*';

const namesOf = ({ stages, fields }: Catalogue): { stages: string[]; fields: string[] } => ({
  stages: stages ? [...new Set(stages.map((one) => one.name))].sort() : [unlisted],
  fields: fields ? [...new Set(fields.map((one) => one.key))].sort() : [unlisted],
});

async function applyMissing(context: Context, connection: Connection, row: CatalogueRow): Promise<void> {
  const db = context.database.engine;
  const missing = missingOf(context, connection, row);
  const states = [...new Set(missing.flatMap((one) => one.states))].sort();
  const changed =
    fingerprint(missing) !== fingerprint(row.missing) || states.join() !== [...connection.gone].sort().join();
  if (changed) {
    const gone = missing.map((one) => keyOf(connection, one));
    const back = row.missing.map((one) => keyOf(connection, one)).filter((key) => !gone.includes(key));
    await db.transaction().execute(async (tx) => {
      await saveMissing(tx, connection.id, missing, states);
      await context.records.settleIncidents(
        tx,
        back,
        'interlock',
        'It is there again, or the mapping names it no more',
      );
      await context.records.openIncidents(
        tx,
        missing.map((one) => ({
          id: context.newId('inc'),
          kind: 'mapping_gone' as const,
          key: keyOf(connection, one),
          subject_id: null,
          connection_id: connection.id,
          writeback_id: null,
          event_id: null,
          owner: `administrator of ${connection.id}`,
          detail: { ...one },
        })),
      );
    });
    context.log.warn(
      { connection: connection.id, missing: missing.length, states: states.length },
      missing.length > 0
        ? 'stages or fields that the mapping names are gone'
        : 'all stages and fields of the mapping are there',
    );
  }
  await holdGone(db, connection.id, states, limits.holdRowsMax);
  await releaseGone(db, connection.id, states, limits.holdRowsMax);
}

/** What the states of all machines need and the vendor does not have. */
function missingOf(context: Context, connection: Connection, { stages, fields }: CatalogueRow): MissingMapping[] {
  const { adapter } = connection;
  const everySettings = [connection.settings, ...(connection.regionalSettings?.values() ?? [])];
  const missing = new Map<string, MissingMapping>();
  const miss = (kind: MissingMapping['kind'], name: string, state: string, element?: string): void => {
    const one = missing.get(`${kind} ${name}`) ?? { kind, name, states: [], elements: [] };
    if (!one.states.includes(state)) one.states.push(state);
    if (element !== undefined && !one.elements.includes(element)) one.elements.push(element);
    missing.set(`${kind} ${name}`, one);
  };
  for (const machine of context.machines.all()) {
    for (const state of machine.leaves.keys()) {
      for (const settings of everySettings) {
        if (!adapter.shows(settings, machine.name, state)) continue;
        const needs = adapter.needs?.(settings, machine.name, state);
        for (const name of needs?.stages ?? []) if (!has(stages, name)) miss('stage', name, state);
        for (const { key, element } of needs?.fields ?? []) if (!has(fields, key)) miss('field', key, state, element);
      }
    }
  }
  return [...missing.values()];
}

const has = (list: readonly string[], name: string): boolean => list[0] === unlisted || list.includes(name);

const keyOf = (connection: Connection, { kind, name }: MissingMapping): string =>
  `mapping_gone/${connection.id}/${kind}/${name}`;
