// One subject across all systems: where it stands and, in order of time, everything that happened; each reading is audited.
import type { Tx } from '../../store/database/database.ts';
import { inSnapshot } from '../../store/reports/snapshot.ts';
import { findSubject, type LaneReport, lanesOf, type SubjectReport } from '../../store/reports/subjects.ts';
import type { Context } from '../context.ts';
import { type Actor, writeAudit } from '../write-audit.ts';
import { entriesWithin, type TimelineReach } from './read-timeline.ts';
import { type ElementView, valuesOf } from './read-values.ts';
import type { Entry } from './timeline-entry.ts';

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

export interface SubjectTimeline {
  subject: SubjectView;
  lanes: { connection: string; numbers: number; settled: number; held: string | null; heldAt: string | null }[];
  entries: Entry[];
  /** There are older entries than these. */
  truncated: boolean;
  /** The moment before which they lie; null when there are none. */
  next: string | null;
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
  options: { values: boolean; reader: Reader } & TimelineReach,
): Promise<SubjectTimeline | undefined> {
  const found = await inSnapshot(context.database.reports, async (tx) => {
    const subject = await findSubject(tx, id);
    return subject && timelineOf(context, tx, subject, options.values, options);
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
  reach: TimelineReach = {},
): Promise<SubjectTimeline> {
  const lanes = await lanesOf(tx, subject.id);
  const timeline = await entriesWithin(tx, subject, reach);
  const values = withValues ? { values: await valuesOf(context, tx, subject) } : {};
  return {
    subject: viewOf(context, subject),
    lanes: lanes.map(laneView),
    ...timeline,
    truncated: timeline.next !== null,
    ...values,
  };
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
