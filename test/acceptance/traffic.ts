// A hiring season through the real doors: a client with a token, a simulated Greenhouse, applications that move, and the books to check afterwards.
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { expect } from 'vitest';
import { projectFolder } from '../../src/project-folder.ts';
import { type GreenhouseSandbox, startGreenhouse } from '../../src/sandbox/greenhouse.ts';
import { openDatabase } from '../../src/store/database/database.ts';
import { compareCounts } from '../../src/store/reports/reconcile.ts';
import { greenhouseStages, secrets, until } from '../support/hiring-office.ts';
import type { Environment } from './running.ts';

export interface Credentials {
  id: string;
  secret: string;
}

/** Adds a client with the command line, as an administrator would, beside the running service. */
export async function addClient(environment: Environment, kind = 'ats'): Promise<Credentials> {
  const scopes = 'events:write,events:read,connections:read,connections:manage,subjects:read';
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['dist/program/interlock.js', 'client', 'add', 'Acceptance', '--kind', kind, '--scopes', scopes, '--json'],
    { cwd: projectFolder, env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...environment } },
  );
  return JSON.parse(stdout) as Credentials;
}

export async function tokenOf(url: string, { id, secret }: Credentials): Promise<string> {
  const answer = await fetch(`${url}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { access_token: string }).access_token;
}

export interface Poster {
  /** Sends until it is answered, under the same id, and says with what. Null: `giveUp` came first. */
  post(event: Posted): Promise<number | null>;
  /** What was answered, by the event's id. */
  answered: ReadonlyMap<string, number>;
  /** Attempts that ended without an answer, or with 503. */
  repeated(): number;
  giveUp: AbortController;
}

export interface Posted {
  id: string;
  type: string;
  subject: { system: string; ref: string };
  data?: Record<string, unknown>;
}

export function poster(url: string | (() => string), token: string): Poster {
  const answered = new Map<string, number>();
  const giveUp = new AbortController();
  let repeated = 0;
  const once = async (event: Posted): Promise<number | null> => {
    const answer = await fetch(`${typeof url === 'string' ? url : url()}/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ occurredAt: new Date().toISOString(), ...event }),
      signal: AbortSignal.timeout(10_000),
    });
    await answer.arrayBuffer();
    return answer.status >= 500 ? null : answer.status;
  };
  return {
    answered,
    giveUp,
    repeated: () => repeated,
    async post(event) {
      // Made once: what is sent again must be the same event.
      const same = { occurredAt: new Date().toISOString(), ...event };
      while (!giveUp.signal.aborted) {
        const status = await once(same).catch(() => null);
        if (status !== null) {
          answered.set(event.id, status);
          return status;
        }
        repeated += 1;
        await sleep(50);
      }
      return null;
    },
  };
}

/** From triage to an offer, as an ATS reports it. In Greenhouse: three moves. */
export const journey: readonly (readonly [type: string, data: Record<string, unknown>])[] = [
  ['triage.started', {}],
  ['screening.invited', {}],
  ['screening.completed', { 'screening.score': 82 }],
  ['screening.passed', {}],
  ['interview.requested', {}],
  ['interview.completed', {}],
  ['offer.drafted', {}],
];
const stages = ['Application Review', 'Assessment', 'Interview', 'Offer'];

export interface Office extends AsyncDisposable {
  greenhouse: GreenhouseSandbox;
  /** So many people apply; gives Greenhouse's ids. */
  applicants(count: number): string[];
  /** Plays the whole journey of an application, each step after the one before was answered. */
  play(poster: Poster, ref: string, pauseMs?: number): Promise<void>;
}

/**
 * A Greenhouse in this process, connected to the service over its API. Webhooks are repeated for as long as a restart takes.
 * `over`: what the connection has instead.
 */
export async function openOffice(url: string, token: string, over: Record<string, unknown> = {}): Promise<Office> {
  const retryDelaysMs = [...Array.from({ length: 30 }, () => 100), ...Array.from({ length: 100 }, () => 500)];
  const greenhouse = await startGreenhouse({ ...secrets, webhooks: { retryDelaysMs } });
  greenhouse.webhooks?.target(`${url}/hooks/greenhouse`);
  const answer = await fetch(`${url}/v1/connections`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      id: 'greenhouse',
      adapter: 'greenhouse',
      settings: {
        baseUrl: greenhouse.url,
        authUrl: greenhouse.url,
        stages: greenhouseStages,
        rejectionReasonId: 14,
        withdrawnReasonId: 27,
        allowCandidateEmails: true,
        fields: { 'screening.score': 'screening_score' },
      },
      scope: { machines: ['application'] },
      // A vendor of our own on the same machine bears more than the real one.
      pace: { concurrency: 16, requests: 2_000, perMs: 1_000 },
      secrets,
      ...over,
    }),
  });
  expect([answer.status, answer.status === 201 ? '' : await answer.text()]).toEqual([201, '']);
  return {
    greenhouse,
    applicants: (count) => Array.from({ length: count }, () => greenhouse.createApplication()),
    async play(poster, ref, pauseMs = 0) {
      for (const [type, data] of journey) {
        await poster.post({ id: `${ref}-${type}`, type, subject: { system: 'greenhouse', ref }, data });
        if (pauseMs > 0) await sleep(Math.random() * pauseMs);
      }
    },
    [Symbol.asyncDispose]: () => greenhouse.close(),
  };
}

/** The tables themselves: what a promise is held to. */
export async function openBooks(connectionString: string) {
  const client = new pg.Client({ connectionString });
  client.on('error', () => {});
  await client.connect();
  const query = async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> =>
    (await client.query<Row>(text, values)).rows;
  return {
    query,
    /** Writebacks that have not ended. */
    open: async (): Promise<number> =>
      Number(
        (await query<{ count: string }>(`select count(*) from writeback where status in ('ready', 'leased')`))[0]
          ?.count,
      ),
    /** Counts that are not what the tables hold. */
    differences: async () => {
      await using database = await openDatabase(connectionString);
      return await compareCounts(database.reports);
    },
    close: () => client.end(),
  };
}
export type Books = Awaited<ReturnType<typeof openBooks>>;

/** Every event that was answered is on record exactly once, and nothing else of this sender is. */
export async function expectRecorded(books: Books, answered: ReadonlyMap<string, number>): Promise<void> {
  const rows = await books.query<{ external_id: string; count: string }>(
    `select external_id, count(*) from event where source like 'client:%' group by external_id`,
  );
  const recorded = new Map(rows.map((row) => [row.external_id, Number(row.count)]));
  expect([...answered.keys()].filter((id) => !recorded.has(id))).toEqual([]);
  expect([...recorded].filter(([, count]) => count !== 1)).toEqual([]);
}

/** Every webhook that was answered as received is on record once; those that say nothing of an application's place are not kept. */
export async function expectHeard(books: Books, office: Office): Promise<void> {
  const moves = (office.greenhouse.webhooks?.accepted() ?? []).filter(({ body }) =>
    ['new_candidate_application', 'candidate_stage_change'].includes((JSON.parse(body) as { action: string }).action),
  );
  expect(moves.length).toBeGreaterThan(0);
  const rows = await books.query<{ external_id: string }>(
    `select external_id from event where source = 'connection:greenhouse'`,
  );
  const recorded = rows.map((row) => row.external_id);
  expect(new Set(recorded).size).toBe(recorded.length);
  expect(moves.map(({ id }) => id).filter((id) => !recorded.includes(id))).toEqual([]);
}

/** Waits until nothing is open, then compares what Greenhouse saved, in which order, with what the log says it must show. */
export async function expectSettled(
  books: Books,
  office: Office,
  refs: readonly string[],
  withinMs: number,
): Promise<void> {
  const waiting = async (): Promise<string> =>
    JSON.stringify([
      await books.query('select state, count(*) from subject group by 1'),
      await books.query(
        `select claim, disposition, code, count(*) from event where disposition <> 'applied' group by 1, 2, 3`,
      ),
      await books.query(`select status, reason, count(*) from writeback where status <> 'confirmed' group by 1, 2`),
    ]);
  await until(async () => {
    const arrived = await books.query(`select 1 from subject where state = 'active.offer.drafted'`);
    if (arrived.length < refs.length)
      throw new Error(`${arrived.length} of ${refs.length} arrived; ${await waiting()}`);
    const open = await books.open();
    if (open > 0) throw new Error(`${open} writebacks are open; ${await waiting()}`);
    return true;
  }, withinMs);
  const bad = await books.query(
    `select id, status, reason from writeback where status not in ('confirmed', 'superseded')`,
  );
  expect(bad).toEqual([]);
  for (const ref of refs) {
    const moves = office.greenhouse.log.entries(ref).filter((entry) => entry.from !== null && entry.from !== entry.to);
    expect([ref, moves.map((entry) => entry.to)]).toEqual([ref, stages.slice(1)]);
    expect(office.greenhouse.application(ref)?.stage.name).toBe('Offer');
  }
}

/** Subjects' versions are dense, lanes have no gaps, and every figure is what the rows say. */
export async function expectWholeLog(books: Books): Promise<void> {
  expect(
    await books.query(
      `select subject_id from transition group by subject_id having max(version) <> count(*) or min(version) <> 1`,
    ),
  ).toEqual([]);
  expect(
    await books.query(
      `select subject_id from writeback group by subject_id, connection_id having max(lane_seq) <> count(*) or min(lane_seq) <> 1`,
    ),
  ).toEqual([]);
  expect(await books.differences()).toEqual([]);
}
