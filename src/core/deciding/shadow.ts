// Whether people did by hand what would have been written to a system that is only watched. Pure.
import { isWithin } from '../machine/machine.ts';

export interface Watched {
  event: string;
  target: string;
  ageMs: number;
  /** The subject has moved since. */
  moved: boolean;
  /** What the system said since, the newest last. */
  claims: readonly { kind: 'event' | 'stage'; claim: string }[];
  /** What a reading since then showed; none: nobody read. */
  shown: readonly string[];
}

export type Compared =
  | { outcome: 'match'; seen: string }
  | { outcome: 'miss'; seen: string | null }
  | { outcome: 'overtaken'; seen: string | null }
  /** Nobody can tell yet. */
  | null;

/** `patienceMs`: how long people have for what a write does at once. */
export function compareShadow(watched: Watched, patienceMs: number): Compared {
  const { event, target, claims, shown } = watched;
  const said = claims.map(({ kind, claim }) => ({ kind, states: claim.split(' | ') }));
  const matching = said.find(({ kind, states }) => (kind === 'event' ? states[0] === event : showsIt(states, target)));
  if (matching || showsIt(shown, target)) return { outcome: 'match', seen: target };
  const latest =
    said
      .filter(({ kind }) => kind === 'stage')
      .at(-1)
      ?.states.join(' | ') ?? null;
  const seen = shown.length > 0 ? shown.join(' | ') : latest;
  if (watched.moved) return { outcome: 'overtaken', seen };
  return watched.ageMs >= patienceMs ? { outcome: 'miss', seen } : null;
}

const showsIt = (states: readonly string[], target: string): boolean =>
  states.some((state) => isWithin(target, state) || isWithin(state, target));
