// What a write may overwrite: nothing that somebody else put there, the states named here, or whatever is there.
import { isWithin } from '../machine/machine.ts';

/** Instead of a state: a person said that what is there does not matter. */
export const anything = '*';
/** Instead of a state: the target shows a stage that stands for none of ours. */
export const unmapped = 'unmapped';

/** What a target shows, by the name under which it can be overwritten. */
export const shownAs = (seen: string | null): string => seen ?? unmapped;

/** True when a target that shows `seen` may be written over although somebody else put it there. */
export function mayOverwrite(overwrites: readonly string[], seen: string | null): boolean {
  const shown = shownAs(seen);
  return overwrites.some((one) => one === anything || one === shown || isWithin(shown, one) || isWithin(one, shown));
}
