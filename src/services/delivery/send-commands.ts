// Publishes commands that are leased already; a publish that fails costs only time, since the lease runs out and the sweeper comes.

import type { Command } from '../../core/delivery/message.ts';
import { limits } from '../../core/limits.ts';
import { traceOf } from '../../core/trace-of.ts';
import type { Context } from '../context.ts';

export function sendCommands(context: Context, commands: readonly Omit<Command, 'ttlMs'>[]): void {
  for (const command of commands) {
    const { id, attempt, connection, mode } = command;
    if (mode !== 'probe') context.window.add(connection, 1);
    context.bus.publishCommand({ id, attempt, connection, mode, ttlMs: limits.leaseMs }).catch((error: unknown) => {
      context.metrics.publishFailed();
      context.log.warn(
        { writeback: id, attempt, connection, ...traceOf(error) },
        'a command could not be published; its lease will run out',
      );
    });
  }
}
