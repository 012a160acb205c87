// One subject across all systems: where it stands and, in order of time, everything that happened; each reading is audited.
import type { PersonId } from '../core/ids.ts';
import { limits } from '../core/limits.ts';
import type { Tx } from '../store/database.ts';
import { keysOf } from '../store/persons.ts';
import { inSnapshot } from '../store/reports/snapshot.ts';
import { findSubject, type LaneReport, lanesOf, type SubjectReport, storedValues } from '../store/reports/subjects.ts';
import { actionsOn, echoesOf, eventsOf, incidentsOf, transitionsOf } from '../store/reports/timeline.ts';
import { attemptsAt, writebacksOf } from '../store/reports/writebacks.ts';
import type { Context } from './context.ts';
import { type Entry, merge } from './timeline-entries.ts';
import { type Actor, writeAudit } from './write-audit.ts';

export interface SubjectView {
  id: string;
  machine: string;
  machineVersion: number;
  version: number;
  state: string;
  since: string;
  owner: string | null;
  sla: string | null;
  slaDueAt: string | null;
  ended: boolean;
  openedAt: string;
  region: string | null;
  businessUnit: string | null;
  requisitionType: string | null;
  parent: string | null;
  /** What is erased, exported or held goes by this id. */
  person: string;
  /** The person's data was erased: values and payloads are gone, the log stays. */
  erased: boolean;
  refs: { system: string; ref: string }[];
}

/** A personal value with where it came from. */
export interface ElementView {
  element: string;
  value: unknown;
  source: string;
  event: string;
  version: number;
  dictionaryVersion: number;
  occurredAt: string;
  writtenAt: string;
}

export interface SubjectTimeline {
  subject: SubjectView;
  lanes: { connection: string; numbers: number; settled: number; held: string | null; heldAt: string | null }[];
  entries: Entry[];
  /** Only the newest entries of some kind are here. */
  truncated: boolean;
  values?: ElementView[];
}

export interface Reader {
  actor: Actor;
  requestId?: string | undefined;
}

/** Undefined when there is no such subject. `values`: decrypted element values too. The reading is on record before it is answered. */
export async function readSubject(
  context: Context,
  id: string,
  options: { values: boolean; reader: Reader },
): Promise<SubjectTimeline | undefined> {
  const found = await inSnapshot(context.database.reports, async (tx) => {
    const subject = await findSubject(tx, id);
    return subject && timelineOf(context, tx, subject, options.values);
  });
  if (found) await auditReading(context, options.reader, id, options.values ? { include: 'values' } : {});
  return found;
}

/** Shared with the export of a person, which is audited as a whole. */
export async function timelineOf(
  context: Context,
  tx: Tx,
  subject: SubjectReport,
  withValues: boolean,
): Promise<SubjectTimeline> {
  const lanes = await lanesOf(tx, subject.id);
  const timeline = await entriesOf(tx, subject.id, lanes);
  const values = withValues ? { values: await decrypted(context, tx, subject) } : {};
  return { subject: viewOf(context, subject), lanes: lanes.map(laneView), ...timeline, ...values };
}

/** Puts on record who read which subject. */
export function auditReading(
  context: Context,
  reader: Reader,
  subject: string,
  detail: Record<string, unknown>,
): Promise<void> {
  return writeAudit(context.database.engine, {
    actor: reader.actor,
    action: 'subject.read',
    objectKind: 'subject',
    objectId: subject,
    detail,
    ...(reader.requestId === undefined ? {} : { requestId: reader.requestId }),
  });
}

/** Puts on record who went through a list of subjects. */
export function auditListing(
  context: Context,
  reader: Reader,
  machine: string,
  detail: Record<string, unknown>,
): Promise<void> {
  return writeAudit(context.database.engine, {
    actor: reader.actor,
    action: 'subject.listed',
    objectKind: 'machine',
    objectId: machine,
    detail,
    ...(reader.requestId === undefined ? {} : { requestId: reader.requestId }),
  });
}

async function entriesOf(
  tx: Tx,
  id: string,
  lanes: readonly LaneReport[],
): Promise<{ entries: Entry[]; truncated: boolean }> {
  const rowsMax = limits.timelineRowsMax;
  const writebacks = await writebacksOf(tx, id, rowsMax);
  const ids = writebacks.map((one) => one.id);
  const lists = {
    events: await eventsOf(tx, id, rowsMax),
    transitions: await transitionsOf(tx, id, rowsMax),
    writebacks,
    attempts: await attemptsAt(tx, ids),
    echoes: await echoesOf(tx, ids),
    incidents: await incidentsOf(tx, id, rowsMax),
    actions: await actionsOn(
      tx,
      ids,
      lanes.map((lane) => `${id}/${lane.connection_id}`),
      rowsMax,
    ),
  };
  const full = [lists.events, lists.transitions, writebacks, lists.incidents, lists.actions].some(
    (list) => list.length >= rowsMax,
  );
  return { entries: merge(lists), truncated: full };
}

async function decrypted(context: Context, tx: Tx, subject: SubjectReport): Promise<ElementView[]> {
  const wrapped = (await keysOf(tx, [subject.person_id])).get(subject.person_id);
  const keys = wrapped ? context.vault.unwrap(subject.person_id as PersonId, wrapped) : null;
  if (!keys) return [];
  return (await storedValues(tx, subject.id)).flatMap((row) =>
    row.value_ct === null
      ? []
      : [
          {
            element: row.element,
            value: context.vault.unsealJson(keys.dataKey, ['element_value', row.element, subject.id], row.value_ct),
            source: row.source,
            event: row.event_id,
            version: row.subject_version,
            dictionaryVersion: row.dictionary_version,
            occurredAt: row.occurred_at,
            writtenAt: row.written_at,
          },
        ],
  );
}

/** A subject's row in the words of the API, with its state's owner and SLA. */
export function viewOf(context: Context, row: SubjectReport): SubjectView {
  const known = context.machines.has(row.machine, row.machine_version)
    ? context.machines.get(row.machine, row.machine_version)
    : undefined;
  const meta = known?.leaves.get(row.state)?.meta;
  return {
    id: row.id,
    machine: row.machine,
    machineVersion: row.machine_version,
    version: row.version,
    state: row.state,
    since: row.state_since,
    owner: meta?.owner ?? null,
    sla: meta?.sla ?? null,
    slaDueAt: row.sla_due_at,
    ended: row.ended,
    openedAt: row.opened_at,
    region: row.region,
    businessUnit: row.business_unit,
    requisitionType: row.requisition_type,
    parent: row.parent_id,
    person: row.person_id,
    erased: row.erased,
    refs: row.refs,
  };
}

const laneView = (lane: LaneReport): SubjectTimeline['lanes'][number] => ({
  connection: lane.connection_id,
  numbers: lane.next_seq,
  settled: lane.done_seq,
  held: lane.held_reason,
  heldAt: lane.held_at,
});
