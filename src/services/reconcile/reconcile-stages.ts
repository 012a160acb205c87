// A stage that stands for none of our states is one matter of the mapping, however many candidates are in it.
import type { Tx } from '../../store/database/database.ts';
import type { Connection } from '../connections/connections.ts';
import type { Context } from '../context.ts';

/** One incident per stage while somebody is in it; for whoever keeps the vendor's stages and our mapping. */
export async function noteStage(context: Context, tx: Tx, connection: Connection, stage: string | null): Promise<void> {
  await context.records.openIncidents(tx, [
    {
      id: context.newId('inc'),
      kind: 'unmapped_stage',
      key: `unmapped_stage/${connection.id}/${stage ?? ''}`,
      subject_id: null,
      connection_id: connection.id,
      writeback_id: null,
      event_id: null,
      owner: 'integration',
      detail: { stage },
    },
  ]);
}
