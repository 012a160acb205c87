// Connections are added, changed, paused, resumed and removed here, for the CLI and the API alike; every change is audited.
import { isDeepStrictEqual } from 'node:util';
import type { Adapter } from '../../adapters/port.ts';
import { adapters } from '../../adapters/registry.ts';
import { Counts } from '../../core/figures/kpi.ts';
import {
  changeConnection,
  findConnection,
  insertConnection,
  type NewConnection,
  setCircuit,
} from '../../store/connections/connections.ts';
import type { Tx } from '../../store/database/database.ts';
import { appendCounts } from '../../store/engine/kpi.ts';
import { waiveAllOf } from '../../store/engine/writebacks.ts';
import type {
  ConnectionDirection,
  ConnectionPace,
  ConnectionScope,
  ConnectionWorker,
} from '../../store/schema/schema.ts';
import type { Context } from '../context.ts';
import { type Actor, writeAudit } from '../write-audit.ts';
import { mappingProblems } from './check-mapping.ts';
import { connectionNameSchema, paceSchema, scopeSchema } from './connection-terms.ts';

export interface ConnectionRequest {
  id: string;
  adapter: string;
  settings: Record<string, unknown>;
  scope: ConnectionScope;
  pace?: ConnectionPace | undefined;
  worker?: ConnectionWorker | undefined;
  direction?: ConnectionDirection | undefined;
  secrets: Record<string, string>;
}

export type Managed =
  | { ok: true }
  | {
      ok: false;
      code: 'unknown_adapter' | 'invalid_settings' | 'invalid_secrets' | 'name_taken' | 'unknown_connection';
      problems: { pointer: string; detail: string }[];
    };

const ok: Managed = { ok: true };
const wrong = (code: Extract<Managed, { ok: false }>['code'], pointer: string, detail: string): Managed => ({
  ok: false,
  code,
  problems: [{ pointer, detail }],
});

export async function addConnection(context: Context, actor: Actor, request: ConnectionRequest): Promise<Managed> {
  const adapter = adapters.get(request.adapter);
  if (!adapter)
    return wrong(
      'unknown_adapter',
      '/adapter',
      `there is no adapter "${request.adapter}"; adapters: ${[...adapters.keys()].join(', ')}`,
    );
  const direction = request.direction ?? 'both';
  const checked = checkSettings(context, adapter, request.settings, request.scope, direction);
  if (checked) return checked;
  const refused = checkSecrets(adapter, request.secrets, request.worker !== 'outside');
  if (refused) return refused;
  const wanted = {
    id: connectionNameSchema.parse(request.id),
    adapter: adapter.name,
    kind: adapter.kind,
    settings: request.settings,
    scope: scopeSchema.parse(request.scope) as ConnectionScope,
    pace: paceSchema.parse(request.pace ?? {}) as ConnectionPace,
    worker: request.worker ?? 'interlock',
    direction,
  };
  return context.database.engine.transaction().execute(async (tx) => {
    const sealed = context.vault.sealSecrets(request.id, request.secrets);
    if (!(await insertConnection(tx, { ...wanted, secrets_current: sealed })))
      // Whoever did not hear the answer may ask again.
      return (await isThere(context, tx, wanted, request.secrets))
        ? ok
        : wrong('name_taken', '/id', `there is already a connection "${request.id}"; names are never used again`);
    await audit(context, tx, actor, 'connection.added', request.id, {
      adapter: adapter.name,
      secrets: Object.keys(request.secrets),
    });
    return ok;
  });
}

/** True when the connection is there just as it is wanted, its secrets included, and nothing was done with it since. */
async function isThere(
  context: Context,
  tx: Tx,
  wanted: Omit<NewConnection, 'secrets_current'>,
  secrets: Readonly<Record<string, string>>,
): Promise<boolean> {
  const row = await findConnection(tx, wanted.id);
  if (row?.status !== 'active' || row.secrets_next) return false;
  const there = Object.fromEntries(Object.keys(wanted).map((name) => [name, row[name as keyof typeof wanted]]));
  return isDeepStrictEqual(there, wanted) && isDeepStrictEqual(secretsOf(context, row), secrets);
}

export interface ConnectionUpdate {
  settings?: Record<string, unknown> | undefined;
  scope?: ConnectionScope | undefined;
  pace?: ConnectionPace | undefined;
  worker?: ConnectionWorker | undefined;
  direction?: ConnectionDirection | undefined;
  status?: 'active' | 'paused' | 'removed' | undefined;
}

/** Changes settings, scope or status. A removed connection keeps its history and can never be used again. */
export async function updateConnection(
  context: Context,
  actor: Actor,
  id: string,
  update: ConnectionUpdate,
  note: { reason?: string; requestId?: string } = {},
): Promise<Managed> {
  const row = await findConnection(context.database.engine, id);
  const adapter = row && row.status !== 'removed' ? adapters.get(row.adapter) : undefined;
  if (!adapter) return wrong('unknown_connection', '/id', `there is no connection "${id}"`);
  const { settings = row?.settings ?? {}, scope = row?.scope ?? {}, direction = row?.direction ?? 'both' } = update;
  const termsChange = update.settings || update.scope || update.direction;
  const checked = termsChange ? checkSettings(context, adapter, settings, scope, direction) : null;
  if (checked) return checked;
  // A worker outside has credentials of its own; ours need what was left out for it.
  const lacking = update.worker === 'interlock' ? checkSecrets(adapter, secretsOf(context, row), true) : null;
  if (lacking) return lacking;
  return context.database.engine.transaction().execute(async (tx) => {
    await changeConnection(tx, id, {
      ...(update.settings === undefined ? {} : { settings: update.settings }),
      ...(update.scope === undefined ? {} : { scope: scopeSchema.parse(update.scope) as ConnectionScope }),
      ...(update.pace === undefined ? {} : { pace: paceSchema.parse(update.pace) as ConnectionPace }),
      ...(update.worker === undefined ? {} : { worker: update.worker }),
      ...(update.direction === undefined ? {} : { direction: update.direction }),
      ...(update.status === undefined ? {} : { status: update.status }),
    });
    // Whoever resumes a connection has looked at it: it is tried at once.
    if (update.status === 'removed') await waiveWaiting(tx, id);
    if (update.status === 'active') await setCircuit(tx, id, 'closed', null);
    await writeAudit(tx, {
      actor,
      action: `connection.${update.status ?? 'changed'}`,
      objectKind: 'connection',
      objectId: id,
      detail: { fields: Object.keys(update), ...(note.reason === undefined ? {} : { reason: note.reason }) },
      ...(note.requestId === undefined ? {} : { requestId: note.requestId }),
    });
    return ok;
  });
}

/** Puts new secrets beside the current ones (`next`), makes them current (`promote`), or drops the ones beside (`drop`). */
export async function rotateSecrets(
  context: Context,
  actor: Actor,
  id: string,
  step: { kind: 'next'; secrets: Record<string, string> } | { kind: 'promote' } | { kind: 'drop' },
): Promise<Managed> {
  const row = await findConnection(context.database.engine, id);
  const adapter = row && row.status !== 'removed' ? adapters.get(row.adapter) : undefined;
  if (!row || !adapter) return wrong('unknown_connection', '/id', `there is no connection "${id}"`);
  const current = secretsOf(context, row);
  if (step.kind === 'next') {
    const refused = checkSecrets(adapter, { ...current, ...step.secrets }, row.worker !== 'outside');
    if (refused) return refused;
  }
  if (step.kind === 'promote' && !row.secrets_next)
    return wrong('invalid_secrets', '/secrets', 'there are no next secrets to promote; add them first');
  return context.database.engine.transaction().execute(async (tx) => {
    await changeConnection(
      tx,
      id,
      step.kind === 'next'
        ? { secrets_next: context.vault.sealSecrets(id, { ...current, ...step.secrets }) }
        : step.kind === 'promote'
          ? { secrets_current: row.secrets_next, secrets_next: null }
          : { secrets_next: null },
    );
    await audit(
      context,
      tx,
      actor,
      `connection.secrets_${step.kind}`,
      id,
      step.kind === 'next' ? { secrets: Object.keys(step.secrets) } : {},
    );
    return ok;
  });
}

const secretsOf = (
  context: Context,
  row: { id: string; secrets_current: Buffer | null } | undefined,
): Record<string, string> =>
  row?.secrets_current ? { ...context.vault.unsealSecrets(row.id, row.secrets_current) } : {};

function checkSettings(
  context: Context,
  adapter: Adapter,
  settings: Record<string, unknown>,
  scope: ConnectionScope,
  direction: ConnectionDirection,
): Managed | null {
  const parsed = adapter.settings.safeParse(settings);
  if (parsed.success) {
    const problems = mappingProblems(context, { adapter, settings, scope, direction });
    return problems.length === 0 ? null : { ok: false, code: 'invalid_settings', problems };
  }
  return {
    ok: false,
    code: 'invalid_settings',
    problems: parsed.error.issues.map((issue) => ({
      pointer: ['/settings', ...issue.path.map(String)].join('/'),
      detail: issue.message,
    })),
  };
}

function checkSecrets(adapter: Adapter, secrets: Readonly<Record<string, string>>, complete: boolean): Managed | null {
  for (const name of Object.keys(secrets)) {
    if (!(name in adapter.secrets))
      return wrong(
        'invalid_secrets',
        `/secrets/${name}`,
        `${adapter.title} has no secret "${name}"; it has ${Object.keys(adapter.secrets).join(', ')}`,
      );
  }
  if (!complete) return null;
  for (const [name, { description, optional }] of Object.entries(adapter.secrets)) {
    if (!optional && !secrets[name]) return wrong('invalid_secrets', `/secrets/${name}`, `is missing: ${description}`);
  }
  return null;
}

/** Every writeback ends: those that a removed connection leaves behind are waived, with that reason. */
async function waiveWaiting(tx: Tx, id: string): Promise<void> {
  const counts = new Counts();
  for (const { machine, event_type, was_dead, count } of await waiveAllOf(tx, id)) {
    counts.add('writeback.waived', machine, event_type, id, count);
    if (was_dead) counts.add('writeback.dead', machine, event_type, id, -count);
  }
  await appendCounts(tx, counts.all());
}

const audit = (
  _context: Context,
  db: Parameters<typeof writeAudit>[0],
  actor: Actor,
  action: string,
  id: string,
  detail: Record<string, unknown>,
): Promise<void> => writeAudit(db, { actor, action, objectKind: 'connection', objectId: id, detail });
