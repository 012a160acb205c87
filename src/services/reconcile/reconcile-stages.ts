// A stage that stands for none of our states is one matter of the mapping, however many candidates are in it.
import type { Tx } from '../../store/database/database.ts';
import type { Context } from '../context.ts';

/** A stage as the vendor names it; null where it has none. `connection`: the id. */
export interface UnmappedStage {
  connection: string;
  stage: string | null;
}

/** One incident per stage while somebody is in it; for whoever keeps the vendor's stages and our mapping. */
export async function noteStages(context: Context, tx: Tx, found: readonly UnmappedStage[]): Promise<void> {
  const incidents = found.map(({ connection, stage }) => ({
    id: context.newId('inc'),
    kind: 'unmapped_stage' as const,
    key: `unmapped_stage/${connection}/${stage ?? ''}`,
    subject_id: null,
    connection_id: connection,
    writeback_id: null,
    event_id: null,
    owner: 'integration',
    detail: { stage },
  }));
  // In one order: other processes note the same stages at the same time.
  await context.records.openIncidents(
    tx,
    incidents.sort((a, b) => (a.key < b.key ? -1 : 1)),
  );
}
