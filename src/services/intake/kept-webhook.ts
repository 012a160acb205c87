// A webhook that was kept as it came, opened again: its body, the headers that say what it is, and the connection of today.
import { findAdapter } from '../../adapters/registry.ts';
import type { PersonId } from '../../core/ids.ts';
import { findConnection } from '../../store/connections/connections.ts';
import type { QuarantinedEvent } from '../../store/settling/quarantined-events.ts';
import { settingsIn } from '../connections/system-settings.ts';
import type { Context } from '../context.ts';
import { type KeptBody, type Origin, spokenIn } from './accept-webhook.ts';

/** Null once the person was erased. */
export function openKept(context: Context, event: QuarantinedEvent): KeptBody | null {
  const keys = context.vault.unwrap(event.person_id as PersonId, event);
  if (!keys || !event.payload_ct) return null;
  return context.vault.unsealJson(keys.dataKey, ['event', 'payload_ct', event.id], event.payload_ct) as KeptBody;
}

/** Null when the connection was removed. */
export async function originOf(
  context: Context,
  connection: string,
  event: QuarantinedEvent,
  kept: KeptBody,
): Promise<Origin | null> {
  const row = await findConnection(context.database.engine, connection);
  if (!row || row.status === 'removed') return null;
  const adapter = findAdapter(row.adapter);
  return {
    connection,
    adapter,
    settings: settingsIn(context.dictionary, adapter, row.settings, null),
    ...spokenIn(context, adapter, row),
    headers: { ...deliveryId(event), ...kept.headers },
    receivedAt: event.received_at.getTime(),
  };
}

/** Where a vendor's delivery id is a header, adapters find the id that they gave the event then. */
const deliveryId = ({ external_id: id }: QuarantinedEvent): Record<string, string> => ({
  'greenhouse-event-id': id,
  'webhook-id': id,
});
