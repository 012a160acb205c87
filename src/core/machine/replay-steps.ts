// What would have become of one subject's history in another machine version: the same, refused, held, or another state at its end.
import { assertNever } from '../assert.ts';
import { decide } from '../deciding/decide.ts';
import { mayBeImported, subjectImported } from '../deciding/imported.ts';
import type { SystemKind } from './definition.ts';
import type { Facts } from './guards.ts';
import type { CompiledMachine, Place } from './machine.ts';

/** One transition as the log has it. */
export interface PastStep {
  version: number;
  event: string;
  by: SystemKind;
  to: string;
  /** Where it was, for a state that is left backward. */
  history: string | null;
  /** Elements that the event is known to have carried. */
  elements: readonly string[];
}

export type Replayed =
  | { kind: 'same' }
  /** Every step is possible, and the last one leads elsewhere. */
  | { kind: 'elsewhere'; state: string }
  /** `at` is the version of the first step that is not possible; `state` is where the subject would have stood. */
  | { kind: 'refused'; at: number; event: string; state: string; code: string; detail: string }
  /** The event would have waited for its turn, which may never have come. */
  | { kind: 'held'; at: number; event: string; state: string; detail: string };

/** Stops at the first step that the candidate would not take: what came after it nobody knows. */
export function replaySteps(candidate: CompiledMachine, steps: readonly PastStep[], facts: Facts): Replayed {
  const [first, ...others] = steps;
  const isImported = first?.version === 1 && first.event === subjectImported;
  if (isImported && !mayBeImported(candidate, first.to, first.history)) return notTaken(candidate, first);
  let place: Place = isImported
    ? { state: first.to, history: first.history, facts }
    : { state: candidate.initial, history: null, facts };
  for (const { version: at, event, by, elements } of isImported ? others : steps) {
    const { state } = place;
    const decision = decide(candidate, place, { claim: { kind: 'event', type: event }, by, elements }, 0);
    switch (decision.kind) {
      case 'applied':
        place = { state: decision.transition.to, history: decision.transition.history, facts };
        break;
      case 'unchanged':
        break;
      case 'later':
        return { kind: 'held', at, event, state, detail: decision.refusal.detail };
      case 'refused':
      case 'no_edge': {
        const { code, detail } = decision.refusal;
        return { kind: 'refused', at, event, state, code, detail };
      }
      default:
        return assertNever(decision, 'decision');
    }
  }
  const end = steps.at(-1)?.to ?? candidate.initial;
  return place.state === end ? { kind: 'same' } : { kind: 'elsewhere', state: place.state };
}

function notTaken(candidate: CompiledMachine, { version: at, event, to, history }: PastStep): Replayed {
  const lacking = candidate.leaves.has(to) && history !== null ? history : to;
  const detail = `It was imported in "${to}"${history === null ? '' : `, from "${history}"`}, and this version has no state "${lacking}"`;
  return { kind: 'refused', at, event, state: candidate.initial, code: 'unknown_state', detail };
}
