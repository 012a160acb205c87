// What this process knows of clients, read again every few seconds, so that a revocation made anywhere is soon known here.

import { isScope, type Scope } from '../../core/access/scopes.ts';
import { limits } from '../../core/limits.ts';
import type { SystemKind } from '../../core/machine/definition.ts';
import { type ClientRow, findClient } from '../../store/access/clients.ts';
import type { Db } from '../../store/database/database.ts';

export interface KnownClient {
  id: string;
  name: string;
  kind: SystemKind;
  scopes: readonly Scope[];
  /** The one connection whose work it may fetch. */
  connection: string | null;
  revoked: boolean;
  /** Expiry in ms since 1970 by token id. */
  revokedTokens: Readonly<Record<string, number>>;
}

export interface KnownClients {
  /** At most `limits.clientCacheMs` old; null when there is none. Rejects when the database cannot be asked. */
  find(id: string): Promise<KnownClient | null>;
  /** The next `find` asks the database: call it after a change has committed. */
  forget(id: string): void;
}

interface Entry {
  client: Promise<KnownClient | null>;
  askedAt: number;
}

/** Age counts from the moment of asking, on the monotonic clock: a slow answer is not a fresher one. */
export function knownClients(db: Db, monotonicMs: () => number = () => performance.now()): KnownClients {
  const entries = new Map<string, Entry>();
  const ask = (id: string): Promise<KnownClient | null> => {
    const entry: Entry = {
      client: findClient(db, id).then((row) => (row ? asKnown(row) : null)),
      askedAt: monotonicMs(),
    };
    entries.delete(id);
    if (entries.size >= limits.clientCacheMax) entries.delete(entries.keys().next().value as string);
    entries.set(id, entry);
    entry.client.catch(() => {
      if (entries.get(id) === entry) entries.delete(id);
    });
    return entry.client;
  };
  return {
    find(id) {
      const entry = entries.get(id);
      return entry && monotonicMs() - entry.askedAt < limits.clientCacheMs ? entry.client : ask(id);
    },
    forget: (id) => void entries.delete(id),
  };
}

/** Scopes that this release does not know (any more) grant nothing. */
export const asKnown = (row: ClientRow): KnownClient => ({
  id: row.id,
  name: row.name,
  kind: row.kind as SystemKind,
  scopes: row.scopes.filter(isScope),
  connection: row.connection_id,
  revoked: row.revoked_at !== null,
  revokedTokens: row.revoked_tokens,
});
