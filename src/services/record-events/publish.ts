// After the commit: commands and facts leave from memory; whatever is lost here is driven again from the tables.
import { dispositions } from '../../core/deciding/intake.ts';
import type { FeedEvent } from '../../core/delivery/message.ts';
import type { TransitionRow } from '../../store/engine/transitions.ts';
import { eventTopics } from '../changes.ts';
import type { Context } from '../context.ts';
import { sendCommands } from '../delivery/send-commands.ts';
import type { Ledger } from './ledger.ts';

export function publishBatch(context: Context, ledger: Ledger): void {
  context.changes.tell(...eventTopics);
  context.workInHand.keep(ledger.inHand.rows, ledger.inHand.readAt);
  sendCommands(context, [
    ...ledger.writebacks
      .filter((one) => one.status === 'leased')
      .map((one) => ({
        id: one.id,
        attempt: 1,
        connection: one.connection_id,
        mode: 'apply' as const,
      })),
    ...ledger.probes.map((probe) => ({
      id: probe.event,
      attempt: probe.attempt,
      connection: probe.connection,
      mode: 'probe' as const,
    })),
  ]);
  for (const { measure, machine, count } of ledger.counts.all()) {
    const disposition = dispositions.find((one) => measure === `event.${one}`);
    // Parked is a state, not an end: what leaves parking is counted by what it became.
    if (disposition && count > 0) context.metrics.disposition(disposition, machine, count);
  }
  for (const { connection, reason } of ledger.nearMisses) context.metrics.echoNearMiss(connection, reason);
  for (const echo of ledger.echoConfirmations) context.confirmByEcho(echo);
  for (const transition of ledger.transitions) {
    context.bus.publishFeed(transition.machine, feedEvent(transition)).catch(() => context.metrics.feedLost());
  }
}

/** A CloudEvent (1.0, structured JSON) of one transition, without personal data. */
function feedEvent(row: TransitionRow): FeedEvent {
  return {
    specversion: '1.0',
    id: `${row.subject_id}.${row.version}`,
    source: '/interlock',
    type: `interlock.${row.machine}.${row.type}.v1`,
    subject: row.subject_id,
    time: row.recorded_at,
    datacontenttype: 'application/json',
    data: {
      machine: row.machine,
      machineVersion: row.machine_version,
      version: row.version,
      from: row.from_state,
      to: row.to_state,
    },
  };
}
