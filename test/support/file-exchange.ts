// A service with a legacy system beside it that drops and takes files in a folder; turns happen when the test says so.
import { chmod, mkdtemp, readdir, readFile, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, vi } from 'vitest';
import { type LegacySystem, startLegacySystem } from '../../src/sandbox/file-drop.ts';
import { addConnection, type Managed } from '../../src/services/connections/manage-connections.ts';
import { exchangeFiles } from '../../src/services/files/exchange-files.ts';
import { createTestContext, type TestContext } from './context.ts';
import { intake } from './intakes.ts';

export const legacyStages = {
  'active.received': 'NEW',
  'active.triage': 'REVIEW',
  'active.screening': 'TEST',
  'active.interview': 'INTERVIEW',
};

export const inboundSettings = {
  columns: { reference: 'reference', stage: 'status', moment: 'since' },
  moment: { formats: ['YYYY-MM-DD HH:mm:ss'], zone: 'UTC' },
  fields: { 'candidate.firstName': 'first_name' },
  ignored: ['export_run'],
};

export const outboundSettings = {
  states: ['active'],
  everySeconds: 1,
  fields: { 'candidate.firstName': 'first_name' },
  proof: { by: 'answers' },
};

export interface FileExchangeBench extends AsyncDisposable {
  service: TestContext;
  legacy: LegacySystem;
  add(id: string, more?: Record<string, unknown>, direction?: 'both' | 'in' | 'out'): Promise<Managed>;
  /** A turn of every connection's sides, as if enough time had passed since the last one. */
  turn(): Promise<void>;
  /** Turns until everything there is was taken: seen, found to keep its size, and taken. */
  exchange(): Promise<void>;
  record(ref: string, type: string, more?: Parameters<typeof intake>[2]): Promise<void>;
  stateOf(ref: string): Promise<string | undefined>;
  dispositions(): Promise<string[]>;
  troubles(): Promise<string[]>;
  writebacks(ref: string): Promise<{ target_state: string; status: string; reason: string | null }[]>;
  settled(ref: string): Promise<void>;
  arrived(): ReturnType<typeof rowsOf>;
  names(folder: string): Promise<string[]>;
}

export async function openFileExchange(connectionString?: string, folder?: string): Promise<FileExchangeBench> {
  const service = await createTestContext({ random: () => 0, ...(connectionString ? { connectionString } : {}) });
  const root = folder ?? (await mkdtemp(join(tmpdir(), 'interlock-exchange-')));
  service.context.files = { root, allowPrivateAddresses: true };
  const legacy = await startLegacySystem(join(root, 'acme'));
  const db = service.context.database.engine;
  const never = new AbortController().signal;
  const turn = async (): Promise<void> => {
    await sql`update file_turn set due_at = clock_timestamp()`.execute(db);
    await sql`update file_row set queued_at = queued_at - interval '5 seconds' where state = 'queued'`.execute(db);
    await sql`update file_in set changed_at = changed_at - interval '1 minute' where state = 'arriving'`.execute(db);
    await exchangeFiles(service.context, never);
  };
  return {
    service,
    legacy,
    turn,
    async exchange() {
      for (let turns = 0; turns < 3; turns += 1) await turn();
    },
    add: (id, more = {}, direction) =>
      addConnection(
        service.context,
        { kind: 'cli', id: 'test' },
        {
          id,
          adapter: 'file-drop',
          settings: {
            place: { kind: 'folder', path: 'acme' },
            speaksAs: 'ats',
            refersTo: 'ats',
            delimiter: ';',
            stages: legacyStages,
            inbound: inboundSettings,
            ...more,
          },
          scope: {},
          direction,
          secrets: {},
        },
      ),
    async record(ref, type, more) {
      await service.context.recorder().record(intake(ref, type, more));
    },
    stateOf: async (ref) => (await subjectOf(service, ref))?.state,
    dispositions: async () =>
      (await db.selectFrom('event').select('disposition').orderBy('received_at').execute()).map(
        (one) => one.disposition,
      ),
    async troubles() {
      const open = await db
        .selectFrom('incident')
        .select('detail')
        .where('kind', '=', 'file_trouble')
        .where('settled_at', 'is', null)
        .orderBy('opened_at')
        .execute();
      return open.map(({ detail }) => String(detail.reason));
    },
    async writebacks(ref) {
      const subject = await subjectOf(service, ref);
      return db
        .selectFrom('writeback')
        .select(['target_state', 'status', 'reason'])
        .where('subject_id', '=', subject?.id ?? '')
        .orderBy('lane_seq')
        .execute();
    },
    async settled(ref) {
      const subject = await subjectOf(service, ref);
      await vi.waitFor(
        async () => {
          await turn();
          const open = await db
            .selectFrom('writeback')
            .select('id')
            .where('subject_id', '=', subject?.id ?? '')
            .where('status', 'in', ['ready', 'leased'])
            .execute();
          expect(open).toEqual([]);
        },
        { timeout: 25_000, interval: 50 },
      );
    },
    arrived: () => rowsOf(service),
    names: async (path) => (await readdir(join(root, 'acme', path)).catch(() => [])).sort(),
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]();
      await chmod(join(root, 'acme', 'in'), 0o755).catch(() => {});
      if (!folder) await rm(root, { recursive: true, force: true });
    },
  };
}

/** As files are that were written this long ago, ms; negative: later. */
export const age = (path: string, ms: number): Promise<void> =>
  utimes(path, (Date.now() - ms) / 1_000, (Date.now() - ms) / 1_000);

export const textOf = (path: string): Promise<string> => readFile(path, 'utf8');

const rowsOf = (service: TestContext) =>
  service.context.database.engine
    .selectFrom('file_in')
    .select([
      'id',
      'state',
      'reason',
      'rows',
      'rows_done',
      'recorded',
      'repeated',
      'quarantined',
      'outdated',
      'faults',
      'put_away',
    ])
    .orderBy('first_seen_at')
    .execute();

const subjectOf = (service: TestContext, ref: string) =>
  service.context.database.engine
    .selectFrom('subject')
    .innerJoin('subject_ref', 'subject_ref.subject_id', 'subject.id')
    .select(['subject.id', 'subject.state'])
    .where('external_id', '=', ref)
    .executeTakeFirst();
