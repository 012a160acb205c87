// What our tables know of rows that go out in files: the part of it that an adapter is given.
import type { FileLedger, HandedOver, OutboundTerms, OutgoingRow } from '../../adapters/files.ts';
import type { PersonId } from '../../core/ids.ts';
import { findFileRow, findRowOwner, queueFileRow } from '../../store/files/outgoing-files.ts';
import type { Connection } from '../connections/connections.ts';
import type { Context } from '../context.ts';

export function fileLedger(context: Context, connection: Connection): FileLedger {
  const terms = connection.adapter.files?.outbound(connection.settings) ?? null;
  const find = (writeback: string): Promise<HandedOver | null> => findHandedOver(context, terms, writeback);
  return {
    find,
    async queue(row) {
      await seal(context, connection, row);
      const queued = await find(row.writeback);
      if (!queued) throw new Error('A row was queued and is not there. This is a bug in Interlock.');
      return queued;
    },
  };
}

/** The same thing has the same key; which it is, nobody can tell without the master key. */
export const referenceKey = ({ vault }: Pick<Context, 'vault'>, connection: string, reference: string): string =>
  vault.keyed('file reference', JSON.stringify([connection, reference]));

async function findHandedOver(
  context: Context,
  terms: OutboundTerms | null,
  writeback: string,
): Promise<HandedOver | null> {
  const row = await findFileRow(context.database.engine, writeback);
  if (!row) return null;
  return {
    state: row.state === 'packed' ? 'queued' : row.state,
    attempt: row.attempt,
    dueInMs: (terms?.everyMs ?? 0) - row.queued_ms,
    writtenForMs: row.written_ms,
    answer: row.answer && { accepted: row.answer === 'accepted', code: row.answer_code },
    shows: row.shows,
  };
}

/** What a row says is the person's, and readable as long as she is. */
async function seal(
  context: Context,
  connection: Connection,
  { writeback, attempt, reference, cells }: OutgoingRow,
): Promise<void> {
  const db = context.database.engine;
  const owner = await findRowOwner(db, writeback);
  const keys = owner && context.vault.unwrap(owner.person_id as PersonId, owner);
  if (!keys) throw new Error('The person was erased while a row about her was made.');
  await queueFileRow(db, {
    writeback_id: writeback,
    connection_id: connection.id,
    attempt,
    ref_key: referenceKey(context, connection.id, reference),
    cells_ct: context.vault.sealJson(keys.dataKey, ['file_row', 'cells_ct', writeback], cells),
  });
}
