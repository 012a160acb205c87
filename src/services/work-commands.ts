// The worker: takes a connection's commands, carries each out at the vendor and publishes what came of it.
import type { VendorHttp } from '../adapters/http.ts';
import type { Carried, VendorContext } from '../adapters/port.ts';
import { limits } from '../core/limits.ts';
import type { Command, Result } from '../core/message.ts';
import { findConnection } from '../store/connections.ts';
import { findProbe } from '../store/work.ts';
import type { Connection } from './connections.ts';
import type { Context } from './context.ts';
import { fetchWork } from './fetch-work.ts';

/** Starts consuming for every active connection and follows changes; ends with `signal`. */
export function workCommands(context: Context, signal: AbortSignal): void {
  const consuming = new Map<string, AbortController>();
  const follow = async (): Promise<void> => {
    const connections = await context.connections.load(context.database.engine);
    for (const connection of connections) {
      if (consuming.has(connection.id)) continue;
      const stop = new AbortController();
      consuming.set(connection.id, stop);
      context.bus.consumeCommands(
        connection.id,
        connection.concurrency,
        (command) => workOne(context, command, signal),
        AbortSignal.any([signal, stop.signal]),
      );
    }
    for (const [id, stop] of consuming) {
      if (connections.some((connection) => connection.id === id)) continue;
      stop.abort();
      consuming.delete(id);
    }
  };
  context.every('follow connections', limits.sweepPollMs, follow, signal);
}

/** One command from receipt to the published result. Rejects only when the bus or the database fails: the command comes again. */
export async function workOne(context: Context, command: Command, signal: AbortSignal): Promise<void> {
  const receivedAt = performance.now();
  const connection = (await context.connections.load(context.database.engine)).find(
    (one) => one.id === command.connection,
  );
  if (!connection) return;
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(limits.vendorTimeoutMs + 5_000)]);
  const vendor = await vendorContext(context, connection, bounded);
  const result =
    command.mode === 'probe'
      ? await probe(context, connection, command, vendor)
      : await carryOut(context, connection, command, vendor);
  // The process is stopping: without a result the command stays unacknowledged and is carried out by the next one.
  if (!result || signal.aborted) return;
  const tookMs = Math.round((performance.now() - receivedAt) * 1000) / 1000;
  context.log.info(
    {
      connection: command.connection,
      writeback: command.id,
      attempt: command.attempt,
      mode: command.mode,
      outcome: result.outcome.kind,
      tookMs,
    },
    'attempt',
  );
  await context.bus.publishResult({ ...result, reported: { ...result.reported, tookMs } });
}

async function carryOut(
  context: Context,
  connection: Connection,
  command: Command,
  vendor: VendorContext<unknown>,
): Promise<Result | null> {
  const work = await fetchWork(context, connection, command.id, command.attempt);
  if (!work) return null;
  const carried = await attempt(context, () =>
    command.mode === 'confirm' ? connection.adapter.confirm(work, vendor) : connection.adapter.apply(work, vendor),
  );
  const { outcome, ...reported } = carried;
  return {
    id: command.id,
    attempt: command.attempt,
    connection: command.connection,
    mode: command.mode,
    outcome,
    reported: { ...reported, tookMs: 0 },
  };
}

/** An adapter that throws is a bug of ours: the attempt is ambiguous, and the worker lives on. */
async function attempt(context: Context, run: () => Promise<Carried>): Promise<Carried> {
  try {
    return await run();
  } catch (error) {
    context.log.error(
      { error: String((error as Error)?.name) },
      'an adapter threw; its writeback is read before it is tried again',
    );
    return { outcome: { kind: 'ambiguous', reason: 'adapter_failed' } };
  }
}

async function probe(
  context: Context,
  connection: Connection,
  command: Command,
  vendor: VendorContext<unknown>,
): Promise<Result | null> {
  const parked = await findProbe(context.database.engine, command.id);
  if (!parked) return null;
  const outcome: Result['outcome'] = await connection.adapter
    .read(parked.ref_id, vendor)
    .then((reading) => ({ kind: 'shows' as const, seen: reading?.state ?? null }))
    .catch(() => ({ kind: 'retryable' as const, reason: 'probe_failed' }));
  return {
    id: command.id,
    attempt: command.attempt,
    connection: command.connection,
    mode: 'probe',
    outcome,
    reported: { tookMs: 0 },
  };
}

async function vendorContext(
  context: Context,
  connection: Connection,
  signal: AbortSignal,
): Promise<VendorContext<unknown>> {
  const row = await findConnection(context.database.engine, connection.id);
  const secrets = row?.secrets_current ? context.vault.unsealSecrets(connection.id, row.secrets_current) : {};
  const allowPrivate = (connection.settings as { allowPrivate?: unknown } | null)?.allowPrivate === true;
  return {
    connection: connection.id,
    settings: connection.settings,
    secrets,
    http: paced(context, connection, allowPrivate ? context.vendorHttp.open : context.vendorHttp.guarded),
    signal,
  };
}

/** Every request of the connection takes its turn in the vendor's rate. */
const paced = (context: Context, connection: Connection, http: VendorHttp): VendorHttp => ({
  async request(request, signal) {
    await context.pacer.turn(connection.id, connection.rate, signal);
    return http.request(request, signal);
  },
});
