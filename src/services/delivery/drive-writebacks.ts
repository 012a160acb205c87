// The dispatcher: claims what is due from the tables (retries, what memory lost, what a full window left waiting) and publishes it.

import type { InFlight } from '../../core/delivery/window.ts';
import { limits } from '../../core/limits.ts';
import type { Tx } from '../../store/database/database.ts';
import type { Claimed } from '../../store/engine/writebacks.ts';
import type { Connection } from '../connections/connections.ts';
import type { Context } from '../context.ts';
import { sendCommands } from './send-commands.ts';

/** One round over all connections. Returns how many commands were sent. */
export async function driveWritebacks(context: Context): Promise<number> {
  // Mostly there is nothing, and one look says so.
  const due = await context.records.findDue(context.database.engine);
  const claimed = due.connections.length > 0 ? await claimFor(context, new Set(due.connections)) : 0;
  return claimed + (due.probes ? await sendProbes(context) : 0);
}

/** In one transaction: what a connection may take, and what it is given. */
async function claimFor(context: Context, due: ReadonlySet<string>): Promise<number> {
  const { database, records } = context;
  const claimed = await database.engine.transaction().execute(async (tx) => {
    const [leased, connections] = await Promise.all([records.countLeased(tx), context.connections.load(tx)]);
    const claims: Claimed[][] = [];
    for (const connection of connections)
      if (due.has(connection.id)) claims.push(await claim(context, tx, connection, leased));
    return claims.flat();
  });
  if (claimed.length > 0) context.crashPoint('relay.claimed');
  sendCommands(context, claimed);
  return claimed.length;
}

async function claim(
  { records, window }: Context,
  tx: Tx,
  connection: Connection,
  leased: ReadonlyMap<string, InFlight>,
): Promise<Claimed[]> {
  if (connection.status !== 'active' || connection.blocked || connection.circuit === 'open') return [];
  const isTrial = connection.circuit === 'half_open';
  const free = isTrial ? 1 - (leased.get(connection.id)?.count ?? 0) : window.places(connection, leased);
  const places = Math.min(free, limits.dispatchRowsMax);
  if (places <= 0) return [];
  const claimed = await records.claimDue(tx, connection.id, places, limits.leaseMs);
  const [trial] = claimed;
  if (isTrial && trial) await records.setTrial(tx, connection.id, `${trial.id}.${trial.attempt}`);
  return claimed;
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
