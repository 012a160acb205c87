// Deadlines of work that is done by the thousand: what begins together, and ends with the same signal, shares one.
import { setMaxListeners } from 'node:events';
import type { Context } from './context.ts';

/** A deadline may come so much later than it was asked for. */
const slotMs = 100;

interface Shared {
  slot: number;
  signal: AbortSignal;
}

/** A signal of its own for each command costs more than signing its request. */
export function createDeadlines(): Context['deadline'] {
  const shared = new WeakMap<AbortSignal, Map<number, Shared>>();
  return (ms, sooner) => {
    const slot = Math.floor(performance.now() / slotMs);
    const ofSooner = shared.get(sooner) ?? new Map<number, Shared>();
    shared.set(sooner, ofSooner);
    const known = ofSooner.get(ms);
    if (known?.slot === slot) return known.signal;
    const signal = AbortSignal.any([sooner, AbortSignal.timeout(ms + slotMs)]);
    // Every request that is under way listens to it, until it has its answer.
    setMaxListeners(0, signal);
    ofSooner.set(ms, { slot, signal });
    return signal;
  };
}
