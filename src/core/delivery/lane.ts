// The rules of a lane: numbers are dense, the head is the first that is not settled, and only the head may travel.

export interface LaneState {
  nextSeq: number;
  doneSeq: number;
  heldReason: string | null;
}

/** A connection as dispatch sees it. */
export interface ConnectionReadiness {
  status: 'active' | 'paused' | 'removed';
  circuit: 'closed' | 'open' | 'half_open';
  /** Rate limited until then; null when not. */
  blocked: boolean;
  /** Places left in its window of commands in flight. */
  places: number;
}

/** True when a new writeback may leave at once: nothing before it in its lane, and the connection takes commands. */
export function bornLeased(lane: LaneState, seq: number, connection: ConnectionReadiness): boolean {
  return (
    lane.doneSeq === seq - 1 &&
    lane.heldReason === null &&
    connection.status === 'active' &&
    connection.circuit === 'closed' &&
    !connection.blocked &&
    connection.places > 0
  );
}
