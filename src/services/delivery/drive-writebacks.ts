// The dispatcher: claims what is due from the tables (retries, what memory lost, what a full window left waiting) and publishes it.

import { limits } from '../../core/limits.ts';
import type { Context } from '../context.ts';
import { sendCommands } from './send-commands.ts';

/** One round over all connections. Returns how many commands were sent. */
export async function driveWritebacks(context: Context): Promise<number> {
  // Mostly there is nothing, and one look says so.
  const due = await context.records.findDue(context.database.engine);
  const claimed = due.connections.length > 0 ? await claimFor(context, new Set(due.connections)) : 0;
  return claimed + (due.probes ? await sendProbes(context) : 0);
}

async function claimFor(context: Context, due: ReadonlySet<string>): Promise<number> {
  const db = context.database.engine;
  const leased = await context.records.countLeased(db);
  let sent = 0;
  for (const connection of await context.connections.load(db)) {
    if (!due.has(connection.id)) continue;
    if (connection.status !== 'active' || connection.blocked || connection.circuit === 'open') continue;
    const free =
      connection.circuit === 'half_open'
        ? 1 - (leased.get(connection.id)?.count ?? 0)
        : context.window.places(connection, leased);
    const places = Math.min(free, limits.dispatchRowsMax);
    if (places <= 0) continue;
    const claimed = await context.records.claimDue(db, connection.id, places, limits.leaseMs);
    const [trial] = claimed;
    if (connection.circuit === 'half_open' && trial)
      await context.records.setTrial(db, connection.id, `${trial.id}.${trial.attempt}`);
    if (trial) context.crashPoint('relay.claimed');
    sendCommands(context, claimed);
    sent += claimed.length;
  }
  return sent;
}

async function sendProbes(context: Context): Promise<number> {
  const due = await context.records.claimDueProbes(
    context.database.engine,
    limits.probeRetryMs,
    limits.dispatchRowsMax,
  );
  sendCommands(
    context,
    due.map((event) => ({
      id: event.id,
      attempt: event.attempt,
      connection: event.source.replace(/^connection:/, ''),
      mode: 'probe' as const,
    })),
  );
  return due.length;
}
