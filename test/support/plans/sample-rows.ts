// One row of each kind, as examples of what the engine's statements are asked with; nobody of these is anybody.

export const subject = 'sub_00000000000000000000000001';
export const event = 'evt_00000000000000000000000001';
export const writeback = 'wrb_00000000000000000000000001';
export const person = 'per_00000000000000000000000001';
export const now = '2026-11-22T12:00:00.000000Z';
export const bytes = Buffer.alloc(32);
export const ref = { system: 'greenhouse-eu', machine: 'application', external_id: '311' };
export const lane = { subject_id: subject, connection_id: 'board', next_seq: 1, done_seq: 0, held_reason: null };
export const wanted = { id: writeback, attempt: 1, system: 'greenhouse-eu' };
export const incident = {
  id: 'inc_00000000000000000000000001',
  kind: 'divergence' as const,
  key: `divergence/${subject}/board`,
  subject_id: subject,
  connection_id: 'board',
  writeback_id: null,
  event_id: null,
  owner: 'recruiting operations',
  detail: {},
};
export const newEvent = {
  id: event,
  source: 'connection:greenhouse-eu',
  external_id: 'x1',
  fingerprint: 'f',
  machine: 'application',
  claim_kind: 'event' as const,
  claim: 'triage.started',
  by_kind: 'ats',
  ref_system: null,
  ref_id: null,
  subject_id: subject,
  person_id: person,
  payload_ct: null,
  occurred_at: now,
  received_at: now,
  disposition: 'applied',
  code: null,
  detail: null,
  transition_version: 1,
  settled_at: now,
  parked_for: null,
  parked_until: null,
  probe_attempt: 0,
  probe_sent_at: null,
  probe_due_at: null,
};
export const newSubject = {
  id: subject,
  machine: 'application',
  machine_version: 1,
  state: 'active.received',
  history: null,
  facts: {},
  version: 1,
  chain_head: bytes,
  person_id: person,
  parent_id: null,
  region: null,
  business_unit: null,
  requisition_type: null,
  state_since: now,
  sla_due_at: null,
  ended: false,
};
