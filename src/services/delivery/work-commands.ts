// The worker: takes a connection's commands, carries each out at the vendor and publishes what came of it.
import type { VendorHttp } from '../../adapters/http.ts';
import type { Carried, Reading, VendorContext } from '../../adapters/port.ts';
import type { Command, Result, Shows } from '../../core/delivery/message.ts';
import { limits } from '../../core/limits.ts';
import { type Connection, settingsFor } from '../connections/connections.ts';
import { followConnections } from '../connections/follow-connections.ts';
import { mappingFor, readInAnyRegion } from '../connections/system-settings.ts';
import type { Context } from '../context.ts';
import { fileLedger } from '../files/file-ledger.ts';
import { recordLook } from '../intake/record-look.ts';
import { fetchProbe, fetchWork } from './fetch-work.ts';
import { shareTokens } from './share-tokens.ts';

/** Starts consuming for every connection that is not served by a worker outside, and follows changes; ends with `signal`. */
export function workCommands(context: Context, signal: AbortSignal): void {
  followConnections(
    context,
    'follow connections',
    (connection) => connection.worker === 'interlock',
    (connection, ends) => {
      // Over NATS, any process may get the command.
      if (context.bus.kind === 'local') context.workInHand.serve(connection.id, ends);
      context.bus.consumeCommands(
        connection.id,
        connection.concurrency,
        (command) => workOne(context, command, signal),
        ends,
      );
    },
    signal,
  );
}

/** One command from receipt to the published result. Rejects only when the bus or the database fails: the command comes again. */
export async function workOne(context: Context, command: Command, signal: AbortSignal): Promise<void> {
  const receivedAt = performance.now();
  context.crashPoint('worker.command_received');
  const connection = await context.work.connection(command.connection);
  if (!connection) return;
  const vendor = vendorContext(context, connection, context.deadline(limits.carryMs, signal));
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
  context.crashPoint('worker.before_result');
  result.reported.tookMs = tookMs;
  await context.bus.publishResult(result);
}

async function carryOut(
  context: Context,
  connection: Connection,
  command: Command,
  vendor: VendorContext<unknown>,
): Promise<Result | null> {
  const work = await fetchWork(context, connection, command.id, command.attempt);
  if (!work) return null;
  context.crashPoint('worker.work_read');
  const there = { ...vendor, settings: settingsFor(connection, work.region ?? null) };
  const carried = await attempt(context, () =>
    command.mode === 'confirm' ? connection.adapter.confirm(work, there) : connection.adapter.apply(work, there),
  );
  const { outcome, httpStatus, precondition } = carried;
  const reported: Result['reported'] = { tookMs: 0 };
  if (httpStatus !== undefined) reported.httpStatus = httpStatus;
  if (precondition !== undefined) reported.precondition = precondition;
  // What travels over the bus is kept there for a while.
  if ('ref' in outcome && outcome.ref !== undefined)
    outcome.ref = context.vault.impersonalId(connection.id, outcome.ref);
  return {
    id: command.id,
    attempt: command.attempt,
    connection: command.connection,
    mode: command.mode,
    outcome,
    reported,
  };
}

/** An adapter that throws is a bug of ours: the attempt is ambiguous, and the worker lives on. */
async function attempt(context: Context, run: () => Promise<Carried>): Promise<Carried> {
  try {
    const carried = await run();
    // Waits are worked out from what has fractions; a message that is refused for one would be lost, and its attempt with it.
    if ('afterMs' in carried.outcome && carried.outcome.afterMs !== undefined)
      carried.outcome.afterMs = Math.ceil(carried.outcome.afterMs);
    return carried;
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
  const parked = await fetchProbe(context, connection, command.id, command.attempt);
  if (!parked) return null;
  const reading = await readInAnyRegion(connection, parked.ref_id, vendor).catch(() => undefined);
  if (reading !== undefined && parked.raw) await recordLook(context, connection, command, reading);
  const outcome: Result['outcome'] =
    reading === undefined ? { kind: 'retryable', reason: 'probe_failed' } : shows(reading);
  return {
    id: command.id,
    attempt: command.attempt,
    connection: command.connection,
    mode: 'probe',
    outcome,
    reported: { tookMs: 0 },
  };
}

/** What of a reading travels over the bus: no values, and of the vendor's words only the name of the stage. */
const shows = (reading: Reading | null): Shows => ({
  kind: 'shows',
  seen: reading?.state ?? null,
  stage: reading ? wellFormed(reading.stage) : null,
  ...(reading?.states ? { states: [...reading.states] } : {}),
});

const wellFormed = (text: string): string => text.replace(/[\0\p{Surrogate}]/gu, '').slice(0, 100);

/** With the secrets, and in the connection's pace. */
export function vendorContext(context: Context, connection: Connection, signal: AbortSignal): VendorContext<unknown> {
  const secrets = secretsOf(context, connection);
  const allowPrivate = (connection.settings as { allowPrivate?: unknown } | null)?.allowPrivate === true;
  return {
    connection: connection.id,
    settings: connection.settings,
    mapping: mappingFor(context.dictionary, connection.adapter),
    secrets,
    http: paced(context, connection, allowPrivate ? context.vendorHttp.open : context.vendorHttp.guarded),
    sharedTokens: shareTokens(context, connection.id),
    ...(connection.adapter.files ? { files: { ...context.files, ledger: fileLedger(context, connection) } } : {}),
    signal,
  };
}

const opened = new WeakMap<Buffer, Record<string, string>>();

/** Opened once for each time that the connection was read, and kept no longer than that. */
function secretsOf({ vault }: Context, { id, sealedSecrets }: Connection): Record<string, string> {
  if (!sealedSecrets) return {};
  const secrets = opened.get(sealedSecrets) ?? vault.unsealSecrets(id, sealedSecrets);
  opened.set(sealedSecrets, secrets);
  return secrets;
}

/** Every request of the connection takes its turn in the vendor's rate. */
const paced = (context: Context, connection: Connection, http: VendorHttp): VendorHttp => ({
  async request(request, signal) {
    await context.pacer.turn(connection.id, connection.rate, signal);
    context.crashPoint('worker.before_vendor_request');
    return http.request(request, signal);
  },
});
