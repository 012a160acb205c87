// The reducer of a writeback: its row and one result in, its next row out. Pure; production and simulation run the same.

import { shownAs } from '../deciding/overwrite.ts';
import { type Consequence, consequenceOf, type Outcome } from './outcome.ts';

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
  /** For how long after a write the target may still show what was there before, ms. */
  readLagMs: number;
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
  if (state.status === 'dead' && confirms) return kept(state, 'confirmed');
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
      readLagMs: state.readLagMs,
    },
    random,
  );
  if (state.overtaken && !confirms) {
    // The target said yes and showed no, whatever became of it since: that is counted.
    const contradicted = outcome.kind === 'contradicted';
    const settlement = kept(state, 'superseded');
    settlement.conflicts = conflicts;
    settlement.reason = 'vendor_moved_on';
    settlement.contradicted = contradicted;
    if (contradicted) settlement.contradictions += 1;
    return settlement;
  }
  const settlement = follow(state, consequence, conflicts);
  if (outcome.kind === 'conflict') settlement.disputed = shownAs(outcome.seen);
  return settlement;
}

function follow(state: WritebackState, consequence: Consequence, conflicts: number): Settlement {
  if (consequence.kind === 'settle') {
    const settlement = kept(state, consequence.status);
    settlement.conflicts = conflicts;
    settlement.reason = consequence.status === 'confirmed' ? null : consequence.reason;
    settlement.firstTry =
      consequence.status === 'confirmed' && state.tries <= 1 && state.contradictions === 0 && conflicts === 0;
    return settlement;
  }
  const { mode, delayMs, overwrites, contradicted } = consequence;
  const settlement = kept(state, 'ready');
  settlement.mode = mode;
  settlement.delayMs = delayMs;
  if (overwrites) settlement.overwrites = overwrites;
  if (consequence.free && state.mode === 'apply' && mode === 'apply') settlement.tries = Math.max(0, state.tries - 1);
  if (mode === 'apply') settlement.checks = 0;
  settlement.conflicts = conflicts;
  if (contradicted) settlement.contradictions += 1;
  settlement.contradicted = contradicted;
  settlement.openCircuit = consequence.circuit === 'open';
  return settlement;
}

/** What stays as it is. One shape for every settlement: each result of each attempt comes through here. */
const kept = (state: WritebackState, status: WritebackStatus): Settlement => ({
  status,
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
