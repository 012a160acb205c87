// Writes a planned batch: one statement per table.
import { limits } from '../../core/limits.ts';
import type { Tx } from '../../store/database/database.ts';
import { insertShadowWrites } from '../../store/reconcile/shadow-writes.ts';
import type { Context } from '../context.ts';
import type { Ledger } from './ledger.ts';
import { subjectRow } from './ledger.ts';
import type { Loaded } from './load.ts';

export async function save(context: Context, tx: Tx, loaded: Loaded, ledger: Ledger): Promise<void> {
  const { records, crashPoint } = context;
  const moved = [...loaded.subjects.values()].filter((subject) => subject.moved).sort((a, b) => (a.id < b.id ? -1 : 1));
  if (ledger.reliedOn.size > 0) await holdReliedOn(context, tx, ledger.reliedOn);
  // Most batches leave most tables alone.
  if (ledger.persons.length > 0) await records.insertPersons(tx, ledger.persons);
  if (moved.length > 0) {
    await records.insertSubjects(tx, moved.filter((subject) => subject.isNew).map(subjectRow));
    await records.updateSubjects(tx, moved.filter((subject) => !subject.isNew).map(subjectRow));
  }
  if (ledger.newRefs.length > 0) await records.insertRefs(tx, ledger.newRefs, false);
  if (ledger.otherRefs.length > 0) await records.insertRefs(tx, ledger.otherRefs, true);
  await records.insertEvents(
    tx,
    [...ledger.events].sort((a, b) => (a.source + a.external_id < b.source + b.external_id ? -1 : 1)),
  );
  crashPoint('ingest.events_inserted');
  if (ledger.settledEvents.length > 0) await records.updateEvents(tx, ledger.settledEvents);
  if (ledger.transitions.length > 0) await records.insertTransitions(tx, ledger.transitions);
  crashPoint('ingest.transitions_inserted');
  if (ledger.elements.size > 0) await records.upsertElements(tx, [...ledger.elements.values()]);
  await records.learnContacts(
    tx,
    [...ledger.contacts].map(([id, email_index]) => ({ id, email_index })),
  );
  if (ledger.superseded.length > 0) await records.supersedeWritebacks(tx, ledger.superseded, 'vendor_moved_on');
  await records.saveLanes(
    tx,
    [...ledger.lanes.values()].sort((a, b) =>
      a.subject_id + a.connection_id < b.subject_id + b.connection_id ? -1 : 1,
    ),
  );
  crashPoint('ingest.lanes_saved');
  // Before the writebacks: what a revert is to end must have been seen before the revert was born.
  for (const [resolution, keys] of byResolution(ledger))
    await records.settleIncidents(tx, keys, 'interlock', resolution);
  if (ledger.incidents.length > 0) await records.openIncidents(tx, ledger.incidents);
  await records.insertWritebacks(tx, ledger.writebacks, limits.leaseMs);
  if (ledger.shadows.length > 0) await insertShadowWrites(tx, ledger.shadows);
  crashPoint('ingest.writebacks_inserted');
  if (ledger.echoes.length > 0) await records.insertEchoes(tx, ledger.echoes);
  await records.appendCounts(tx, ledger.counts.all());
}

/** As if the database had found it: the batch is decided again, on the requisition as it is now. */
class RequisitionMoved extends Error {
  override name = 'RequisitionMoved';
  readonly code = '40001';
}

async function holdReliedOn({ records }: Context, tx: Tx, reliedOn: ReadonlyMap<string, string>): Promise<void> {
  const now = await records.holdRequisitions(tx, [...reliedOn.keys()]);
  for (const [id, state] of reliedOn)
    if (now.get(id) !== state) throw new RequisitionMoved('A requisition moved while its application was decided');
}

function byResolution(ledger: Ledger): Map<string, string[]> {
  const keys = new Map<string, string[]>();
  for (const { key, resolution } of ledger.settledIncidents)
    keys.set(resolution, [...(keys.get(resolution) ?? []), key]);
  return keys;
}
