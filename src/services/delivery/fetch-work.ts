// Gives a worker what one command needs: in one process directly, for others behind the authenticated API.
import type { Work } from '../../adapters/port.ts';
import { isId, type PersonId } from '../../core/ids.ts';
import type { MachineName } from '../../core/machine/definition.ts';
import { findReading } from '../../store/reconcile/shown.ts';
import { type Connection, settingsFor } from '../connections/connections.ts';
import { mappingFor } from '../connections/system-settings.ts';
import type { Context } from '../context.ts';

/** What a probe reads: the system's name of the thing that an event or a reading is about. Null when nobody waits for it any more. */
export async function fetchProbe(
  context: Context,
  connection: Connection,
  id: string,
  attempt: number,
): Promise<{ ref_id: string; raw: boolean } | null> {
  const db = context.database.delivery;
  if (!isId('rdg', id)) return (await context.records.findProbe(db, connection.id, id)) ?? null;
  const found = await findReading(db, connection.id, id, attempt, refSystemOf(connection));
  return found ? { ...found, raw: false } : null;
}

/** Whose ids this connection knows things by. */
export const refSystemOf = ({ id, adapter, settings }: Pick<Connection, 'id' | 'adapter' | 'settings'>): string =>
  adapter.refSystem?.(settings) ?? id;

/** Null when the attempt is over: settled, lost to its lease, or never made. Holds personal data. */
export async function fetchWork(
  context: Context,
  connection: Connection,
  writeback: string,
  attempt: number,
): Promise<Work | null> {
  const row = await context.work.work({ id: writeback, attempt, system: refSystemOf(connection) });
  if (!row || row.connection_id !== connection.id) return null;
  const keys = context.vault.unwrap(row.person_id as PersonId, row);
  const wanted = receivable(
    context,
    connection,
    row.region,
    connection.adapter.elementsFor(
      settingsFor(connection, row.region),
      row.target_state,
      mappingFor(context.dictionary, connection.adapter),
    ),
  );
  const elements: Record<string, unknown> = {};
  for (const { element, value_ct } of keys
    ? await context.records.findElements(context.database.delivery, row.subject_id, wanted)
    : []) {
    if (keys)
      elements[element] = context.vault.unsealJson(keys.dataKey, ['element_value', element, row.subject_id], value_ct);
  }
  return {
    writeback: row.id,
    attempt: row.attempt,
    machine: row.machine as MachineName,
    ref: row.ref,
    eventType: row.event_type,
    targetState: row.target_state,
    previousState: row.previous_state,
    expectedStates: row.expected_states,
    lastWritten:
      row.last_written === null ? null : { state: row.last_written, sinceMs: Math.max(0, row.last_written_ms ?? 0) },
    occurredAt: row.occurred_at.toISOString(),
    overwrites: row.overwrites,
    elements,
    subject: row.subject_id,
    region: row.region,
    version: row.subject_version,
  };
}

/** What of it the system may get at all: the dictionary lists it, and the subject's region does not withhold it. */
export function receivable(
  { dictionary }: Context,
  { adapter }: Connection,
  region: string | null,
  wanted: readonly string[],
): string[] {
  const { receives } = mappingFor(dictionary, adapter);
  const addenda = region === null ? undefined : dictionary.regions.get(region);
  return wanted.filter((element) => receives.has(element) && addenda?.withholds(element, adapter.name) !== true);
}
