// The bus port: commands out, results in, facts to the world. Postgres is the truth; a bus may lose, repeat or reorder anything.
import type { Command, FeedEvent, Result } from '../core/delivery/message.ts';

export interface Bus extends AsyncDisposable {
  kind: 'nats' | 'local';
  /** One sentence for the start banner: what was chosen and why. */
  description: string;
  /** Resolves when the bus has taken the command; rejects when it cannot say so. Publishing the same attempt again is harmless. */
  publishCommand(command: Command): Promise<void>;
  publishResult(result: Result): Promise<void>;
  publishFeed(machine: string, event: FeedEvent): Promise<void>;
  /**
   * Delivers one connection's commands, at most `concurrency` at a time. A handler that resolves acknowledges; one that
   * rejects, or a process that dies, has the command delivered again (to this or another worker). Returns at once; ends with `signal`.
   */
  consumeCommands(
    connection: string,
    concurrency: number,
    handler: (command: Command) => Promise<void>,
    signal: AbortSignal,
  ): void;
  /**
   * Keeps a connection's queue in place for workers outside, which may not declare it themselves, whatever the bus forgets.
   * Returns at once; ends with `signal`.
   */
  keepQueue(connection: string, concurrency: number, signal: AbortSignal): void;
  /** Delivers results in groups of what has gathered; acknowledged when the handler resolves. */
  consumeResults(handler: (results: Result[]) => Promise<void>, signal: AbortSignal): void;
  /** A round trip through storage. Rejects with a reason when the bus cannot be used now. */
  checkHealth(): Promise<void>;
  /** Calls back when the bus lost its memory (a new stream where there was an old one) or takes commands again after it refused some: everything leased is to be driven again. */
  onAmnesia(callback: () => void): void;
}
