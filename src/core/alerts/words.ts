// Alerts in words: what a rule watches, what was found, and the one sentence that is sent. Ids and figures, nothing else.

import { limits } from '../limits.ts';
import type { Condition, Rule, Watched } from './alert.ts';
import type { Telling } from './decide.ts';

export const watchedNames: Record<Watched, string> = {
  stuck: 'Stuck',
  confirmed_rate: 'Confirmed rate',
  latency_p95: 'Shown after (95 of 100)',
  circuit_open: 'Circuit open',
  dead_letters: 'Dead writebacks',
  seal_lag: 'Log not sealed',
  quarantined: 'Quarantined',
  agreement: 'Agreement',
};

/** What each figure counts, for whoever reads it. */
export const watchedMeanings: Record<Watched, string> = {
  stuck: 'Everything that waits longer than it should, counted as the list of what is stuck counts it',
  confirmed_rate:
    'Of the writebacks born in the window: confirmed, of those that were confirmed, given up or waived; each connection by itself',
  latency_p95:
    'Of the writebacks born in the window: within how long 95 of 100 of the confirmed were shown, from the moment the event was accepted; each connection by itself',
  circuit_open: 'The connection failed too often or refused our credentials, so nothing is sent there',
  dead_letters: 'Writebacks that were given up and that nobody has redriven or waived; each connection by itself',
  seal_lag: 'Age of the oldest transition that no signed checkpoint covers',
  quarantined: 'Open incidents about payloads that could not be understood and are kept; each connection by itself',
  agreement: 'Of the subjects that a system has to show, the share that it was last seen to show as they are',
};

/** A figure as people read it: "3", "91.2 %", "6 min". */
export function valueWords(watches: Watched, value: number | null): string {
  if (value === null) return 'too few to tell';
  switch (watches) {
    case 'confirmed_rate':
    case 'agreement':
      return percent(value);
    case 'latency_p95':
    case 'seal_lag':
      return span(value);
    case 'circuit_open':
      return value >= 1 ? 'open' : 'closed';
    case 'stuck':
    case 'dead_letters':
    case 'quarantined':
      return value >= limits.alertCountMax ? `${count(value)} or more` : count(value);
  }
}

/** From where on it is told: "below 95.0 %", "3 or more". */
export function boundWords(condition: Condition): string {
  switch (condition.watches) {
    case 'confirmed_rate':
    case 'agreement':
      return `below ${percent(condition.below)}`;
    case 'latency_p95':
    case 'seal_lag':
      return `above ${span(condition.aboveSeconds)}`;
    case 'circuit_open':
      return 'open';
    case 'stuck':
    case 'dead_letters':
    case 'quarantined':
      return `${count(condition.atLeast)} or more`;
  }
}

/** What of it is looked at: "late against sla, application, for 60 min or longer". */
export function scopeWords(condition: Condition): string {
  switch (condition.watches) {
    case 'stuck': {
      const { cause, machine, state, owner, connection, olderThanMinutes } = condition;
      const parts = [
        cause?.replaceAll('_', ' ').replace(/\bsla\b/, 'SLA') ?? 'whatever the cause',
        state === undefined ? machine : `${machine} in ${state}`,
        owner === undefined ? undefined : `turn of ${owner}`,
        connection,
        olderThanMinutes > 0 ? `for ${span(olderThanMinutes * 60)} or longer` : undefined,
      ];
      return parts.filter((part) => part !== undefined).join(', ');
    }
    case 'confirmed_rate':
    case 'latency_p95':
      return `${condition.connection ?? 'each connection'}, of the last ${span(condition.windowMinutes * 60)}, from ${condition.volumeMin} on`;
    case 'agreement':
      return `${condition.connection ?? 'each connection'}, from ${condition.pairsMin} subjects on`;
    case 'circuit_open':
    case 'dead_letters':
    case 'quarantined':
      return condition.connection ?? 'each connection';
    case 'seal_lag':
      return 'the log of transitions';
  }
}

const beginnings: Record<Telling, string> = { firing: 'Alert', repeated: 'Still', over: 'Over' };

/** One line without personal data: `Alert: Confirmed rate of greenhouse-eu is 91.2 % (below 95.0 %)`. */
export function sentence(
  telling: Telling,
  { condition }: Pick<Rule, 'condition'>,
  found: { about: string; value: number | null; lastedMs: number },
): string {
  const { watches } = condition;
  const of = found.about === '' ? '' : ` of ${found.about}`;
  const what = `${beginnings[telling]}: ${watchedNames[watches]}${of}`;
  const scope = watches === 'stuck' ? ` [${scopeWords(condition)}]` : '';
  if (telling === 'over') return `${what}${scope} is well again after ${span(found.lastedMs / 1_000)}`;
  const since = telling === 'repeated' ? `, for ${span(found.lastedMs / 1_000)} now` : '';
  const says = watches === 'circuit_open' ? '' : ` is ${valueWords(watches, found.value)} (${boundWords(condition)})`;
  return `${what}${scope}${says}${since}`;
}

const count = (value: number): string => value.toLocaleString('en-GB');

/** Never rounded up to a whole that it is not. */
const percent = (share: number): string => `${share < 1 ? (Math.floor(share * 1_000) / 10).toFixed(1) : '100.0'} %`;

function span(seconds: number): string {
  if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} d`;
}
