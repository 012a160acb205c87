// How it stands with one subject at this moment: what is in its way, whose turn it is, what happens by itself, and what a person may do.
import { isWithin } from '../../core/machine/machine.ts';
import type { Tx } from '../../store/database/database.ts';
import { type IncidentReport, listIncidents } from '../../store/reports/incidents.ts';
import { type LaneHead, laneHeads, type Waiting, waitingEvents } from '../../store/reports/lane-heads.ts';
import { type LastShown, lastShown } from '../../store/reports/last-shown.ts';
import { inSnapshot } from '../../store/reports/snapshot.ts';
import { findSubject } from '../../store/reports/subjects.ts';
import type { Context } from '../context.ts';
import { readStuck, type Stuck } from './read-stuck.ts';
import { type SubjectView, viewOf } from './read-subject.ts';
import { nextOf, type WhatNext } from './what-next.ts';

/** One lane: the system, what it showed last, and the write that is next. */
export interface LaneNow extends LaneHead {
  shown: LastShown | null;
  /** Whether what it showed last is the canonical state; null where nothing is known of it. */
  agrees: boolean | null;
}

export interface Obstacle extends Stuck {
  /** What happens when nobody does anything. */
  next: WhatNext;
  /** The incident about it, where there is one. */
  about: IncidentReport | null;
}

export interface Situation {
  subject: SubjectView;
  lanes: LaneNow[];
  /** The one that matters most first. */
  obstacles: Obstacle[];
  /** Writes that are under way or wait, over all lanes. */
  open: number;
}

const obstaclesMax = 50;

/** Undefined when there is no such subject. Who reads a subject is put on record by `readSubject`, which every page calls beside this. */
export async function readSituation(context: Context, id: string): Promise<Situation | undefined> {
  const now = await inSnapshot(context.database.reports, (tx) => gather(context, tx, id));
  if (!now) return undefined;
  const { items } = await readStuck(context, { subject: id, after: null, rowsMax: obstaclesMax });
  const obstacles = items
    .map((one): Obstacle => {
      const lane = now.lanes.find((lane) => lane.connection_id === one.connection);
      const about = now.incidents.find((incident) => incident.id === one.incident || isAbout(incident, one)) ?? null;
      const event = now.waiting.find((waiting) => waiting.id === one.event);
      return { ...one, about, next: nextOf(one, { lane, event, incident: about }) };
    })
    .sort((a, b) => weight(a) - weight(b) || (a.since < b.since ? -1 : 1));
  return {
    subject: now.subject,
    lanes: now.lanes,
    obstacles,
    open: now.lanes.reduce((sum, lane) => sum + lane.waiting, 0),
  };
}

const isAbout = (incident: IncidentReport, { writeback }: Stuck): boolean =>
  writeback !== null && incident.writeback_id === writeback;

/** What nothing but a person ends comes first. */
function weight({ cause, code }: Stuck): number {
  if (code === 'dead' || code === 'lane_held') return 0;
  const order = ['systems_disagree', 'incident_open', 'write_unconfirmed', 'event_missing', 'late_against_sla'];
  return 1 + order.indexOf(cause);
}

interface Gathered {
  subject: SubjectView;
  lanes: LaneNow[];
  waiting: Waiting[];
  incidents: IncidentReport[];
}

async function gather(context: Context, tx: Tx, id: string): Promise<Gathered | undefined> {
  const row = await findSubject(tx, id);
  if (!row) return undefined;
  const subject = viewOf(context, row);
  const heads = await laneHeads(tx, id);
  const shown = await lastShown(
    tx,
    heads.map(({ connection_id }) => ({ subject_id: id, connection_id })),
  );
  return {
    subject,
    lanes: heads.map((head) => {
      const seen = shown.find((one) => one.connection_id === head.connection_id) ?? null;
      return { ...head, shown: seen, agrees: seen && agrees(seen, subject.state) };
    }),
    waiting: await waitingEvents(tx, id),
    incidents: await listIncidents(tx, { subject: id, status: 'open', after: null, rowsMax: obstaclesMax }),
  };
}

/** A vendor's stage may stand for several states of ours, or for a region of them. */
const agrees = (shown: LastShown, state: string): boolean =>
  !shown.missing && (shown.state ?? '').split(' | ').some((one) => one !== '' && isWithin(state, one));
