// I1: what was answered is on record exactly once and as it was answered; what was refused for its form is not; nothing else is there.
import type { Heard, Operation } from '../history.ts';
import type { EventRow } from '../tables.ts';
import { type Evidence, groupBy, type Rule } from './evidence.ts';

export const answeredIsRecordedOnce: Rule = (evidence) => {
  const bySender = groupBy(evidence.tables.event, (row) => `${row.source}\n${row.external_id}`);
  const faults: string[] = [];
  const sent = new Set<string>();
  for (const operation of evidence.operations) {
    const key = `${evidence.sources[operation.client]}\n${operation.id}`;
    const rows = bySender.get(key) ?? [];
    if (operation.intent === 'event') sent.add(key);
    faults.push(...judge(operation, rows));
  }
  for (const [key, rows] of bySender) {
    if (rows.length > 1) faults.push(`${key.replace('\n', ' ')} is on record ${rows.length} times`);
    const isClient = Object.values(evidence.sources).includes(rows[0]?.source ?? '');
    if (isClient && !sent.has(key)) faults.push(`${key.replace('\n', ' ')} is on record and nobody sent it`);
  }
  return faults;
};

function judge({ id, intent, heard, unknown }: Operation, rows: readonly EventRow[]): string[] {
  if (intent === 'poison')
    return [
      ...(rows.length > 0 ? [`poison ${id} is on record`] : []),
      ...heard.filter(({ status }) => status < 400).map(({ status }) => `poison ${id} was answered ${status}`),
    ];
  if (intent === 'conflict')
    return heard
      .filter(({ status, code }) => status !== 422 || code !== 'same_id_other_body')
      .map(({ status }) => `another body under the id ${id} was answered ${status}`);
  const [row] = rows;
  const accepted = heard.filter(({ status }) => status < 300 || status === 409);
  if (accepted.length > 0 && !row) return [`${id} was answered ${accepted[0]?.status} and is not on record`];
  // Refused for its form by one core, and perhaps recorded by another, whose answer was lost.
  if (accepted.length === 0 && heard.length > 0 && row && unknown === 0)
    return [`${id} was refused with ${heard[0]?.status} and is on record`];
  return row ? accepted.flatMap((one) => contradictions(id, one, row)) : [];
}

/** An answer is a promise about the row. What was parked may have become something else since; nothing else may. */
function contradictions(id: string, heard: Heard, row: EventRow): string[] {
  if (heard.event !== undefined && heard.event !== row.id)
    return [`${id} was answered as ${heard.event} and is on record as ${row.id}`];
  const said = heard.disposition === 'duplicate' ? heard.original : (heard.disposition ?? refusedBy(heard.status));
  if (said === undefined || said === 'parked' || said === row.disposition) {
    const moved = heard.disposition === 'applied' && heard.version !== row.transition_version;
    return moved ? [`${id} was answered as version ${heard.version} and is version ${row.transition_version}`] : [];
  }
  return [`${id} was answered ${said} and is ${row.disposition}`];
}

const refusedBy = (status: number): string | undefined => (status === 409 ? 'refused' : undefined);

/** A webhook that was answered as received is on record once. */
export const receivedIsRecorded: Rule = ({ tables, received }) => {
  const known = new Set(tables.event.map((row) => `${row.source}\n${row.external_id}`));
  return received
    .filter((one) => !known.has(`${one.source}\n${one.externalId}`))
    .map((one) => `the webhook ${one.externalId} of ${one.source} was answered as received and is not on record`);
};

/** A run in which most operations came to nothing proves nothing. */
export const enoughSucceeded: Rule = ({ successShare }: Evidence) =>
  successShare < 0.5 ? [`only ${Math.round(successShare * 100)} % of the operations were answered`] : [];
