// Writes a planned batch: one statement per table.
import { limits } from '../../core/limits.ts';
import type { Tx } from '../../store/database.ts';
import { insertEchoes } from '../../store/echoes.ts';
import { upsertElements } from '../../store/elements.ts';
import { insertEvents, updateEvents } from '../../store/events.ts';
import { openIncidents, settleIncidents } from '../../store/incidents.ts';
import { appendCounts } from '../../store/kpi.ts';
import { saveLanes } from '../../store/lanes.ts';
import { insertPersons } from '../../store/persons.ts';
import { insertRefs, insertSubjects, updateSubjects } from '../../store/subjects.ts';
import { insertTransitions } from '../../store/transitions.ts';
import { insertWritebacks, supersedeWritebacks } from '../../store/writebacks.ts';
import type { Ledger } from './ledger.ts';
import { subjectRow } from './ledger.ts';
import type { Loaded } from './load.ts';

export async function save(tx: Tx, loaded: Loaded, ledger: Ledger): Promise<void> {
  const moved = [...loaded.subjects.values()].filter((subject) => subject.moved).sort((a, b) => (a.id < b.id ? -1 : 1));
  await insertPersons(tx, ledger.persons);
  await insertSubjects(tx, moved.filter((subject) => subject.isNew).map(subjectRow));
  await updateSubjects(tx, moved.filter((subject) => !subject.isNew).map(subjectRow));
  await insertRefs(tx, ledger.newRefs, false);
  await insertRefs(tx, ledger.otherRefs, true);
  await insertEvents(
    tx,
    [...ledger.events].sort((a, b) => (a.source + a.external_id < b.source + b.external_id ? -1 : 1)),
  );
  await updateEvents(tx, ledger.settledEvents);
  await insertTransitions(tx, ledger.transitions);
  await upsertElements(tx, [...ledger.elements.values()]);
  await supersedeWritebacks(tx, ledger.superseded, 'vendor_moved_on');
  await saveLanes(
    tx,
    [...ledger.lanes.values()].sort((a, b) =>
      a.subject_id + a.connection_id < b.subject_id + b.connection_id ? -1 : 1,
    ),
  );
  await insertWritebacks(tx, ledger.writebacks, limits.leaseMs);
  await insertEchoes(tx, ledger.echoes);
  for (const [resolution, keys] of byResolution(ledger)) await settleIncidents(tx, keys, 'interlock', resolution);
  await openIncidents(tx, ledger.incidents);
  await appendCounts(tx, ledger.counts.all());
}

function byResolution(ledger: Ledger): Map<string, string[]> {
  const keys = new Map<string, string[]>();
  for (const { key, resolution } of ledger.settledIncidents)
    keys.set(resolution, [...(keys.get(resolution) ?? []), key]);
  return keys;
}
