// Rows written straight into the ledger, for tests of what is read from it: any status, any age, no engine.

import { randomBytes } from 'node:crypto';
import { machineDefinitions } from '../../machines/index.ts';
import { type IdPrefix, idMaker } from '../../src/core/ids.ts';
import { openVault } from '../../src/services/vault.ts';
import type { Db } from '../../src/store/database/database.ts';
import type { WritebackTable } from '../../src/store/schema/schema.ts';

const newId = idMaker(Date.now, (count) => randomBytes(count));
export const idOf = <P extends IdPrefix>(prefix: P) => newId(prefix);
export const ago = (ms: number): Date => new Date(Date.now() - ms);
export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** Valid, so that a running engine can read it; it subscribes to a machine that these tests never move. */
const noReceiver = {
  url: 'https://receiver.example/hooks',
  machine: 'requisition',
  states: ['open'],
  confirm: { mode: 'receipt' },
};

type Status = WritebackTable['status'];
const ended = (status: string): boolean => ['confirmed', 'dead', 'waived', 'superseded'].includes(status);

export interface LedgerRows {
  connection(
    id: string,
    more?: { status?: 'active' | 'paused' | 'removed'; circuit?: 'closed' | 'open' },
  ): Promise<string>;
  subject(more?: {
    machine?: string;
    state?: string;
    slaDueAt?: Date | null;
    ended?: boolean;
    ref?: string;
  }): Promise<string>;
  writeback(subject: string, connection: string, more?: WritebackOptions): Promise<string>;
  attempt(writeback: string, attempt: number, outcome: string, settledAt?: Date): Promise<void>;
  event(more?: EventOptions): Promise<string>;
  transition(
    subject: string,
    version: number,
    more?: { to?: string; from?: string; recordedAt?: Date; machine?: string },
  ): Promise<string>;
  incident(kind: string, more?: IncidentOptions): Promise<string>;
}

export interface WritebackOptions {
  status?: Status;
  cause?: 'transition' | 'origin' | 'revert' | 'element';
  settledBy?: 'readback' | 'echo' | 'origin';
  eventType?: string;
  machine?: string;
  createdAt?: Date;
  occurredAt?: Date;
  settledAt?: Date;
  tries?: number;
  /** How many there were, the one on its way among them. */
  attempts?: number;
  conflicts?: number;
  contradictions?: number;
  reason?: string;
  mode?: 'apply' | 'confirm';
}

/** The version that new subjects run. */
const newest = (machine: string): number =>
  Math.max(...machineDefinitions.filter(({ id }) => id === machine).map(({ version }) => Number(version)), 1);

export interface EventOptions {
  subject?: string | null;
  disposition?: string;
  receivedAt?: Date;
  source?: string;
  claim?: string;
  claimKind?: 'event' | 'stage';
  code?: string;
  detail?: Record<string, unknown>;
  parkedFor?: 'turn' | 'subject' | 'probe';
  machine?: string;
  version?: number;
}

export interface IncidentOptions {
  subject?: string;
  connection?: string;
  writeback?: string;
  event?: string;
  openedAt?: Date;
  detail?: Record<string, unknown>;
  settled?: boolean;
  owner?: string;
}

export function ledgerRows(db: Db): LedgerRows {
  const person = async (): Promise<string> => {
    const id = newId('per');
    await db
      .insertInto('person')
      .values({
        id,
        data_key: randomBytes(8),
        commit_key: randomBytes(8),
        master_key_id: openVault(Buffer.alloc(32, 7)).masterKeyId,
        email_index: null,
        erased_at: null,
      })
      .execute();
    return id;
  };
  const rows: LedgerRows = {
    async connection(id, more = {}) {
      await db
        .insertInto('connection')
        .values({
          id,
          adapter: 'signed-webhook',
          kind: 'ats',
          settings: JSON.stringify(noReceiver),
          scope: '{}',
          secrets_current: null,
          secrets_next: null,
          circuit_reason: null,
          circuit_until: null,
          blocked_until: null,
          ...more,
        })
        .execute();
      return id;
    },
    async subject({
      machine = 'application',
      state = 'active.received',
      slaDueAt = null,
      ended: over = false,
      ref,
    } = {}) {
      const id = newId('sub');
      await db
        .insertInto('subject')
        .values({
          id,
          machine,
          machine_version: newest(machine),
          state,
          history: null,
          facts: '{}',
          version: 1,
          chain_head: Buffer.alloc(32),
          person_id: await person(),
          parent_id: null,
          region: null,
          business_unit: null,
          requisition_type: null,
          state_since: ago(day),
          sla_due_at: slaDueAt,
          ended: over,
        })
        .execute();
      if (ref)
        await db
          .insertInto('subject_ref')
          .values({ system: 'ats', machine, external_id: ref, subject_id: id })
          .execute();
      return id;
    },
    writeback: (subject, connection, more = {}) => insertWriteback(db, subject, connection, more),
    async attempt(writeback, attempt, outcome, settledAt = new Date()) {
      await db
        .insertInto('attempt')
        .values({
          writeback_id: writeback,
          attempt,
          outcome,
          mode: 'apply',
          reason: null,
          http_status: 200,
          precondition: null,
          dispatched_at: settledAt,
          settled_at: settledAt,
          reported_ms: 5,
        })
        .execute();
    },
    async event({
      subject = null,
      disposition = 'refused',
      receivedAt = new Date(),
      source = 'client:cli_test',
      claim = 'triage.started',
      claimKind = 'event',
      code,
      detail,
      parkedFor = 'turn',
      machine = 'application',
      version,
    } = {}) {
      const id = newId('evt');
      const parked = disposition === 'parked';
      await db
        .insertInto('event')
        .values({
          id,
          source,
          external_id: id,
          fingerprint: 'f',
          machine,
          claim_kind: claimKind,
          claim,
          by_kind: 'ats',
          ref_system: null,
          ref_id: null,
          subject_id: subject,
          person_id: await person(),
          payload_ct: null,
          occurred_at: receivedAt,
          received_at: receivedAt,
          disposition,
          code: code ?? null,
          detail: detail ? JSON.stringify(detail) : null,
          transition_version: disposition === 'applied' ? (version ?? 1) : null,
          settled_at: parked ? null : receivedAt,
          parked_for: parked ? parkedFor : null,
          parked_until: parked ? new Date(Date.now() + hour) : null,
          probe_due_at: null,
        })
        .execute();
      return id;
    },
    async transition(
      subject,
      version,
      { to = 'active.triage', from = 'active.received', recordedAt = new Date(), machine = 'application' } = {},
    ) {
      const event = await rows.event({ subject, disposition: 'applied', receivedAt: recordedAt, version, machine });
      const bytes = Buffer.alloc(32, version);
      await db
        .insertInto('transition')
        .values({
          subject_id: subject,
          version,
          event_id: event,
          type: 'triage.started',
          from_state: from,
          to_state: to,
          history: null,
          machine,
          machine_version: newest(machine),
          machine_hash: 'h',
          source: 'client:cli_test',
          by_kind: 'ats',
          occurred_at: recordedAt,
          recorded_at: recordedAt,
          payload_commit: bytes,
          prev_hash: bytes,
          hash: bytes,
        })
        .execute();
      return event;
    },
    async incident(kind, more = {}) {
      const id = newId('inc');
      const opened = more.openedAt ?? new Date();
      const settled = more.settled
        ? { settled_at: new Date(), settled_by: 'test', resolution: 'done' }
        : { settled_at: null, settled_by: null, resolution: null };
      await db
        .insertInto('incident')
        .values({
          id,
          kind,
          key: `${kind}/${id}`,
          subject_id: more.subject ?? null,
          connection_id: more.connection ?? null,
          writeback_id: more.writeback ?? null,
          event_id: more.event ?? null,
          owner: more.owner ?? 'recruiting operations',
          element: kind === 'field_conflict' ? 'offer.startDate' : null,
          detail: JSON.stringify(more.detail ?? {}),
          opened_at: opened,
          ...settled,
        })
        .execute();
      return id;
    },
  };
  return rows;
}

/** Takes the next number of the lane; a lane whose every earlier number is passed moves on with it. */
async function insertWriteback(db: Db, subject: string, connection: string, more: WritebackOptions): Promise<string> {
  const id = newId('wrb');
  const status = more.status ?? 'ready';
  const { machine } = await db
    .selectFrom('subject')
    .select('machine')
    .where('id', '=', subject)
    .executeTakeFirstOrThrow();
  const lane = (await db
    .selectFrom('lane')
    .selectAll()
    .where('subject_id', '=', subject)
    .where('connection_id', '=', connection)
    .executeTakeFirst()) ?? { next_seq: 0, done_seq: 0 };
  const seq = lane.next_seq + 1;
  const done =
    ['confirmed', 'waived', 'superseded'].includes(status) && lane.done_seq === seq - 1 ? seq : lane.done_seq;
  await db
    .insertInto('lane')
    .values({
      subject_id: subject,
      connection_id: connection,
      next_seq: seq,
      done_seq: done,
      held_reason: null,
      held_at: null,
    })
    .onConflict((conflict) =>
      conflict.columns(['subject_id', 'connection_id']).doUpdateSet({ next_seq: seq, done_seq: done }),
    )
    .execute();
  const createdAt = more.createdAt ?? new Date();
  await db
    .insertInto('writeback')
    .values({
      id,
      subject_id: subject,
      connection_id: connection,
      lane_seq: seq,
      subject_version: seq,
      machine: more.machine ?? machine,
      machine_version: newest(more.machine ?? machine),
      event_type: more.eventType ?? 'triage.started',
      from_state: 'active.received',
      target_state: 'active.triage',
      cause: more.cause ?? 'transition',
      status,
      mode: more.mode ?? 'apply',
      tries: more.tries ?? 1,
      conflicts: more.conflicts ?? 0,
      contradictions: more.contradictions ?? 0,
      attempt: more.attempts ?? 1,
      due_at: status === 'ready' ? createdAt : null,
      leased_at: createdAt,
      lease_until: status === 'leased' ? new Date(Date.now() + hour) : null,
      occurred_at: more.occurredAt ?? createdAt,
      created_at: createdAt,
      settled_at: ended(status) ? (more.settledAt ?? new Date()) : null,
      settled_by: ended(status) ? (more.settledBy ?? 'readback') : null,
      reason: status === 'dead' || status === 'waived' ? (more.reason ?? 'refused') : null,
    })
    .execute();
  return id;
}
