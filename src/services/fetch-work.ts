// Gives a worker what one command needs: in one process directly, for others behind the authenticated API.
import type { Work } from '../adapters/port.ts';
import type { PersonId } from '../core/ids.ts';
import type { MachineName } from '../core/machine-definition.ts';
import type { Connection } from './connections.ts';
import type { Context } from './context.ts';

/** Null when the attempt is over: settled, lost to its lease, or never made. Holds personal data. */
export async function fetchWork(
  context: Context,
  connection: Connection,
  writeback: string,
  attempt: number,
): Promise<Work | null> {
  const system = connection.adapter.refSystem?.(connection.settings) ?? connection.id;
  const row = await context.records.findWork(context.database.engine, writeback, attempt, system);
  if (!row || row.connection_id !== connection.id) return null;
  const keys = context.vault.unwrap(row.person_id as PersonId, row);
  const wanted = connection.adapter.elementsFor(connection.settings, row.target_state);
  const elements: Record<string, unknown> = {};
  for (const { element, value_ct } of keys
    ? await context.records.findElements(context.database.engine, row.subject_id, wanted)
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
    version: row.subject_version,
  };
}
