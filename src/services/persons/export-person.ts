// A subject access export: everything that is held about a person, by the same walk over the tables that erases it; audited.
import { isId, type PersonId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Tx } from '../../store/database/database.ts';
import { type Places, placesOf } from '../../store/persons/erasure.ts';
import { type AuditedAct, actsOn, type ExportedEvent, eventsIn } from '../../store/reports/person-export.ts';
import { findPersonState } from '../../store/reports/persons.ts';
import { inSnapshot } from '../../store/reports/snapshot.ts';
import { findSubject, type SubjectReport } from '../../store/reports/subjects.ts';
import type { Context } from '../context.ts';
import { findMentions } from '../intake/search-quarantine.ts';
import { type Reader, type SubjectTimeline, timelineOf } from '../reports/read-subject.ts';
import { auditPerson, type PersonView, personView } from './find-persons.ts';

/** One event with what it carried; `payload` is null once erased. */
export interface ExportedEventView {
  id: string;
  source: string;
  sourceId: string;
  machine: string;
  claim: string | null;
  subject: string | null;
  disposition: string;
  code: string | null;
  detail: Record<string, unknown> | null;
  occurredAt: string;
  receivedAt: string;
  payload: unknown;
}

export interface PersonExport {
  person: PersonView;
  /** With every value and all that happened. */
  subjects: SubjectTimeline[];
  events: ExportedEventView[];
  /** Who did and read what about the person. */
  acts: AuditedAct[];
  /** Something was left out, because there was too much of it. */
  truncated: boolean;
}

/** Undefined when there is no such person. Holds personal data; the export is on record before it is answered. */
export async function exportPerson(context: Context, id: string, reader: Reader): Promise<PersonExport | undefined> {
  if (!isId('per', id)) return undefined;
  const mentions = await findMentions(context, id);
  const found = await inSnapshot(context.database.reports, (tx) => readAll(context, tx, id, mentions.events));
  if (!found) return undefined;
  await auditPerson(context, reader, 'person.exported', id, {
    subjects: found.subjects.length,
    events: found.events.length,
  });
  return { ...found, truncated: found.truncated || mentions.more };
}

async function readAll(
  context: Context,
  tx: Tx,
  id: string,
  mentions: readonly string[],
): Promise<PersonExport | undefined> {
  const person = await findPersonState(tx, id);
  if (!person) return undefined;
  const places: Places = await placesOf(tx, id, mentions);
  const subjects: SubjectTimeline[] = [];
  for (const one of places.subjects) {
    const subject = await findSubject(tx, one);
    if (subject) subjects.push(await wholeTimeline(context, tx, subject));
  }
  const events = await eventsIn(tx, places, limits.exportRowsMax);
  const acts = await actsOn(tx, places, limits.exportRowsMax);
  return {
    person: personView(person),
    subjects,
    events: events.map((event) => eventView(context, event)),
    acts,
    truncated:
      subjects.some((one) => one.truncated) ||
      places.events.length > events.length ||
      acts.length >= limits.exportRowsMax,
  };
}

/** Part by part from the newest, as far back as an export may reach. */
async function wholeTimeline(context: Context, tx: Tx, subject: SubjectReport): Promise<SubjectTimeline> {
  const whole = await timelineOf(context, tx, subject, true);
  while (whole.next !== null && whole.entries.length < limits.exportRowsMax) {
    const older = await timelineOf(context, tx, subject, false, { before: whole.next });
    whole.entries.unshift(...older.entries);
    whole.next = older.next;
  }
  return { ...whole, truncated: whole.next !== null };
}

function eventView(context: Context, row: ExportedEvent): ExportedEventView {
  const keys = context.vault.unwrap(row.person_id as PersonId, row);
  const payload =
    keys && row.payload_ct
      ? context.vault.unsealJson(keys.dataKey, ['event', 'payload_ct', row.id], row.payload_ct)
      : null;
  return {
    id: row.id,
    source: row.source,
    sourceId: row.external_id,
    machine: row.machine,
    claim: row.claim,
    subject: row.subject_id,
    disposition: row.disposition,
    code: row.code,
    detail: row.detail,
    occurredAt: row.occurred_at,
    receivedAt: row.received_at,
    payload: readable(payload),
  };
}

/** A payload that nobody understood is kept as its bytes; people want to read it. */
function readable(payload: unknown): unknown {
  const { body } = (payload ?? {}) as { body?: unknown };
  return typeof body === 'string' && Object.keys(payload as object).length === 1
    ? { body: Buffer.from(body, 'base64').toString('utf8') }
    : payload;
}
