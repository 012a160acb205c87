// Polls systems whose webhooks do not say enough: what they answer goes the way of a webhook, and the cursor moves only after that.
import type { Polled } from '../../adapters/port.ts';
import { fingerprint } from '../../core/canonical-json.ts';
import type { Intake, Recorded } from '../../core/deciding/intake.ts';
import { limits } from '../../core/limits.ts';
import { traceOf } from '../../core/trace-of.ts';
import { findConnection } from '../../store/connections/connections.ts';
import { failPoll, movePollCursor, type PollTurn, stalePolls, takePollTurn } from '../../store/connections/polls.ts';
import type { Connection } from '../connections/connections.ts';
import { settingsIn } from '../connections/system-settings.ts';
import type { Context } from '../context.ts';
import { vendorContext } from '../delivery/work-commands.ts';
import { intakeOf, type Origin, spokenIn, translate } from './accept-webhook.ts';

/** One turn at every connection whose turn it is; returns how many payloads were recorded. */
export async function pollAll(context: Context, signal: AbortSignal): Promise<number> {
  const db = context.database.engine;
  const polled = (await context.connections.load(db)).filter(isPolled);
  let recorded = 0;
  for (const connection of polled) {
    if (connection.circuit !== 'closed' || connection.blocked) continue;
    const turn = await takePollTurn(db, connection.id, limits.pollLeaseMs);
    if (turn) recorded += await takeTurn(context, connection, turn, signal);
  }
  await reportStale(
    context,
    polled.map((one) => one.id),
  );
  return recorded;
}

/** A worker outside keeps its credentials to itself, so nobody here can ask. */
const isPolled = ({ adapter, settings, status, worker, direction }: Connection): boolean =>
  adapter.poll !== undefined &&
  direction !== 'out' &&
  status === 'active' &&
  worker === 'interlock' &&
  adapter.polls?.(settings) !== false;

async function takeTurn(
  context: Context,
  connection: Connection,
  first: PollTurn,
  signal: AbortSignal,
): Promise<number> {
  const db = context.database.engine;
  let { cursor } = first;
  let recorded = 0;
  try {
    const bounded = context.deadline(limits.pollLeaseMs / 2, signal);
    for (let page = 1; page <= limits.pollPagesMax; page += 1) {
      const vendor = vendorContext(context, connection, bounded);
      const polled = (await connection.adapter.poll?.(cursor, vendor)) as Polled;
      recorded += (await recordPayloads(context, connection, polled.payloads)).length;
      const last = !polled.more || page === limits.pollPagesMax;
      const dueInMs = last ? (polled.more ? 0 : limits.pollEveryMs) : limits.pollLeaseMs;
      const moved = await movePollCursor(db, connection.id, { turn: first.turn, cursor: polled.next, dueInMs });
      if (last || !moved) return recorded;
      cursor = polled.next;
    }
  } catch (error) {
    // What was recorded and whose cursor did not move comes again, as a repetition.
    context.log.warn(
      { connection: connection.id, ...traceOf(error) },
      'a system could not be polled and is tried again',
    );
    const { pollEveryMs: firstMs, pollRetryMsMax: mostMs } = limits;
    await failPoll(db, connection.id, { turn: first.turn, failure: codeOf(error), firstMs, mostMs });
  }
  return recorded;
}

/** Each as a webhook with that body would be, in their order. Rejects with `Unavailable` when they could not all be recorded. */
export async function recordPayloads(
  context: Context,
  connection: Connection,
  payloads: readonly unknown[],
): Promise<Recorded[][]> {
  const row = await findConnection(context.database.engine, connection.id);
  if (!row || row.status === 'removed') return [];
  const { adapter } = connection;
  const origin: Origin = {
    connection: row.id,
    adapter,
    settings: settingsIn(context.dictionary, adapter, row.settings, null),
    ...spokenIn(context, adapter, row),
    headers: {},
    receivedAt: context.now(),
  };
  // Together: they share transactions, in which what is about one subject keeps its order.
  const recordOne = async (payload: unknown): Promise<Recorded[]> => {
    const body = Buffer.from(JSON.stringify(payload));
    const recorded: Recorded[] = [];
    for (const translation of translate(body, origin))
      if (translation.kind !== 'ignored')
        recorded.push(await context.recorder().record(polledIntake(context, origin, translation, body)));
    return recorded;
  };
  return Promise.all(payloads.map(recordOne));
}

/** It is read anew each time, so the same event may come with other particulars: what it claims tells whether it is the same. */
function polledIntake(...given: Parameters<typeof intakeOf>): Intake {
  const intake = intakeOf(...given);
  return intake.claim
    ? { ...intake, fingerprint: fingerprint({ polled: intake.externalId, claim: intake.claim }) }
    : intake;
}

/** Silence is not calm: when nothing could be asked for so long, somebody must look. */
async function reportStale(context: Context, connections: readonly string[]): Promise<void> {
  const db = context.database.engine;
  const stale = await stalePolls(db, connections, limits.pollStaleMs);
  await context.records.openIncidents(
    db,
    stale.map(({ connection_id: connection, failure }) => ({
      id: context.newId('inc'),
      kind: 'polling_stale' as const,
      key: keyOf(connection),
      subject_id: null,
      connection_id: connection,
      writeback_id: null,
      event_id: null,
      owner: 'integration',
      detail: { reason: failure ?? 'not_polled' },
    })),
  );
  const fresh = connections.filter((id) => !stale.some((one) => one.connection_id === id));
  await context.records.settleIncidents(db, fresh.map(keyOf), 'interlock', 'It is polled again');
}

const keyOf = (connection: string): string => `polling_stale/${connection}`;

/** A short code, never the vendor's text. */
const codeOf = (error: unknown): string => {
  const [, status] = /status (\d{3})/.exec(String((error as Error)?.message)) ?? [];
  return status === undefined ? 'poll_failed' : `status_${status}`;
};
