// Events without end for loads that turn some away: applications that walk the season's steps, each one's next event only after the answer to its last.
import { monotonicMs } from '../moments.ts';
import { eventOf, path, type SeasonEvent } from '../season.ts';

interface Walker {
  subject: string;
  /** Steps that were accepted. */
  steps: number;
  /** The event of which nobody could say whether it was taken; the application is left where it is. */
  unsure: string | null;
  answeredAt: number;
}

export interface Turn {
  event: SeasonEvent;
  /** Says what became of it; who was shed stays where it was, and goes on with a new event, of an id of its own, some time later. */
  answered(became: 'accepted' | 'shed' | 'unknown'): void;
}

export interface Walkers {
  next(): Turn;
  /** How many events of each application were accepted; `recorded` says which of the unknown were. */
  accepted(recorded: ReadonlySet<string>): ReadonlyMap<string, number>;
}

const spacingMs = 400;

/** An application that was answered rests for 400 ms; where all rest, a new one begins. So the mix of steps is that of a season, whatever is turned away. */
export function createWalkers(prefix: string): Walkers {
  const idle: Walker[] = [];
  const all: Walker[] = [];
  let first = 0;
  const take = (): Walker => {
    const oldest = idle[first];
    if (oldest && oldest.answeredAt + spacingMs < monotonicMs()) {
      first += 1;
      if (first > 10_000) {
        idle.splice(0, first);
        first = 0;
      }
      return oldest;
    }
    const walker: Walker = { subject: `${prefix}-${all.length}`, steps: 0, unsure: null, answeredAt: 0 };
    all.push(walker);
    return walker;
  };
  return {
    next() {
      const walker = take();
      const [type, source] = path[walker.steps] ?? path[0];
      const event = eventOf(walker.subject, type, source);
      return {
        event,
        answered(became) {
          if (became === 'accepted') walker.steps += 1;
          if (became === 'unknown') walker.unsure = event.id;
          walker.answeredAt = monotonicMs();
          if (became !== 'unknown' && walker.steps < path.length) idle.push(walker);
        },
      };
    },
    accepted(recorded) {
      const counts = all.map(
        ({ subject, steps, unsure }) => [subject, steps + (unsure !== null && recorded.has(unsure) ? 1 : 0)] as const,
      );
      return new Map(counts.filter(([, steps]) => steps > 0));
    },
  };
}
