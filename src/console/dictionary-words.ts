// What the dictionary's codes mean, in words for people who have not written it.
import type { ElementDefinition } from '../core/dictionary/document.ts';
import { none } from './words.ts';
import type { Tone } from './writeback-words.ts';

export const classWords: Readonly<Record<ElementDefinition['classification'], readonly [word: string, tone: Tone]>> = {
  public: ['Public', 'plain'],
  internal: ['Internal', 'plain'],
  personal: ['Personal', 'warn'],
  sensitive: ['Sensitive', 'bad'],
};

export const conflictWords: Readonly<Record<ElementDefinition['conflict'], string>> = {
  golden_source_wins: 'golden source wins',
  first_wins: 'the first wins',
  latest_wins: 'the latest wins',
  manual: 'a person decides',
};

export const groundWords: Readonly<Record<ElementDefinition['legalBasis'], string>> = {
  consent: 'consent',
  contract: 'contract',
  legal_obligation: 'legal obligation',
  vital_interests: 'vital interests',
  public_task: 'public task',
  legitimate_interests: 'legitimate interests',
  none: 'not personal',
};

const units: Readonly<Record<string, string>> = { Y: 'year', M: 'month', W: 'week', D: 'day' };

/** An ISO 8601 duration as people say it: "P730D" as "730 days"; what is more than one unit stays as it is. */
export function lasting(duration: string | null): string {
  if (duration === null) return none;
  const [, amount, unit] = /^P(\d+)([YMWD])$/.exec(duration) ?? [];
  const word = units[unit ?? ''];
  return amount === undefined || word === undefined ? duration : `${amount} ${word}${amount === '1' ? '' : 's'}`;
}
