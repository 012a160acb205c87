// Remembers how far each consumer had come, so that one that is gone goes on from there: from the beginning of its stream, what was done
// long ago would have to be gone through, minutes of it, and everybody waits who is behind that.
import { type ConsumerConfig, type ConsumerInfo, DeliverPolicy, type JetStreamManager } from '@nats-io/jetstream';
import type { StreamName } from './topology.ts';

export interface Floors {
  /** What the server says of a consumer at this moment. */
  saw(stream: StreamName, info: ConsumerInfo): void;
  /** Where a consumer that has to be made again begins: after all that was acknowledged, or nowhere in particular when that is not known of this stream. */
  start(stream: StreamName, name: string): Promise<Partial<ConsumerConfig>>;
  /** The server has lost its memory: its numbers are others now. */
  forget(): void;
}

interface Floor {
  /** Every message up to this one was acknowledged. */
  sequence: number;
  /** When the consumer was made that said so: one of another stream of that name is older than this one. */
  created: string;
}

export function rememberFloors(manager: JetStreamManager): Floors {
  const known = new Map<string, Floor>();
  const keyOf = (stream: StreamName, name: string): string => `${stream} ${name}`;
  return {
    saw: (stream, { name, ack_floor, created }) =>
      void known.set(keyOf(stream, name), { sequence: ack_floor.stream_seq, created }),
    async start(stream, name) {
      const floor = known.get(keyOf(stream, name));
      if (floor === undefined || floor.sequence === 0) return {};
      const { created, state } = await manager.streams.info(stream);
      if (Date.parse(floor.created) < Date.parse(created) || state.last_seq < floor.sequence) return {};
      return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: floor.sequence + 1 };
    },
    forget: () => known.clear(),
  };
}
