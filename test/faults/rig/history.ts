// What a client knows: every request it made and what it heard, or did not; the checker holds the system to this and to nothing of its own.

/** What the client intended, and so what a right answer may be. */
export type Intent =
  /** An event as it should be; whether it is possible is for the machine to say. */
  | 'event'
  /** Another body under an id that was used: 422, and nothing is recorded. */
  | 'conflict'
  /** Malformed: 4xx, and nothing is recorded. */
  | 'poison';

export interface Heard {
  status: number;
  disposition?: string;
  code?: string;
  /** Our id of the event. */
  event?: string;
  subject?: string | null;
  version?: number | null;
  /** For a duplicate: what became of the first. */
  original?: string;
}

export interface Operation {
  /** The event's id as the client gave it. */
  id: string;
  client: 'ats' | 'portal';
  intent: Intent;
  invokedAt: number;
  /** Definite answers (2xx and 4xx), in the order in which they came. */
  heard: Heard[];
  /** Requests that ended without one: broken off, timed out, 5xx. */
  unknown: number;
  /** Why the requests without an answer had none, counted. */
  reasons: Record<string, number>;
}

export interface History {
  operations: Operation[];
  begin(id: string, client: Operation['client'], intent: Intent): Operation;
  /** Of all operations, the share that came to a definite answer in the end. */
  successShare(): number;
}

export function createHistory(): History {
  const operations: Operation[] = [];
  return {
    operations,
    begin(id, client, intent) {
      const operation: Operation = { id, client, intent, invokedAt: Date.now(), heard: [], unknown: 0, reasons: {} };
      operations.push(operation);
      return operation;
    },
    successShare: () =>
      operations.length === 0 ? 0 : operations.filter((one) => one.heard.length > 0).length / operations.length,
  };
}
