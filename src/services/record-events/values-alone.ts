// Values that come with an event which moves nothing: what they change is written to the systems that show those elements.
import { type Connection, settingsFor, subscribes } from '../connections/connections.ts';
import { mappingFor } from '../connections/system-settings.ts';
import { receivable } from '../delivery/fetch-work.ts';
import type { Batch } from './batch.ts';
import type { Said } from './judge.ts';
import type { WorkingSubject } from './ledger.ts';
import { type Taken, takeValues } from './take-values.ts';
import { audienceOf, bearElementWrite } from './writebacks.ts';

/** The state was there already, or the event is an echo of our own write; a value in it may be news all the same. */
export function takeValuesAlone(batch: Batch, subject: WorkingSubject, said: Said): Taken {
  const none: Taken = { changed: [], disputed: [] };
  if (!subject.keys || subject.version === 0 || Object.keys(said.data).length === 0) return none;
  const taken = takeValues(batch, subject, said);
  writeElements(batch, subject, taken.changed, { occurredAt: said.occurredAt, except: said.connection });
  return taken;
}

/** One writeback to every system that shows one of these elements; `except` shows them already. */
export function writeElements(
  batch: Batch,
  subject: WorkingSubject,
  elements: readonly string[],
  { occurredAt, except }: { occurredAt: string; except: string | null },
): void {
  if (elements.length === 0) return;
  for (const connection of batch.loaded.connections.values()) {
    if (connection.id === except || !subscribes(connection, audienceOf(subject), subject.place.state)) continue;
    if (elements.some((element) => showsElement(batch, connection, subject, element)))
      bearElementWrite(batch, subject, connection, occurredAt);
  }
}

function showsElement(
  { context }: Batch,
  connection: Connection,
  { machine, place, region }: WorkingSubject,
  element: string,
): boolean {
  const { adapter } = connection;
  const shown = adapter.showsElements?.(
    settingsFor(connection, region),
    machine.name,
    place.state,
    mappingFor(context.dictionary, adapter),
  );
  return shown?.includes(element) === true && receivable(context, connection, region, [element]).length > 0;
}
