// Writes a planned batch: one statement per table, all of them at once.
import { limits } from '../../core/limits.ts';
import type { Tx } from '../../store/database/database.ts';
import type { WantedWork } from '../../store/engine/work.ts';
import { insertShadowWrites } from '../../store/reconcile/shadow-writes.ts';
import type { Context } from '../context.ts';
import { refSystemOf } from '../delivery/fetch-work.ts';
import type { Ledger } from './ledger.ts';
import { subjectRow } from './ledger.ts';
import type { Loaded } from './load.ts';

/** In one pipeline: in this order, and none waits for the answer to the one before. */
export async function save(context: Context, tx: Tx, loaded: Loaded, ledger: Ledger): Promise<void> {
  const { records, crashPoint } = context;
  const moved = [...loaded.subjects.values()].filter((subject) => subject.moved).sort((a, b) => (a.id < b.id ? -1 : 1));
  if (ledger.reliedOn.size > 0) await holdReliedOn(context, tx, ledger.reliedOn);
  const taken = takenAtBirth(loaded, ledger);
  ledger.inHand.readAt = context.workInHand.elapsed();
  await Promise.all([
    // Most batches leave most tables alone.
    ledger.persons.length > 0 && records.insertPersons(tx, ledger.persons),
    records.insertSubjects(tx, moved.filter((subject) => subject.isNew).map(subjectRow)),
    records.updateSubjects(tx, moved.filter((subject) => !subject.isNew).map(subjectRow)),
    ledger.newRefs.length > 0 && records.insertRefs(tx, ledger.newRefs, false),
    ledger.otherRefs.length > 0 && records.insertRefs(tx, ledger.otherRefs, true),
    records
      .insertEvents(
        tx,
        [...ledger.events].sort((a, b) => (a.source + a.external_id < b.source + b.external_id ? -1 : 1)),
      )
      .then(() => crashPoint('ingest.events_inserted')),
    ledger.settledEvents.length > 0 && records.updateEvents(tx, ledger.settledEvents),
    records.insertTransitions(tx, ledger.transitions).then(() => crashPoint('ingest.transitions_inserted')),
    ledger.elements.size > 0 && records.upsertElements(tx, [...ledger.elements.values()]),
    records.learnContacts(
      tx,
      [...ledger.contacts].map(([id, email_index]) => ({ id, email_index })),
    ),
    ledger.superseded.length > 0 && records.supersedeWritebacks(tx, ledger.superseded, 'vendor_moved_on'),
    records
      .saveLanes(
        tx,
        [...ledger.lanes.values()].sort((a, b) =>
          a.subject_id + a.connection_id < b.subject_id + b.connection_id ? -1 : 1,
        ),
      )
      .then(() => crashPoint('ingest.lanes_saved')),
    // Before the writebacks: what a revert is to end must have been seen before the revert was born.
    ...[...byResolution(ledger)].map(([resolution, keys]) =>
      records.settleIncidents(tx, keys, 'interlock', resolution),
    ),
    ledger.incidents.length > 0 && records.openIncidents(tx, ledger.incidents),
    records
      .insertWritebacks(tx, ledger.writebacks, limits.leaseMs)
      .then(() => crashPoint('ingest.writebacks_inserted')),
    taken.length > 0 &&
      records.findTaken(tx, taken).then((rows) => {
        ledger.inHand.rows = rows;
      }),
    ledger.shadows.length > 0 && insertShadowWrites(tx, ledger.shadows),
    ledger.echoes.length > 0 && records.insertEchoes(tx, ledger.echoes),
    records.appendCounts(tx, ledger.counts.all()),
  ]);
}

const takenAtBirth = ({ connections }: Loaded, { writebacks }: Ledger): WantedWork[] =>
  writebacks.flatMap(({ id, connection_id, taken }) => {
    const connection = connections.get(connection_id);
    return taken === 1 && connection ? [{ id, attempt: 1, system: refSystemOf(connection) }] : [];
  });

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
