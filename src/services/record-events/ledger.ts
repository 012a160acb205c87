// Everything a batch is about to write, collected while it is decided; nothing is written before all of it is.

import { Counts } from '../../core/figures/kpi.ts';
import type { Facts } from '../../core/machine/guards.ts';
import type { CompiledMachine, Place } from '../../core/machine/machine.ts';
import type { ElementRow } from '../../store/engine/elements.ts';
import type { EventRow } from '../../store/engine/events.ts';
import type { LaneRow } from '../../store/engine/lanes.ts';
import type { RefName, SubjectRow } from '../../store/engine/subjects.ts';
import type { TransitionRow } from '../../store/engine/transitions.ts';
import type { WorkRow } from '../../store/engine/work.ts';
import type { NewWriteback } from '../../store/engine/writebacks.ts';
import type { NewPerson } from '../../store/persons/persons.ts';
import type { NewShadowWrite } from '../../store/reconcile/shadow-writes.ts';
import type { NewIncident } from '../../store/settling/incidents.ts';
import type { PersonKeys } from '../remember-keys.ts';

/** A locked (or new) subject while a batch decides about it. */
export interface WorkingSubject {
  id: string;
  isNew: boolean;
  moved: boolean;
  machine: CompiledMachine;
  /** Its own facts; `place.facts` has its requisition's as well. */
  ownFacts: Facts;
  place: Place;
  version: number;
  chainHead: Buffer;
  person: string;
  /** Null when the person was erased: nothing may be added. */
  keys: PersonKeys | null;
  parent: string | null;
  region: string | null;
  businessUnit: string | null;
  requisitionType: string | null;
  stateSince: string;
  slaDueAt: string | null;
  /** The person of a new subject, written when the subject is. */
  newPerson?: NewPerson;
}

/** The same value as a write of ours whose echo came already, or as one before the latest. */
export type NearMiss = 'again' | 'older';

export class Ledger {
  readonly persons: NewPerson[] = [];
  readonly newRefs: (RefName & { subject_id: string })[] = [];
  readonly otherRefs: (RefName & { subject_id: string })[] = [];
  readonly events: EventRow[] = [];
  readonly settledEvents: Partial<EventRow>[] = [];
  readonly transitions: TransitionRow[] = [];
  readonly elements = new Map<string, ElementRow>();
  readonly lanes = new Map<string, LaneRow>();
  readonly writebacks: NewWriteback[] = [];
  readonly shadows: NewShadowWrite[] = [];
  readonly superseded: string[] = [];
  readonly echoes: { writeback_id: string; event_id: string; value: string }[] = [];
  readonly incidents: NewIncident[] = [];
  readonly settledIncidents: { key: string; resolution: string }[] = [];
  readonly probes: { event: string; connection: string; attempt: number }[] = [];
  /** Echoes that confirm a writeback which is still open: applied as results after the commit. */
  readonly echoConfirmations: { writeback: string; attempt: number; connection: string }[] = [];
  /** Known persons who are told apart by something new, each with the blind index of an address, where one was given. */
  readonly contacts = new Map<string, Buffer | null>();
  /** Events that nearly were echoes: two systems that answer each other look like this first. */
  readonly nearMisses: { connection: string; reason: NearMiss }[] = [];
  /** Requisitions whose state a transition rests on, and which the batch has not locked: they must still be in it when it is written. */
  readonly reliedOn = new Map<string, string>();
  readonly counts = new Counts();
  /** Filled while the batch is written: work of writebacks that were born taken. */
  readonly inHand: { rows: WorkRow[]; readAt: number } = { rows: [], readAt: 0 };
}

export function subjectRow(subject: WorkingSubject): SubjectRow {
  return {
    id: subject.id,
    machine: subject.machine.name,
    machine_version: subject.machine.version,
    state: subject.place.state,
    history: subject.place.history,
    facts: subject.ownFacts,
    version: subject.version,
    chain_head: subject.chainHead,
    person_id: subject.person,
    parent_id: subject.parent,
    region: subject.region,
    business_unit: subject.businessUnit,
    requisition_type: subject.requisitionType,
    state_since: subject.stateSince,
    sla_due_at: subject.slaDueAt,
    ended: subject.machine.leaves.get(subject.place.state)?.final ?? false,
  };
}

export const laneKey = (subject: string, connection: string): string => `${subject} ${connection}`;
export const refKey = (system: string, machine: string, ref: string): string => `${system}\n${machine}\n${ref}`;
