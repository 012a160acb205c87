// Evidence of a small run in which everything went well, for tests that spoil one thing in it and see who notices.
import { createHash } from 'node:crypto';
import { loadDefinitions } from '../../../../src/load-definitions.ts';
import type { AttemptRow, EventRow, Tables, TransitionRow, WritebackRow } from '../tables.ts';
import type { Evidence } from './evidence.ts';

const at = (ms: number): Date => new Date(Date.parse('2026-11-21T10:00:00Z') + ms);
const source = 'client:cli_1';
const subject = 'sub_1';

/** One application: received by webhook, taken up and invited by a client, and moved to Assessment in Greenhouse. Made anew at each call. */
export function soundEvidence(): Evidence {
  const transitions = chained([
    step(1, 'evt_1', 'application.received', 'none', 'active.received'),
    step(2, 'evt_2', 'triage.started', 'active.received', 'active.triage'),
    step(3, 'evt_3', 'screening.invited', 'active.triage', 'active.screening.invited'),
  ]);
  const writeback = [
    writebackAt(1, 'active.received'),
    writebackAt(2, 'active.triage'),
    writebackAt(3, 'active.screening.invited'),
  ];
  const event = [
    eventRow('evt_1', 'connection:greenhouse', 'hook-1', 'application.received', 1),
    eventRow('evt_2', source, 'one', 'triage.started', 2),
    eventRow('evt_3', source, 'two', 'screening.invited', 3),
  ];
  const attempt = writeback.map((row): AttemptRow => attemptRow(row.id, 1, 'confirmed', row.lane_seq * 1_000));
  return {
    tables: {
      event,
      transition: transitions,
      subject: [
        {
          id: subject,
          machine: 'application',
          state: 'active.screening.invited',
          version: 3,
          chain_head: transitions[2]?.hash ?? '',
        },
      ],
      subject_ref: [{ system: 'greenhouse', machine: 'application', external_id: '7', subject_id: subject }],
      writeback,
      attempt,
      lane: [{ subject_id: subject, connection_id: 'greenhouse', next_seq: 3, done_seq: 3, held_reason: null }],
      incident: [],
      kpi_hour: countsOf({ event, writeback }),
    },
    operations: [
      heard('one', { status: 201, disposition: 'applied', event: 'evt_2', version: 2 }),
      heard('two', { status: 201, disposition: 'applied', event: 'evt_3', version: 3 }),
    ],
    sources: { ats: source, portal: 'client:cli_2' },
    greenhouse: {
      log: [
        { at: at(0).getTime(), object: '7', from: null, to: 'Application Review', by: 'hand' },
        { at: at(3_100).getTime(), object: '7', from: 'Application Review', to: 'Assessment', by: 'api' },
      ],
      places: new Map([['7', 'Assessment']]),
    },
    bamboohr: [],
    received: [{ source: 'connection:greenhouse', externalId: 'hook-1' }],
    webhooksLost: 0,
    deaths: [],
    settled: true,
    readLagMs: 0,
    successShare: 1,
  };
}

const heard = (
  id: string,
  answer: Evidence['operations'][number]['heard'][number],
): Evidence['operations'][number] => ({
  id,
  client: 'ats',
  intent: 'event',
  invokedAt: 0,
  heard: [answer],
  unknown: 0,
  reasons: {},
});

const eventRow = (id: string, from: string, externalId: string, claim: string, version: number): EventRow => ({
  id,
  source: from,
  external_id: externalId,
  disposition: 'applied',
  machine: 'application',
  claim,
  code: null,
  subject_id: subject,
  transition_version: version,
  missing: null,
});

function step(version: number, event: string, type: string, from: string, to: string): TransitionRow {
  return {
    subject_id: subject,
    version,
    event_id: event,
    type,
    from_state: from,
    to_state: to,
    machine: 'application',
    machine_version: 1,
    history: null,
    machine_hash: loadDefinitions().machines.get('application', 1).hash,
    source,
    by_kind: 'ats',
    occurred_at: at(version * 1_000),
    recorded_at: at(version * 1_000)
      .toISOString()
      .replace('Z', '000Z'),
    payload_commit: 'ab'.repeat(32),
    prev_hash: '',
    hash: '',
  };
}

/** The formula of the chain, written down once more so that neither copy is believed. */
function chained(rows: TransitionRow[]): TransitionRow[] {
  let previous = '00'.repeat(32);
  return rows.map((row) => {
    const header = `{"by":"${row.by_kind}","event":"${row.event_id}","from":"${row.from_state}","history":null,"machine":"application","machineHash":"${row.machine_hash}","machineVersion":1,"occurredAt":"${row.occurred_at.toISOString()}","recordedAt":"${row.recorded_at}","source":"${row.source}","subject":"${row.subject_id}","to":"${row.to_state}","type":"${row.type}","version":${row.version}}`;
    const parts = [
      Buffer.from('il.v1'),
      Buffer.from(previous, 'hex'),
      Buffer.from(header),
      Buffer.from(row.payload_commit, 'hex'),
    ];
    const hash = createHash('sha256').update(Buffer.concat(parts)).digest('hex');
    const linked = { ...row, prev_hash: previous, hash };
    previous = hash;
    return linked;
  });
}

const writebackAt = (seq: number, state: string): WritebackRow => ({
  id: `wrb_${seq}`,
  subject_id: subject,
  connection_id: 'greenhouse',
  machine: 'application',
  event_type: `step-${seq}`,
  target_state: state,
  cause: 'transition',
  status: 'confirmed',
  mode: 'apply',
  lane_seq: seq,
  subject_version: seq,
  attempt: 1,
  tries: 1,
  contradictions: 0,
  conflicts: 0,
  reason: null,
  settled_by: 'readback',
  created_at: at(seq * 1_000),
  settled_at: at(seq * 1_000 + 200),
});

export const attemptRow = (writeback: string, attempt: number, outcome: string, dispatchedMs: number): AttemptRow => ({
  writeback_id: writeback,
  attempt,
  outcome,
  mode: 'apply',
  reason: null,
  http_status: 200,
  dispatched_at: at(dispatchedMs),
  settled_at: at(dispatchedMs + 200),
});

function countsOf({ event, writeback }: Pick<Tables, 'event' | 'writeback'>): Tables['kpi_hour'] {
  const count = (measure: string, type: string, connection: string) => ({
    measure,
    machine: 'application',
    event_type: type,
    connection_id: connection,
    count: 1,
  });
  return [
    ...event.flatMap((row) => [
      count('event.received', row.claim ?? '', row.source),
      count('event.applied', row.claim ?? '', row.source),
    ]),
    ...writeback.flatMap((row) =>
      ['writeback.created', 'writeback.confirmed', 'writeback.confirmed_first_try', 'attempt.settled'].map((measure) =>
        count(measure, row.event_type, row.connection_id),
      ),
    ),
  ];
}
