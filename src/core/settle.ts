// The reducer of a writeback: its row and one result in, its next row out. Pure; production and simulation run the same.

import { type Consequence, consequenceOf, type Outcome } from './outcome.ts';
import { shownAs } from './overwrite.ts';

export type WritebackStatus = 'ready' | 'leased' | 'confirmed' | 'dead' | 'waived' | 'superseded';

export interface WritebackState {
  status: WritebackStatus;
  mode: 'apply' | 'confirm';
  overwrites: readonly string[];
  disputed: string | null;
  attempt: number;
  tries: number;
  checks: number;
  conflicts: number;
  contradictions: number;
  /** A later change of the target's own has settled in this lane: writing this one would push it back. */
  overtaken: boolean;
  onDivergence: 'revert' | 'hold';
}

export type ArrivedOutcome = Outcome | { kind: 'lost' };

export interface Settlement {
  status: WritebackStatus;
  mode: 'apply' | 'confirm';
  overwrites: readonly string[];
  disputed: string | null;
  tries: number;
  checks: number;
  conflicts: number;
  contradictions: number;
  reason: string | null;
  /** For `ready`: how long until it is due, ms. */
  delayMs: number;
  contradicted: boolean;
  openCircuit: boolean;
  firstTry: boolean;
}

/** Null when the result counts for nothing: settled already, or not of the current attempt and not a confirmation. */
export function settle(
  state: WritebackState,
  attempt: number,
  outcome: ArrivedOutcome,
  random: number,
): Settlement | null {
  const confirms = outcome.kind === 'confirmed' || outcome.kind === 'confirmed_already';
  // A late truth about a writeback that was given up is still the truth.
  if (state.status === 'dead' && confirms) return { ...kept(state), status: 'confirmed' };
  if (state.status !== 'leased' && state.status !== 'ready') return null;
  if (!confirms && (state.status !== 'leased' || attempt !== state.attempt)) return null;
  const conflicts = state.conflicts + (outcome.kind === 'conflict' ? 1 : 0);
  const consequence = consequenceOf(
    outcome,
    {
      mode: state.mode,
      tries: state.tries,
      checks: state.checks,
      disputed: state.disputed,
      onDivergence: state.onDivergence,
    },
    random,
  );
  if (state.overtaken && !confirms) {
    // The target said yes and showed no, whatever became of it since: that is counted.
    const contradicted = outcome.kind === 'contradicted';
    const contradictions = state.contradictions + (contradicted ? 1 : 0);
    return { ...kept(state), status: 'superseded', conflicts, reason: 'vendor_moved_on', contradicted, contradictions };
  }
  const settlement = follow(state, consequence, conflicts);
  if (outcome.kind === 'conflict') settlement.disputed = shownAs(outcome.seen);
  return settlement;
}

function follow(state: WritebackState, consequence: Consequence, conflicts: number): Settlement {
  if (consequence.kind === 'settle') {
    const settlement = kept(state);
    settlement.status = consequence.status;
    settlement.conflicts = conflicts;
    settlement.reason = consequence.status === 'confirmed' ? null : consequence.reason;
    settlement.firstTry =
      consequence.status === 'confirmed' && state.tries <= 1 && state.contradictions === 0 && conflicts === 0;
    return settlement;
  }
  const { mode, delayMs, overwrites, contradicted } = consequence;
  return {
    ...kept(state),
    status: 'ready',
    mode,
    delayMs,
    overwrites: overwrites ?? state.overwrites,
    tries: consequence.free && state.mode === 'apply' && mode === 'apply' ? Math.max(0, state.tries - 1) : state.tries,
    checks: mode === 'apply' ? 0 : state.checks,
    conflicts,
    contradictions: state.contradictions + (contradicted ? 1 : 0),
    contradicted,
    openCircuit: consequence.circuit === 'open',
  };
}

const kept = (state: WritebackState): Settlement => ({
  status: state.status,
  mode: state.mode,
  overwrites: state.overwrites,
  disputed: state.disputed,
  tries: state.tries,
  checks: state.checks,
  conflicts: state.conflicts,
  contradictions: state.contradictions,
  reason: null,
  delayMs: 0,
  contradicted: false,
  openCircuit: false,
  firstTry: false,
});
