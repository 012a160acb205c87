// A system shows something that the machine refuses: the divergence is on record at once, and the state's rule says who is right.

import { claimText } from '../../core/deciding/decide.ts';
import { settingsFor } from '../connections/connections.ts';
import type { Batch } from './batch.ts';
import type { Said } from './judge.ts';
import type { WorkingSubject } from './ledger.ts';
import { isOnlyWatched } from './shadows.ts';
import { bearRevert } from './writebacks.ts';

/** `final`: no event can mend it any more, so the rule of the canonical state is carried out. */
export function recordDivergence(batch: Batch, subject: WorkingSubject, said: Said, final: boolean): void {
  const connection = said.connection === null ? undefined : batch.loaded.connections.get(said.connection);
  // A system that cannot show the state cannot show another one instead: a late result of a tool is no divergence.
  if (!connection?.adapter.shows(settingsFor(connection, subject.region), subject.machine.name, subject.place.state))
    return;
  // What people do with a system that is only watched is what its report is about.
  if (isOnlyWatched(batch, subject, connection)) return;
  const state = subject.machine.leaves.get(subject.place.state);
  const rule = state?.meta.onDivergence ?? 'hold';
  const shows = claimText(said.claim);
  batch.ledger.incidents.push({
    id: batch.context.newId('inc'),
    kind: 'divergence',
    key: `divergence/${subject.id}/${connection.id}`,
    subject_id: subject.id,
    connection_id: connection.id,
    writeback_id: null,
    event_id: said.event,
    owner: state?.meta.owner ?? 'recruiting operations',
    detail: { canonical: subject.place.state, shows, rule },
  });
  if (final && rule === 'revert') bearRevert(batch, subject, connection, said);
}
