// Loops come again soon: for them what is known of connections may be as old as what batches of events read all the time.
import { limits } from '../../core/limits.ts';
import type { Context } from '../context.ts';

/** The same, but that connections are as they are, or were at most `limits.loopConnectionsMs` ago, whichever transaction asks. */
export function forLoops(context: Context): Context {
  const { connections } = context;
  return {
    ...context,
    connections: {
      ...connections,
      load: async (db) => [...(await connections.recent(db, limits.loopConnectionsMs)).values()],
    },
  };
}
