// The three things that must never happen, counted while an adapter is tried.
import type { Work } from '../adapters/port.ts';
import type { ContractSandbox } from './harness.ts';

export const violationKinds = ['false_confirmation', 'double_apply', 'inversion'] as const;
export type ViolationKind = (typeof violationKinds)[number];

export interface Violation {
  kind: ViolationKind;
  detail: string;
}

/** Works that were handed to the adapter in one check, and what came of them that must not. */
export function createViolations(): {
  found: Violation[];
  watch(work: Work): void;
  add(kind: ViolationKind, detail: string): void;
  /** At the end of a check: nothing was saved twice. */
  count(sandbox: Pick<ContractSandbox<unknown>, 'timesApplied'>): void;
} {
  const found: Violation[] = [];
  const works = new Map<string, Work>();
  return {
    found,
    watch: (work) => void works.set(work.writeback, work),
    add: (kind, detail) => void found.push({ kind, detail }),
    count(sandbox) {
      for (const work of works.values()) {
        const times = sandbox.timesApplied(work);
        if (times > 1) found.push({ kind: 'double_apply', detail: `saved ${times} times` });
      }
    },
  };
}
