// Incidents for the people who settle them: a page of them with what to choose from, and one with all that is around it.
import type { Position } from '../../core/cursor.ts';
import { limits } from '../../core/limits.ts';
import {
  countOpenIncidents,
  findIncident,
  type IncidentQuery,
  type IncidentReport,
  listIncidents,
} from '../../store/reports/incidents.ts';
import { subjectsOfPersons } from '../../store/reports/persons-subjects.ts';
import { findWriteback, type WritebackReport } from '../../store/reports/writebacks.ts';
import { type IncidentNote, notesOf } from '../../store/settling/incident-care.ts';
import type { Context } from '../context.ts';

export interface IncidentPage {
  items: IncidentReport[];
  next: Position | null;
  /** Of all that are open, whatever was asked for. */
  open: { all: number; kinds: Map<string, number>; owners: Map<string, number> };
}

export async function readIncidents(context: Context, query: IncidentQuery): Promise<IncidentPage> {
  const db = context.database.reports;
  const rows = await listIncidents(db, { ...query, rowsMax: query.rowsMax + 1 });
  const items = rows.slice(0, query.rowsMax);
  const last = items.at(-1);
  const open = { all: 0, kinds: new Map<string, number>(), owners: new Map<string, number>() };
  for (const { kind, owner, count } of await countOpenIncidents(db)) {
    open.all += count;
    open.kinds.set(kind, (open.kinds.get(kind) ?? 0) + count);
    open.owners.set(owner, (open.owners.get(owner) ?? 0) + count);
  }
  return { items, next: rows.length > query.rowsMax && last ? { at: last.opened_at, id: last.id } : null, open };
}

export interface IncidentView {
  incident: IncidentReport;
  notes: IncidentNote[];
  /** The write that it is about. */
  writeback: WritebackReport | null;
  /** Of a proposal that two persons are one: both, with the subjects of each. */
  persons: { person: string; subjects: { id: string; machine: string; state: string }[] }[];
}

/** Undefined when there is no such incident. */
export async function readIncident(context: Context, id: string): Promise<IncidentView | undefined> {
  const db = context.database.reports;
  const incident = await findIncident(db, id);
  if (!incident) return undefined;
  const persons = Array.isArray(incident.detail.persons) ? incident.detail.persons.map(String) : [];
  return {
    incident,
    notes: await notesOf(db, id, limits.incidentNotesMax),
    writeback: incident.writeback_id === null ? null : ((await findWriteback(db, incident.writeback_id)) ?? null),
    persons: await subjectsOfPersons(db, persons),
  };
}
