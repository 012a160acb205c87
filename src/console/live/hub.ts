// Tells open pages which topics have changed: at once what this process did, and by a cheap look now and then what others did.
import { limits } from '../../core/limits.ts';
import type { Context } from '../../services/context.ts';
import { changedTables, type TableCounts } from '../../services/watch-changes.ts';
import { concerns, topicsOf, watchedTables } from './topics.ts';

export interface Listener {
  session: string;
  topics: readonly string[];
  /** Called with those of its topics that have changed. */
  hear(topics: readonly string[]): void;
  /** The service stops. */
  end(): void;
}

export interface LiveHub extends Disposable {
  /** Null when there are too many: the page looks now and then instead. Call the answer to leave. */
  join(listener: Listener): (() => void) | null;
  size(): number;
}

const togetherMs = 250;

type Parts = Pick<Context, 'changes' | 'database' | 'metrics'>;

export function createLiveHub(context: Parts): LiveHub {
  const listeners = new Set<Listener>();
  let known: TableCounts | null = null;
  let timer: NodeJS.Timeout | undefined;
  let telling: NodeJS.Timeout | undefined;
  const pending = new Set<string>();
  let closed = false;

  /** Together what comes together: under load there are many commits a second. */
  const tell = (topics: readonly string[]): void => {
    if (listeners.size === 0) return;
    for (const topic of topics) pending.add(topic);
    telling ??= setTimeout(flush, togetherMs).unref();
  };
  const flush = (): void => {
    telling = undefined;
    const topics = [...pending];
    pending.clear();
    for (const listener of listeners) {
      const mine = listener.topics.filter((heard) => topics.some((told) => concerns(heard, told)));
      if (mine.length > 0) listener.hear(mine);
    }
  };
  const stopListening = context.changes.listen(tell);
  const look = async (): Promise<void> => {
    // A look that fails says nothing; pages look by themselves now and then.
    const found = await changedTables(context, watchedTables, known).catch(() => null);
    if (found) {
      known = found.counts;
      if (found.changed.size > 0) tell(topicsOf(found.changed));
    }
    timer = undefined;
    plan();
  };
  /** Nobody looks while nobody listens. */
  const plan = (): void => {
    if (closed || timer !== undefined) return;
    if (listeners.size === 0) known = null;
    else timer = setTimeout(() => void look(), limits.livePollMs).unref();
  };
  return {
    join(listener) {
      const own = [...listeners].filter(({ session }) => session === listener.session).length;
      if (closed || listeners.size >= limits.liveStreamsMax || own >= limits.liveStreamsPerSessionMax) return null;
      listeners.add(listener);
      plan();
      return () => void listeners.delete(listener);
    },
    size: () => listeners.size,
    [Symbol.dispose]() {
      closed = true;
      clearTimeout(timer);
      clearTimeout(telling);
      stopListening();
      for (const listener of [...listeners]) listener.end();
      listeners.clear();
    },
  };
}
