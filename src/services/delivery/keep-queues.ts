// Keeps the queues of connections that are served by workers outside: those may pull from them and acknowledge, and nothing else.

import { followConnections } from '../connections/follow-connections.ts';
import type { Context } from '../context.ts';

export function keepQueues(context: Context, signal: AbortSignal): void {
  followConnections(
    context,
    'keep queues',
    (connection) => connection.worker === 'outside',
    (connection, ends) => context.bus.keepQueue(connection.id, connection.concurrency, ends),
    signal,
  );
}
