// The Lever API as the simulated Lever answers it: a key as the name of HTTP Basic, envelopes of data, times in milliseconds.
import { randomUUID } from 'node:crypto';
import { answer, type Planned } from './kernel/answer.ts';
import type { FaultScript } from './kernel/faults.ts';
import { type SandboxApp, sandboxApp } from './kernel/server.ts';
import type { Shelf } from './kernel/shelf.ts';
import {
  noteRow,
  opportunityRow,
  type SandboxOpportunity,
  type SandboxReason,
  type SandboxStage,
} from './lever-model.ts';

type Body = Readonly<Record<string, unknown>>;

/** What the API works on. */
export interface LeverAccount {
  apiKey: string;
  users: readonly string[];
  stages: SandboxStage[];
  reasons: SandboxReason[];
  shelf: Shelf<SandboxOpportunity>;
  /** Saves and reports what changed. */
  save(next: SandboxOpportunity, by: 'api' | 'hand', lagMs?: number): void;
  /** Ms since 1970, never the same twice. */
  now(): number;
}

/** One write by a user: the opportunity after it, or a refusal. */
type Write = (account: LeverAccount, one: SandboxOpportunity, body: Body, user: string) => SandboxOpportunity | Planned;

export function leverApi(account: LeverAccount, faults: FaultScript): SandboxApp {
  const app = sandboxApp();
  const expected = `Basic ${Buffer.from(`${account.apiKey}:`).toString('base64')}`;
  app.use('/v1/*', async (call, next) => {
    if (call.req.header('authorization') !== expected)
      return call.json({ code: 'Unauthorized', message: 'Invalid API key' }, 401);
    await next();
  });
  app.get('/v1/opportunities/:id', (call) =>
    answer(call, faults, 'read', () => found(account, call.req.param('id'), (one) => data(opportunityRow(one, false)))),
  );
  app.get('/v1/opportunities/:id/notes', (call) => {
    const { limit = '100', offset = '0' } = call.req.query();
    return answer(call, faults, 'read', () =>
      found(account, call.req.param('id'), (one) => page(one.notes.map(noteRow), Number(offset), Number(limit))),
    );
  });
  for (const [path, rows] of [
    ['stages', () => account.stages],
    ['archive_reasons', () => account.reasons],
  ] as const)
    app.get(`/v1/${path}`, (call) => {
      const { limit = '100', offset = '0' } = call.req.query();
      return answer(call, faults, 'read', () => page(rows(), Number(offset), Number(limit)));
    });
  const writes: [string, 'PUT' | 'POST', Write, number][] = [
    ['stage', 'PUT', setStage, 200],
    ['archived', 'PUT', setArchived, 200],
    ['notes', 'POST', addNote, 201],
  ];
  for (const [path, method, write, status] of writes)
    app.on(method, `/v1/opportunities/:id/${path}`, async (call) => {
      const body = await bodyOf(call.req);
      const user = call.req.query('perform_as');
      return answer(call, faults, 'write', () =>
        carryOut(account, call.req.param('id'), { write, body, user, status }),
      );
    });
  return app;
}

interface Order {
  write: Write;
  body: Body;
  user: string | undefined;
  status: number;
}

function carryOut(account: LeverAccount, id: string, { write, body, user, status }: Order): Planned {
  const one = account.shelf.saved(id);
  if (!one) return notFound;
  if (user === undefined || !account.users.includes(user)) return invalid('perform_as must be the id of a user');
  const next = write(account, one, body, user);
  if ('body' in next) return next;
  return {
    status,
    body: { data: opportunityRow(next, true) },
    commit: (lagMs) => account.save({ ...next, updatedAt: account.now() }, 'api', lagMs),
  };
}

/** Moves an archived one too, and leaves it archived. */
function setStage(account: LeverAccount, one: SandboxOpportunity, body: Body, user: string): ReturnType<Write> {
  const index = account.stages.findIndex((stage) => stage.id === body.stage);
  if (index < 0) return invalid('stage must be the id of a stage');
  return movedTo(account, one, index, user);
}

/** The stage by its place in the account's list. */
export function movedTo(
  account: LeverAccount,
  one: SandboxOpportunity,
  index: number,
  user: string,
): SandboxOpportunity {
  const toStageId = (account.stages[index] as SandboxStage).id;
  const change = { toStageId, toStageIndex: index, updatedAt: account.now(), userId: user };
  return { ...one, stage: toStageId, stageChanges: [...one.stageChanges, change] };
}

function setArchived(account: LeverAccount, one: SandboxOpportunity, body: Body): ReturnType<Write> {
  if (body.reason === null) return { ...one, archived: null };
  const reason = account.reasons.find((candidate) => candidate.id === body.reason);
  return reason
    ? { ...one, archived: { reason: reason.id, archivedAt: account.now() } }
    : invalid('reason must be the id of an archive reason');
}

function addNote(account: LeverAccount, one: SandboxOpportunity, body: Body, user: string): ReturnType<Write> {
  if (typeof body.value !== 'string' || body.value === '') return invalid('value must be a text');
  const note = { id: randomUUID(), value: body.value, user, createdAt: account.now(), deletedAt: null };
  return { ...one, notes: [...one.notes, note] };
}

const notFound: Planned = { status: 404, body: { code: 'ResourceNotFound', message: 'Not found' } };
const invalid = (message: string): Planned => ({ status: 400, body: { code: 'BadRequestError', message } });
const data = (row: unknown): Planned => ({ status: 200, body: { data: row } });

function page(rows: readonly unknown[], from: number, limit: number): Planned {
  const end = from + Math.min(Math.max(limit, 1), 100);
  const hasNext = end < rows.length;
  return { status: 200, body: { data: rows.slice(from, end), hasNext, ...(hasNext ? { next: String(end) } : {}) } };
}

function found({ shelf }: LeverAccount, id: string, plan: (one: SandboxOpportunity) => Planned): Planned {
  const one = shelf.visible(id);
  return one ? plan(one) : notFound;
}

async function bodyOf(request: { json(): Promise<unknown> }): Promise<Body> {
  const parsed = await request.json().catch(() => null);
  return parsed !== null && typeof parsed === 'object' ? (parsed as Body) : {};
}
