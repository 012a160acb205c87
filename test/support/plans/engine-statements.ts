// Every statement of the engine, asked of nobody: its text and parameters, and the pool that sends it. What is not listed here does not compile.
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type Transaction,
} from 'kysely';
import type { Tables } from '../../../src/store/database/database.ts';
import { type Records, records } from '../../../src/store/engine/records.ts';
import {
  bytes,
  event,
  incident,
  lane,
  newEvent,
  newSubject,
  now,
  person,
  ref,
  subject,
  wanted,
  writeback,
} from './sample-rows.ts';

export interface Asked {
  name: string;
  pool: 'ingest' | 'delivery' | 'engine';
  sql: string;
  parameters: readonly unknown[];
}

type Pool = Asked['pool'];

type Ask = (db: Transaction<Tables>, r: Records) => Promise<unknown>;

/** Which pool sends it, and an example of what it is asked. */
const examples: Readonly<Record<keyof Records, readonly [Pool, Ask]>> = {
  findEvents: ['ingest', (db, r) => r.findEvents(db, [{ source: newEvent.source, external_id: 'x1' }])],
  findToldStages: ['ingest', (db, r) => r.findToldStages(db, [subject], [newEvent.source])],
  lockParked: ['ingest', (db, r) => r.lockParked(db, [subject], [ref], [event])],
  findParkedPlaces: ['ingest', (db, r) => r.findParkedPlaces(db, [event])],
  insertEvents: ['ingest', (db, r) => r.insertEvents(db, [newEvent])],
  updateEvents: ['ingest', (db, r) => r.updateEvents(db, [newEvent])],
  resolveRefs: ['ingest', (db, r) => r.resolveRefs(db, [ref])],
  lockSubjects: ['ingest', (db, r) => r.lockSubjects(db, [subject])],
  factsOf: ['ingest', (db, r) => r.factsOf(db, [subject])],
  holdRequisitions: ['ingest', (db, r) => r.holdRequisitions(db, [subject])],
  insertSubjects: ['ingest', (db, r) => r.insertSubjects(db, [newSubject])],
  insertRefs: ['ingest', (db, r) => r.insertRefs(db, [{ ...ref, subject_id: subject }], true)],
  updateSubjects: ['ingest', (db, r) => r.updateSubjects(db, [newSubject])],
  insertPersons: [
    'ingest',
    (db, r) =>
      r.insertPersons(db, [
        {
          id: person,
          data_key: bytes,
          commit_key: bytes,
          master_key_id: 'm',
          email_index: bytes,
          profile_system: null,
          profile_ref: null,
        },
      ]),
  ],
  learnContacts: ['ingest', (db, r) => r.learnContacts(db, [{ id: person, email_index: bytes }])],
  insertTransitions: [
    'ingest',
    (db, r) =>
      r.insertTransitions(db, [
        {
          subject_id: subject,
          version: 1,
          event_id: event,
          type: 'triage.started',
          from_state: 'active.received',
          to_state: 'active.triage',
          history: null,
          machine: 'application',
          machine_version: 1,
          machine_hash: 'h',
          source: newEvent.source,
          by_kind: 'ats',
          occurred_at: now,
          recorded_at: now,
          payload_commit: bytes,
          prev_hash: bytes,
          hash: bytes,
        },
      ]),
  ],
  lockLanesAndValues: ['ingest', (db, r) => r.lockLanesAndValues(db, [subject], ['candidate.email'])],
  saveLanes: ['ingest', (db, r) => r.saveLanes(db, [lane])],
  upsertElements: [
    'ingest',
    (db, r) =>
      r.upsertElements(db, [
        {
          subject_id: subject,
          element: 'candidate.email',
          value_ct: bytes,
          value_commit: bytes,
          source: newEvent.source,
          by_kind: 'ats',
          event_id: event,
          subject_version: 1,
          dictionary_version: 1,
          occurred_at: now,
          settled_by: null,
          turned_down: [],
          previous_commit: null,
        },
      ]),
  ],
  insertWritebacks: [
    'ingest',
    (db, r) =>
      r.insertWritebacks(
        db,
        [
          {
            id: writeback,
            subject_id: subject,
            connection_id: 'board',
            lane_seq: 1,
            subject_version: 1,
            machine: 'application',
            machine_version: 1,
            event_type: 'triage.started',
            from_state: 'active.received',
            target_state: 'active.triage',
            cause: 'transition',
            status: 'leased',
            overwrites: [],
            occurred_at: now,
            taken: 1,
          },
        ],
        30_000,
      ),
  ],
  insertEchoes: ['ingest', (db, r) => r.insertEchoes(db, [{ writeback_id: writeback, event_id: event, value: 's' }])],
  findOpenWritebacks: ['ingest', (db, r) => r.findOpenWritebacks(db, [subject])],
  findRecentWrites: ['ingest', (db, r) => r.findRecentWrites(db, [subject], ['board'], 86_400_000)],
  supersedeWritebacks: ['ingest', (db, r) => r.supersedeWritebacks(db, [writeback], 'vendor_moved_on')],
  appendCounts: [
    'ingest',
    (db, r) =>
      r.appendCounts(db, [
        {
          measure: 'event.received',
          machine: 'application',
          eventType: 'triage.started',
          connection: newEvent.source,
          count: 1,
        },
      ]),
  ],
  openIncidents: ['ingest', (db, r) => r.openIncidents(db, [incident])],
  databaseClock: ['ingest', (db, r) => r.databaseClock(db)],
  settleIncidents: [
    'delivery',
    (db, r) => r.settleIncidents(db, [incident.key], 'interlock', 'over', { [incident.key]: now }),
  ],
  lockWritebacks: ['delivery', (db, r) => r.lockWritebacks(db, [writeback])],
  saveResults: [
    'delivery',
    (db, r) =>
      r.saveResults(
        db,
        [
          {
            id: writeback,
            status: 'confirmed',
            mode: 'apply',
            overwrites: [],
            disputed: null,
            tries: 1,
            checks: 0,
            conflicts: 0,
            contradictions: 0,
            reason: null,
            settled_by: 'readback',
            delay_ms: 0,
            ends_lane: true,
          },
        ],
        [
          {
            writeback_id: writeback,
            attempt: 1,
            outcome: 'confirmed',
            mode: 'apply',
            reason: null,
            contradicted: false,
            http_status: 200,
            precondition: null,
            dispatched_at: now,
            reported_ms: 1,
          },
        ],
      ),
  ],
  advanceLanes: ['delivery', (db, r) => r.advanceLanes(db, [writeback])],
  claimHeads: ['delivery', (db, r) => r.claimHeads(db, [lane], 30_000)],
  setCircuit: ['delivery', (db, r) => r.setCircuit(db, 'board', 'open', 'failures', 30_000)],
  blockConnection: ['delivery', (db, r) => r.blockConnection(db, 'board', 1_000)],
  takeWorks: ['delivery', (db, r) => r.takeWorks(db, [wanted], 21_000)],
  findTaken: ['ingest', (db, r) => r.findTaken(db, [wanted])],
  findChecks: ['delivery', (db, r) => r.findChecks(db, [wanted])],
  findUntaken: ['delivery', (db, r) => r.findUntaken(db, [wanted])],
  findElements: ['delivery', (db, r) => r.findElements(db, subject, ['candidate.email'])],
  findProbe: ['delivery', (db, r) => r.findProbe(db, 'board', event)],
  listConnections: ['engine', (db, r) => r.listConnections(db)],
  setTrial: ['engine', (db, r) => r.setTrial(db, 'board', `${writeback}.1`)],
  halfOpenDueCircuits: ['engine', (db, r) => r.halfOpenDueCircuits(db)],
  findDue: ['engine', (db, r) => r.findDue(db)],
  claimDue: ['engine', (db, r) => r.claimDue(db, 'board', 200, 30_000)],
  claimDueProbes: ['engine', (db, r) => r.claimDueProbes(db, 5_000, 200)],
  countLeased: ['engine', (db, r) => r.countLeased(db)],
  findLeased: ['engine', (db, r) => r.findLeased(db, 10_000)],
  findExpiredLeases: ['engine', (db, r) => r.findExpiredLeases(db, 500)],
  findExpiredParked: ['engine', (db, r) => r.findExpiredParked(db, 500)],
  findReleasable: ['engine', (db, r) => r.findReleasable(db, 500)],
  mergeCounts: ['engine', (db, r) => r.mergeCounts(db, 5_000)],
};

/** Of each the statements, in the order of the table. */
export async function engineStatements(): Promise<Asked[]> {
  const found: Asked[] = [];
  let of: { name: string; pool: Pool } = { name: '', pool: 'engine' };
  const nobody = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    log: ({ query }) => void found.push({ ...of, sql: query.sql, parameters: query.parameters }),
  });
  for (const [name, [pool, ask]] of Object.entries(examples)) {
    of = { name, pool };
    await ask(nobody as unknown as Transaction<Tables>, records).catch((error: unknown) => {
      // Nobody answered: what came before was asked all the same.
      if (!found.some((one) => one.name === name)) throw error;
    });
  }
  await nobody.destroy();
  return found;
}
