// Clients from creation to revocation: machines that call the API, their two secrets, and what each may do.
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type Scope, scopeNames } from '../../core/access/scopes.ts';
import { type ClientId, isId } from '../../core/ids.ts';
import { systemKinds } from '../../core/machine/definition.ts';
import {
  addRevokedToken,
  type ClientChange,
  type ClientRow,
  changeClient,
  findClient,
  insertClient,
  listClients,
  lockClient,
  revokeClientRow,
  touchClient,
} from '../../store/access/clients.ts';
import type { Db, Tx } from '../../store/database/database.ts';
import type { Context } from '../context.ts';
import { type Actor, writeAudit } from '../write-audit.ts';
import { type HashPrice, hashSecret, verifySecret } from './hash-secrets.ts';
import { asKnown, type KnownClient, type KnownClients, knownClients } from './known-clients.ts';

export const clientScopesSchema = z.array(z.enum(scopeNames)).min(1);
export const newClientSchema = z
  .strictObject({
    name: z.string().trim().min(1).max(120),
    kind: z.enum(systemKinds),
    scopes: clientScopesSchema,
    /** For a worker: the one connection whose work it may fetch. */
    connection: z.string().optional(),
  })
  .refine((client) => (client.connection !== undefined) === client.scopes.includes('writebacks:work'), {
    path: ['connection'],
    error: 'goes with the scope writebacks:work: a worker fetches the work of one connection, and nobody else any',
  });
export type NewClient = z.output<typeof newClientSchema>;

/** What may be shown of a client: neither its secrets nor their hashes. Times are ISO 8601. */
export interface ClientSummary {
  id: string;
  name: string;
  kind: string;
  scopes: string[];
  connection: string | null;
  /** Two secrets are good at the moment. */
  rotating: boolean;
  createdAt: string;
  lastUsedAt: string | null;
  revokedAt: string | null;
}

/** Who asks for a change, and by which request. */
export interface By {
  actor: Actor;
  requestId?: string;
}

export type NotChanged = { kind: 'unknown_client' } | { kind: 'revoked' };
export type Changed = { kind: 'changed' } | NotChanged;

export interface Clients extends KnownClients {
  /** The secret is shown this once; only its hash is kept. */
  create(client: NewClient, by: By): Promise<{ id: ClientId; secret: string }>;
  /** A second secret beside the current one. */
  addSecret(id: string, by: By): Promise<{ kind: 'added'; secret: string } | { kind: 'already_rotating' } | NotChanged>;
  /** The second secret becomes the only one. */
  promoteSecret(id: string, by: By): Promise<Changed | { kind: 'not_rotating' }>;
  /** The second secret is taken back. */
  dropSecret(id: string, by: By): Promise<Changed | { kind: 'not_rotating' }>;
  /** Holds for tokens already issued too, except that more scopes need a new token. */
  changeScopes(id: string, scopes: readonly Scope[], by: By): Promise<Changed>;
  /** For good: its secrets and tokens are worth nothing, here at once and elsewhere within `limits.clientCacheMs`. */
  revoke(id: string, by: By): Promise<Changed>;
  revokeToken(id: string, jti: string, expiresAtMs: number, by: By): Promise<void>;
  /** Null for an unknown or revoked client and for a wrong secret, after the same time. */
  authenticate(id: string, secret: string): Promise<KnownClient | null>;
  list(): Promise<ClientSummary[]>;
}

/** `db` is where rows are read and changed; each change commits with its audit row. */
export function manageClients(context: Pick<Context, 'newId' | 'hashPrices'>, db: Db): Clients {
  const known = knownClients(db);
  const change = async <T>(id: string, work: (tx: Tx, row: ClientRow) => Promise<T>): Promise<T | NotChanged> => {
    try {
      return await db.transaction().execute(async (tx): Promise<T | NotChanged> => {
        const row = await lockClient(tx, id);
        if (!row) return { kind: 'unknown_client' };
        return row.revoked_at === null ? work(tx, row) : { kind: 'revoked' };
      });
    } finally {
      // After an error too: it may have come after the commit.
      known.forget(id);
    }
  };
  const audited = async (
    tx: Tx,
    id: string,
    by: By,
    action: string,
    detail: Record<string, unknown> = {},
  ): Promise<Changed> => {
    await writeAudit(tx, { ...by, action: `client.${action}`, objectKind: 'client', objectId: id, detail });
    return { kind: 'changed' };
  };
  const settle = (id: string, by: By, action: string, next: (row: ClientRow) => ClientChange | null) =>
    change<Changed | { kind: 'not_rotating' }>(id, async (tx, row) => {
      const changed = next(row);
      if (!changed) return { kind: 'not_rotating' };
      await changeClient(tx, id, changed);
      return audited(tx, id, by, action);
    });
  return {
    ...known,
    create: (client, by) => create(context, db, client, by),
    async addSecret(id, by) {
      const { secret, hash } = await newSecret(context.hashPrices.secret);
      return change(id, async (tx, row) => {
        if (row.secret_hash_next !== null) return { kind: 'already_rotating' };
        await changeClient(tx, id, { secret_hash_next: hash });
        await audited(tx, id, by, 'secret_added');
        return { kind: 'added', secret };
      });
    },
    promoteSecret: (id, by) => settle(id, by, 'secret_promoted', promoted),
    dropSecret: (id, by) =>
      settle(id, by, 'secret_dropped', (row) => (row.secret_hash_next === null ? null : { secret_hash_next: null })),
    changeScopes: (id, scopes, by) =>
      change<Changed>(id, async (tx, row) => {
        await changeClient(tx, id, { scopes: [...new Set(scopes)] });
        return audited(tx, id, by, 'scopes_changed', { before: row.scopes, after: scopes });
      }),
    revoke: (id, by) =>
      change<Changed>(id, async (tx) => {
        await revokeClientRow(tx, id);
        return audited(tx, id, by, 'revoked');
      }),
    async revokeToken(id, jti, expiresAtMs, by) {
      await change(id, async (tx) => {
        await addRevokedToken(tx, id, jti, expiresAtMs);
        return audited(tx, id, by, 'token_revoked', { jti });
      });
    },
    authenticate: (id, secret) => authenticate(db, context.hashPrices.secret, id, secret),
    list: async () => (await listClients(db)).map(summarise),
  };
}

async function create(
  context: Pick<Context, 'newId' | 'hashPrices'>,
  db: Db,
  client: NewClient,
  by: By,
): Promise<{ id: ClientId; secret: string }> {
  const id = context.newId('cli');
  const scopes = [...new Set(client.scopes)];
  const { secret, hash } = await newSecret(context.hashPrices.secret);
  await db.transaction().execute(async (tx) => {
    const connection = client.connection ?? null;
    await insertClient(tx, {
      id,
      name: client.name,
      kind: client.kind,
      scopes,
      connection_id: connection,
      secret_hash_current: hash,
    });
    await writeAudit(tx, {
      ...by,
      action: 'client.created',
      objectKind: 'client',
      objectId: id,
      detail: { kind: client.kind, scopes, ...(connection === null ? {} : { connection }) },
    });
  });
  return { id, secret };
}

/** A failure always costs two hashes, whether there is a client, a second secret, or neither. */
async function authenticate(db: Db, price: HashPrice, id: string, secret: string): Promise<KnownClient | null> {
  const row = isId('cli', id) ? await findClient(db, id) : undefined;
  const usable = row?.revoked_at === null ? row : undefined;
  const matches =
    (await verifySecret(usable?.secret_hash_current, secret, price)) ||
    (await verifySecret(usable?.secret_hash_next, secret, price));
  if (!usable || !matches) return null;
  await touchClient(db, id);
  return asKnown(usable);
}

async function newSecret(price: HashPrice): Promise<{ secret: string; hash: string }> {
  const secret = `il_${randomBytes(32).toString('base64url')}`;
  return { secret, hash: await hashSecret(secret, price) };
}

const promoted = (row: ClientRow): ClientChange | null =>
  row.secret_hash_next === null ? null : { secret_hash_current: row.secret_hash_next, secret_hash_next: null };

const summarise = (row: ClientRow): ClientSummary => ({
  id: row.id,
  name: row.name,
  kind: row.kind,
  scopes: row.scopes,
  connection: row.connection_id,
  rotating: row.secret_hash_next !== null,
  createdAt: row.created_at.toISOString(),
  lastUsedAt: row.last_used_at?.toISOString() ?? null,
  revokedAt: row.revoked_at?.toISOString() ?? null,
});
