// Watches each connection's answers: opens its circuit when it fails more often than not, closes it when a trial succeeds.
import { limits } from '../core/limits.ts';
import type { OutcomeKind } from '../core/outcome.ts';

const failures = new Set<OutcomeKind>(['retryable', 'ambiguous', 'lost']);

export interface Circuits {
  /** Says what an outcome means for its connection's circuit; null when nothing changes. */
  observe(connection: string, outcome: OutcomeKind, openNow: boolean): 'open' | 'close' | null;
  /** The dispatcher found the circuit half open and sends one trial. */
  trial(connection: string): void;
}

export function createCircuits(now: () => number): Circuits {
  const recent = new Map<string, { at: number; failed: boolean }[]>();
  const trials = new Set<string>();
  return {
    trial: (connection) => void trials.add(connection),
    observe(connection, outcome, openNow) {
      const failed = failures.has(outcome);
      const wasTrial = trials.delete(connection);
      if (openNow || (wasTrial && failed)) {
        recent.delete(connection);
        return 'open';
      }
      if (wasTrial) return 'close';
      const since = now() - limits.circuitWindowMs;
      const window = [...(recent.get(connection) ?? []).filter((one) => one.at > since), { at: now(), failed }].slice(
        -1_000,
      );
      recent.set(connection, window);
      const failing = window.filter((one) => one.failed).length;
      if (failing < limits.circuitFailuresMin || failing / window.length < limits.circuitFailureShare) return null;
      recent.delete(connection);
      return 'open';
    },
  };
}
