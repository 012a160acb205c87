// What has just changed in this process, by topic: told after the commit to whoever listens, and to nobody else.

/** A page's topic, such as `stuck`, or one thing, such as `act:…`. Never a person's id, nor any value. */
export type Topic = string;

/** What a batch of events, and what a batch of outcomes, may change. */
export const eventTopics = [
  'overview',
  'states',
  'stuck',
  'events',
  'applications',
  'subjects',
  'writebacks',
  'agreement',
];
export const resultTopics = ['overview', 'stuck', 'writebacks', 'subjects', 'incidents', 'agreement'];

export interface Changes {
  /** Call it after the commit. Costs nothing while nobody listens. */
  tell(...topics: Topic[]): void;
  /** Until the answer is called. */
  listen(listener: (topics: readonly Topic[]) => void): () => void;
}

export function createChanges(): Changes {
  const listeners = new Set<(topics: readonly Topic[]) => void>();
  return {
    tell(...topics) {
      for (const listener of listeners) listener(topics);
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
