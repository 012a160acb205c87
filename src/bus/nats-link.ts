// Whether the connection stands right now: the client itself lets a request that was under way when it broke run into its timeout.
import type { NatsConnection } from '@nats-io/transport-node';

export interface Link {
  /** Resolves at once or when the connection stands again; rejects after `deadlineMs`. */
  whenUp(deadlineMs: number): Promise<void>;
  /** Passes the work's outcome on, or rejects with `LinkBroken` as soon as the connection breaks. */
  guard<Value>(work: Promise<Value>): Promise<Value>;
}

export class LinkBroken extends Error {
  override name = 'LinkBroken';
}

export interface LinkEvents {
  onDown(): void;
  onUp(): void;
}

export function followLink(connection: NatsConnection, events: LinkEvents): Link {
  let up = true;
  // Sets of callbacks, not one long-lived promise: a promise keeps a reaction for every race it was ever part of.
  const waiting = new Set<() => void>();
  const working = new Set<(error: Error) => void>();

  const follow = async (): Promise<void> => {
    for await (const notice of connection.status()) {
      if (notice.type === 'disconnect' && up) {
        up = false;
        for (const reject of working) reject(new LinkBroken('the connection broke'));
        events.onDown();
      } else if (notice.type === 'reconnect') {
        up = true;
        for (const resolve of waiting) resolve();
        events.onUp();
      }
    }
  };
  void follow();

  return {
    whenUp(deadlineMs) {
      if (up) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const settle = (): void => {
          clearTimeout(timer);
          waiting.delete(settle);
          resolve();
        };
        const timer = setTimeout(() => {
          waiting.delete(settle);
          reject(new LinkBroken('not connected'));
        }, deadlineMs);
        waiting.add(settle);
      });
    },
    guard(work) {
      return new Promise((resolve, reject) => {
        working.add(reject);
        work.then(resolve, reject).finally(() => working.delete(reject));
      });
    },
  };
}
