// Connections that are only watched: what would be written there is noted, to be compared with what people do.
import type { AppliedTransition } from '../../core/deciding/decide.ts';
import { type Connection, writesTo } from '../connections/connections.ts';
import type { Batch } from './batch.ts';
import { laneKey, type WorkingSubject } from './ledger.ts';

/** It takes no number of any lane and never travels, so nothing can confirm it. */
export function noteShadow(
  { loaded, ledger }: Batch,
  subject: WorkingSubject,
  { id, wave }: Connection,
  step: Pick<AppliedTransition, 'type' | 'from' | 'to'>,
): void {
  ledger.shadows.push({
    subject_id: subject.id,
    connection_id: id,
    subject_version: subject.version,
    machine: subject.machine.name,
    event_type: step.type,
    from_state: step.from,
    target_state: step.to,
    phase: wave?.phase === 'pilot' ? 'pilot' : 'shadow',
    created_at: loaded.clock,
  });
}

/**
 * True while nothing is written of this subject. Also later: what happened while the connection was watched is not made up for,
 * so until a transition of its own was written, no value is, and no rule is carried out; unless catching up was asked for.
 */
export function isOnlyWatched({ loaded, ledger }: Batch, subject: WorkingSubject, connection: Connection): boolean {
  const { region, businessUnit, requisitionType, machine } = subject;
  if (!writesTo(connection, { machine: machine.name, region, businessUnit, requisitionType })) return true;
  if (connection.wave === null || connection.wave.catchUp) return false;
  const key = laneKey(subject.id, connection.id);
  return !loaded.lanes.has(key) && !ledger.lanes.has(key);
}
