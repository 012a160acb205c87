// The incident of a payload that nobody understood: somebody must look at it, mend the mapping and replay it.
import type { Context } from '../context.ts';
import type { Ledger } from './ledger.ts';

export interface Quarantined {
  event: string;
  connection: string | null;
  code: string;
  /** The vendor's stage that stands for none of our states. */
  stage?: string | undefined;
}

/** A stage that nobody has mapped is one matter, however many events name it; anything else is one for each event. */
export const quarantineIncident = (
  context: Context,
  { event, connection, code, stage }: Quarantined,
): Ledger['incidents'][number] => ({
  id: context.newId('inc'),
  kind: 'quarantined_event',
  key: stage === undefined ? `quarantined/${event}` : stageKey(connection, stage),
  subject_id: null,
  connection_id: connection,
  writeback_id: null,
  event_id: event,
  owner: 'integration',
  detail:
    stage === undefined
      ? { code }
      : {
          code,
          stage,
          next: `Map the stage "${stage}" in the settings of ${connection}, or in dictionary/regions; then replay what waits for it. If it was renamed by mistake, name it as it was.`,
        },
});

export const stageKey = (connection: string | null, stage: string): string =>
  `quarantined_stage/${connection ?? ''}/${stage}`;
