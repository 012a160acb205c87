// How long what is known of a person is kept, by the classes of the dictionary.

import type { Dictionary } from '../dictionary/dictionary.ts';
import { durationMs } from '../duration.ts';
import { limits } from '../limits.ts';

export interface Keeping {
  /** By element, ms after the person's last subject ended; the longest that applies to a person counts. */
  keepMs: Record<string, number>;
  /** For a person without any value: the longest there is. */
  restMs: number;
  /** For what came and never belonged to a known subject, ms after it came. */
  strangerMs: number;
}

export function keepingOf(dictionary: Pick<Dictionary, 'elements' | 'retention'>): Keeping {
  const times = new Map([...dictionary.retention].map(([name, { keep }]) => [name, durationMs(keep) ?? 0]));
  const longest = Math.max(0, ...times.values());
  return {
    keepMs: Object.fromEntries(
      [...dictionary.elements].map(([name, { retention }]) => [name, times.get(retention) ?? longest]),
    ),
    restMs: longest,
    strangerMs: limits.strangerKeepMs,
  };
}
