// The sweep: goes round all open subjects and reads what each system shows, at a share of the system's rate, over the bus as any worker can.
import { limits } from '../../core/limits.ts';
import type { MachineName } from '../../core/machine/definition.ts';
import type { Tx } from '../../store/database/database.ts';
import {
  enrol,
  makePlaces,
  movePlace,
  type OpenSubject,
  openSubjects,
  type Place,
  pauseReadings,
  takePlace,
} from '../../store/reconcile/reconciliation.ts';
import { countUnanswered, type DueReading, lockDueReadings, markAsked, passOver } from '../../store/reconcile/shown.ts';
import { type Connection, subscribes } from '../connections/connections.ts';
import type { Context } from '../context.ts';
import { refSystemOf } from '../delivery/fetch-work.ts';
import { sendCommands } from '../delivery/send-commands.ts';

/** One round over all connections that can be read; returns how many readings were asked for. Processes share the work: each connection has one place. */
export async function reconcile(context: Context): Promise<number> {
  const db = context.database.engine;
  const connections = (await context.connections.load(db)).filter(isReadable);
  if (connections.length === 0) return 0;
  await makePlaces(
    db,
    connections.map((one) => one.id),
  );
  const leased = await context.records.countLeased(db);
  let asked = 0;
  for (const connection of connections) {
    // Writebacks come first: while they fill the connection, nothing is read.
    const busy = (leased.get(connection.id)?.count ?? 0) >= connection.concurrency;
    const commands = await db.transaction().execute((tx) => sweepOne(context, tx, connection, busy));
    sendCommands(context, commands);
    asked += commands.length;
  }
  return asked;
}

const isReadable = ({ adapter, settings, status, circuit, blocked, sweepShare }: Connection): boolean =>
  adapter.capabilities.reads &&
  (adapter.canRead?.(settings) ?? true) &&
  status === 'active' &&
  circuit === 'closed' &&
  !blocked &&
  sweepShare > 0;

/** Readings that the connection's share allows in a second. */
export const readingsPerSecond = ({ rate, sweepShare }: Pick<Connection, 'rate' | 'sweepShare'>): number =>
  sweepShare * (rate ? (rate.requests / rate.perMs) * 1_000 : limits.sweepRatePerSecond);

async function sweepOne(
  context: Context,
  tx: Tx,
  connection: Connection,
  busy: boolean,
): Promise<Parameters<typeof sendCommands>[1]> {
  const place = await takePlace(tx, connection.id);
  if (!place) return [];
  await enrolNext(context, tx, connection, place);
  if (busy || !place.due) return [];
  const perSecond = readingsPerSecond(connection);
  // A vendor that answers slowly, or nobody who works: what was asked is waited for.
  const free = Math.ceil(2 * perSecond) - (await countUnanswered(tx, connection.id, limits.readingLostMs));
  const perRound = Math.max(1, Math.floor((perSecond * limits.reconcilePollMs) / 1_000));
  const places = Math.min(free, perRound, limits.reconcileRowsMax);
  if (places <= 0) return [];
  const due = await lockDueReadings(tx, connection.id, refSystemOf(connection), places, limits.readingAgeMinMs);
  const wanted = due.filter((one) => mayAsk(connection, one));
  const closed = due.filter((one) => one.over || !concerns(connection, one)).map((one) => one.id);
  await passOver(
    tx,
    due.filter((one) => !wanted.includes(one)).map((one) => one.id),
    closed,
  );
  await markAsked(tx, wanted, limits.readingFailuresMin, limits.readingLostMs);
  if (wanted.length > 0) await pauseReadings(tx, connection.id, (wanted.length / perSecond) * 1_000);
  return wanted.map(({ id, asked }) => ({
    id,
    attempt: asked + 1,
    connection: connection.id,
    mode: 'probe' as const,
  }));
}

/** Looks over the next open subjects, and begins to read those that this connection must show. */
async function enrolNext(context: Context, tx: Tx, connection: Connection, place: Place): Promise<void> {
  const subjects = await openSubjects(tx, place.after_subject, limits.enrolRowsMax);
  const shown = subjects.filter((subject) => concerns(connection, subject));
  await enrol(
    tx,
    connection.id,
    shown.map((subject) => ({ id: context.newId('rdg'), subject_id: subject.id })),
  );
  await movePlace(tx, connection.id, subjects.length < limits.enrolRowsMax ? '' : (subjects.at(-1)?.id ?? ''));
}

const concerns = (connection: Connection, subject: Omit<OpenSubject, 'id'>): boolean =>
  subscribes(
    connection,
    {
      machine: subject.machine as MachineName,
      region: subject.region,
      businessUnit: subject.business_unit,
      requisitionType: subject.requisition_type,
    },
    subject.state,
  );

/** What is on its way reads by itself; a dead writeback does so no more. */
const mayAsk = (connection: Connection, due: DueReading): boolean =>
  !due.over && concerns(connection, due) && due.ref !== null && (due.head === null || due.head === 'dead');
