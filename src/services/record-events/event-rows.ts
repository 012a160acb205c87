// The rows that events become: settled at once, parked, or settled after parking.

import { claimText } from '../../core/deciding/decide.ts';
import type { Disposition, Intake } from '../../core/deciding/intake.ts';
import type { PersonId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { type EventRow, erasedFingerprint, type ParkedEvent } from '../../store/engine/events.ts';
import type { PersonKeys } from '../remember-keys.ts';
import type { Batch } from './batch.ts';
import type { WorkingSubject } from './ledger.ts';
import type { Loaded } from './load.ts';

/** What an event waits for. In its row, waiting for a requisition is waiting for its turn, with another code. */
type WaitsFor = 'turn' | 'subject' | 'probe' | 'requisition';
export const columnOf = (waitsFor: WaitsFor): 'turn' | 'subject' | 'probe' =>
  waitsFor === 'requisition' ? 'turn' : waitsFor;

/** How an event's row ends. */
export interface Settled {
  disposition: Disposition;
  code: string | null;
  detail: Record<string, unknown> | null;
  /** Version of the subject that the event made. */
  version: number | null;
  parkedFor?: WaitsFor;
}

export function newEventRow(
  batch: Batch,
  event: string,
  intake: Intake,
  subject: WorkingSubject | null,
  settled: Settled,
): EventRow {
  const owner = subject ? { person: subject.person, keys: subject.keys } : strangerFor(batch);
  return {
    id: event,
    source: intake.source,
    external_id: intake.externalId,
    fingerprint: owner.keys ? intake.fingerprint : erasedFingerprint,
    machine: intake.machine,
    claim_kind: intake.claim?.kind ?? 'raw',
    claim: intake.claim ? claimText(intake.claim) : null,
    by_kind: intake.by,
    ref_system: intake.subject?.kind === 'ref' ? intake.subject.system : null,
    ref_id: intake.subject?.kind === 'ref' ? intake.subject.ref : null,
    subject_id: subject?.id ?? null,
    person_id: owner.person,
    // Of somebody who was erased nothing is kept.
    payload_ct:
      owner.keys && batch.context.vault.sealJson(owner.keys.dataKey, ['event', 'payload_ct', event], intake.data),
    occurred_at: intake.occurredAt,
    received_at: intake.receivedAt,
    disposition: settled.disposition,
    code: settled.code,
    detail: settled.detail,
    transition_version: settled.version,
    settled_at: batch.loaded.clock,
    parked_for: null,
    parked_until: null,
    probe_attempt: 0,
    probe_sent_at: null,
    probe_due_at: null,
  };
}

/** Parks a new event: its row waits, and so does the event itself, since this very batch may bring what it waits for. */
export function park(
  batch: Batch,
  event: string,
  intake: Intake,
  subject: WorkingSubject | null,
  parkedFor: WaitsFor,
  detail: Record<string, unknown> | null = null,
): void {
  const { context, loaded, ledger } = batch;
  const settled: Settled = { disposition: 'parked', code: parkedFor, detail, version: null };
  const row = newEventRow(batch, event, intake, subject, settled);
  const looks = parkedFor === 'probe' && !intake.look;
  const held = parkedFor === 'requisition' ? limits.heldByRequisitionMs : context.parkedMs;
  const waitMs = looks ? context.reorderWindowMs : held;
  const clock = Date.parse(loaded.clock);
  const parkedUntil = new Date(clock + waitMs).toISOString();
  ledger.events.push({
    ...row,
    settled_at: null,
    parked_for: columnOf(parkedFor),
    parked_until: parkedUntil,
    // The first look at a stage goes out with the batch, the sweeper sends the next ones. What is only named is read once the vendor shows the change.
    probe_attempt: looks ? 1 : 0,
    probe_sent_at: looks ? loaded.clock : null,
    probe_due_at:
      parkedFor === 'probe'
        ? new Date(
            clock + (intake.look ? lagMs(batch, intake) : Math.min(limits.probeRetryMs, waitMs / 2)),
          ).toISOString()
        : null,
  });
  loaded.parked.push({
    id: row.id,
    source: row.source,
    external_id: row.external_id,
    fingerprint: row.fingerprint,
    machine: row.machine,
    claim_kind: row.claim_kind,
    claim: row.claim,
    by_kind: row.by_kind,
    ref_system: row.ref_system,
    ref_id: row.ref_id,
    subject_id: row.subject_id,
    person_id: row.person_id,
    data_key: null,
    commit_key: null,
    payload_ct: row.payload_ct,
    occurred_at: new Date(row.occurred_at),
    received_at: new Date(row.received_at),
    parked_for: columnOf(parkedFor),
    parked_until: parkedUntil,
    expired: false,
    probe_attempt: row.probe_attempt,
    probe_sent_at: row.probe_sent_at,
    data: intake.data,
  });
}

const lagMs = ({ loaded }: Batch, { connection }: Intake): number =>
  loaded.connections.get(connection ?? '')?.adapter.capabilities.readLagMs ?? 0;

export function settleParked(
  loaded: Loaded,
  parked: ParkedEvent,
  subject: string | null,
  settled: Settled,
): Partial<EventRow> & { id: string } {
  return {
    id: parked.id,
    disposition: settled.disposition,
    code: settled.code,
    detail: settled.detail,
    subject_id: subject,
    transition_version: settled.version,
    settled_at: loaded.clock,
    parked_for: null,
    parked_until: null,
    probe_attempt: parked.probe_attempt,
    probe_sent_at: parked.probe_sent_at,
    probe_due_at: null,
  };
}

/** Nobody known: the payload still belongs to a person, so it gets keys of its own and can be erased by them. */
function strangerFor(batch: Batch): { person: string; keys: PersonKeys } {
  const person = batch.context.newId('per');
  const { keys, wrapped } = batch.context.vault.newPerson(person as PersonId);
  batch.ledger.persons.push({
    id: person,
    ...wrapped,
    master_key_id: batch.context.vault.masterKeyId,
    email_index: null,
    profile_system: null,
    profile_ref: null,
  });
  return { person, keys };
}
