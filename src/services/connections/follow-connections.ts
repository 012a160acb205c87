// Begins something for each connection that asks for it, ends it when it no longer does, and begins it anew when its pace changed.
import { limits } from '../../core/limits.ts';
import type { Context } from '../context.ts';
import type { Connection } from './connections.ts';

/** Looks every `limits.sweepPollMs` until the signal; what `begin` started ends with the signal it was given. */
export function followConnections(
  context: Context,
  name: string,
  wanted: (connection: Connection) => boolean,
  begin: (connection: Connection, signal: AbortSignal) => void,
  signal: AbortSignal,
): void {
  const begun = new Map<string, { concurrency: number; end: AbortController }>();
  const follow = async (): Promise<void> => {
    const known = await context.connections.recent(context.database.engine, limits.loopConnectionsMs);
    const connections = [...known.values()].filter(wanted);
    for (const [id, { concurrency, end }] of begun) {
      if (connections.some((one) => one.id === id && one.concurrency === concurrency)) continue;
      end.abort();
      begun.delete(id);
    }
    for (const connection of connections) {
      if (begun.has(connection.id)) continue;
      const end = new AbortController();
      begun.set(connection.id, { concurrency: connection.concurrency, end });
      begin(connection, AbortSignal.any([signal, end.signal]));
    }
  };
  context.every(name, limits.sweepPollMs, follow, signal);
}
