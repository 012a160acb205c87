// Carries one legal transition into the ledger: subject, log entry with its hash, elements, KPI counts and writebacks.

import { assert } from '../../core/assert.ts';
import { type AppliedTransition, claimText } from '../../core/deciding/decide.ts';
import { type CommittedEvent, chainHash } from '../../core/log/chain.ts';
import type { Batch } from './batch.ts';
import type { Said } from './judge.ts';
import type { WorkingSubject } from './ledger.ts';
import { type Taken, takeValues } from './take-values.ts';
import { bearWritebacks } from './writebacks.ts';

export function applyTransition(batch: Batch, subject: WorkingSubject, said: Said, step: AppliedTransition): Taken {
  const { keys } = subject;
  assert(keys, 'A transition needs the keys of its person');
  const payloadCommit = batch.context.vault.commit(keys, committed(said));
  const previous = subject.chainHead;
  const header = {
    subject: subject.id,
    version: subject.version + 1,
    event: said.event,
    type: step.type,
    from: step.from,
    to: step.to,
    history: step.history,
    machine: subject.machine.name,
    machineVersion: subject.machine.version,
    machineHash: subject.machine.hash,
    source: said.source,
    by: said.by,
    occurredAt: said.occurredAt,
    recordedAt: batch.loaded.clock,
  };
  const hash = chainHash(previous, header, payloadCommit);
  batch.ledger.transitions.push({
    subject_id: subject.id,
    version: header.version,
    event_id: said.event,
    type: step.type,
    from_state: step.from,
    to_state: step.to,
    history: step.history,
    machine: header.machine,
    machine_version: header.machineVersion,
    machine_hash: header.machineHash,
    source: said.source,
    by_kind: said.by,
    occurred_at: said.occurredAt,
    recorded_at: batch.loaded.clock,
    payload_commit: payloadCommit,
    prev_hash: previous,
    hash,
  });
  rely(batch, subject, step);
  subject.place = { ...subject.place, state: step.to, history: step.history };
  subject.version = header.version;
  subject.chainHead = hash;
  subject.moved = true;
  subject.stateSince = batch.loaded.clock;
  subject.slaDueAt = step.slaDueAt === null ? null : new Date(step.slaDueAt).toISOString();
  const taken = takeValues(batch, subject, said);
  // Where a system and we disagreed before, the subject has moved since; what remains will be found again.
  if (said.connection)
    batch.ledger.settledIncidents.push({
      key: `divergence/${subject.id}/${said.connection}`,
      resolution: 'The subject moved on',
    });
  if (!said.quiet) bearWritebacks(batch, subject, said, step);
  return taken;
}

/** What was possible only because the requisition is live is written only while it is. */
function rely({ loaded, ledger }: Batch, { parent, place }: WorkingSubject, step: AppliedTransition): void {
  const state = place.facts.requisition?.state;
  if (!step.reliesOnRequisition || parent === null || state === undefined || loaded.subjects.has(parent)) return;
  ledger.reliedOn.set(parent, state);
}

const committed = ({ claim, data, received }: Said): CommittedEvent => ({
  externalId: received.externalId,
  fingerprint: received.fingerprint,
  receivedAt: received.at,
  claimKind: claim.kind,
  claim: claimText(claim),
  refSystem: received.ref?.system ?? null,
  refId: received.ref?.ref ?? null,
  data,
});
