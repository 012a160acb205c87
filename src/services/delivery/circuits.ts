// Watches each connection's answers: opens its circuit when it fails more often than not, closes it when a trial succeeds.

import type { OutcomeKind } from '../../core/delivery/outcome.ts';
import { limits } from '../../core/limits.ts';

/** What says that the vendor is not well. A lost attempt is not among them: that was a process of ours. */
const failures = new Set<OutcomeKind>(['retryable', 'ambiguous']);

export interface Observed {
  connection: string;
  outcome: OutcomeKind;
  /** Credentials were refused: no need to count. */
  openNow: boolean;
  /** It is the one writeback that tries a half open circuit. */
  isTrial: boolean;
}

export interface Circuits {
  /** Says what an outcome means for its connection's circuit; null when nothing changes. */
  observe(observed: Observed): 'open' | 'close' | null;
}

export function createCircuits(now: () => number): Circuits {
  const recent = new Map<string, { at: number; failed: boolean }[]>();
  return {
    observe({ connection, outcome, openNow, isTrial }) {
      const failed = failures.has(outcome);
      if (openNow || (isTrial && failed)) {
        recent.delete(connection);
        return 'open';
      }
      if (isTrial) return 'close';
      const since = now() - limits.circuitWindowMs;
      const fresh = (recent.get(connection) ?? []).filter((one) => one.at > since);
      const window = [...fresh, { at: now(), failed }].slice(-limits.circuitAnswersMax);
      recent.set(connection, window);
      const failing = window.filter((one) => one.failed).length;
      if (failing < limits.circuitFailuresMin || failing / window.length < limits.circuitFailureShare) return null;
      recent.delete(connection);
      return 'open';
    },
  };
}
