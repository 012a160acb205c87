// Two systems say different things of one element: which value holds by the element's rule, and whether a person must see it.
import { canonicalJson } from '../canonical-json.ts';
import type { ElementDefinition } from '../dictionary/document.ts';
import type { SystemKind } from '../machine/definition.ts';

/** Who wrote a value, and when. */
export interface Writing {
  /** `connection:<id>`, `client:<id>`, or the person who settled it. */
  source: string;
  by: SystemKind;
  /** When it happened, as the source says, ms since 1970; of a settled value, when it was settled. */
  at: number;
}

/** The value that holds. `settled`: a person chose it. */
export interface Standing extends Writing {
  settled: boolean;
}

/** What is said now. `equal`: the very value that holds; `turnedDown`: one that the person did not choose. */
export interface Saying extends Writing {
  equal: boolean;
  turnedDown: boolean;
}

export interface Weighed {
  /** What holds from now on; an equal value is taken where it came from somebody who counts for more. */
  value: 'taken' | 'kept';
  /** What lost was written against the rule: an incident, whichever of the two came first. */
  conflict: boolean;
}

type Rule = Pick<ElementDefinition, 'goldenSource' | 'conflict'>;

/**
 * What becomes of a value by the rule of its element. But for `manual`, which rests on what came first, the value that holds
 * in the end does not depend on the order in which writings arrive, unless one source says two things of the same moment.
 */
export function weigh(rule: Rule, present: Standing | null, said: Saying): Weighed {
  if (!present) return { value: 'taken', conflict: false };
  if (present.settled) return afterDecision(rule, present, said);
  const taken = outranks(rule, said, present) && (said.equal || mayReplace(rule, said, present));
  const [winner, loser] = taken ? [said, present] : [present, said];
  return { value: taken ? 'taken' : 'kept', conflict: !said.equal && breaks(rule, winner, loser) };
}

/** Text that is equal for values which mean the same: addresses in any case, moments in any zone, lists in any order. */
export function comparable(element: Pick<ElementDefinition, 'type' | 'of' | 'name'>, value: unknown): string {
  if (!Array.isArray(value)) return canonicalJson(spelled(element.type, element.name, value));
  return canonicalJson(value.map((one) => canonicalJson(spelled(element.of ?? 'string', element.name, one))).sort());
}

/** A person chose: what was said before is over, and no machine brings back what was turned down. A later change counts as ever. */
function afterDecision(rule: Rule, present: Standing, said: Saying): Weighed {
  if (said.equal || said.at <= present.at) return { value: 'kept', conflict: false };
  const free = !said.turnedDown && (rule.conflict === 'latest_wins' || isOwnRight(rule, said));
  return free ? { value: 'taken', conflict: false } : { value: 'kept', conflict: true };
}

const isOwnRight = (rule: Rule, { by }: Writing): boolean =>
  rule.conflict === 'golden_source_wins' && by === rule.goldenSource;

/** Who of two counts for more; total but for one source at one moment, where the one that came later does. */
function outranks(rule: Rule, said: Writing, present: Writing): boolean {
  const golden = Number(said.by === rule.goldenSource) - Number(present.by === rule.goldenSource);
  if (rule.conflict === 'first_wins') return before(said, present, golden);
  if (rule.conflict !== 'latest_wins' && golden !== 0) return golden > 0;
  return said.at === present.at ? tied(said, present, golden, true) : said.at > present.at;
}

const before = (said: Writing, present: Writing, golden: number): boolean =>
  said.at === present.at ? tied(said, present, golden, false) : said.at < present.at;

function tied(said: Writing, present: Writing, golden: number, sameSource: boolean): boolean {
  if (golden !== 0) return golden > 0;
  return said.source === present.source ? sameSource : said.source < present.source;
}

/** Where a person decides, a system may correct itself and nobody else. */
const mayReplace = (rule: Rule, said: Writing, present: Writing): boolean =>
  rule.conflict !== 'manual' || said.source === present.source;

/** True when the one that lost was written against the rule, rather than overtaken. */
function breaks(rule: Rule, winner: Writing, loser: Writing): boolean {
  if (winner.source === loser.source) return false;
  switch (rule.conflict) {
    case 'latest_wins':
      return false;
    case 'first_wins':
    case 'manual':
      return true;
    case 'golden_source_wins':
      return winner.by === rule.goldenSource && loser.by !== rule.goldenSource && loser.at >= winner.at;
  }
}

function spelled(type: string, name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const text = value.normalize('NFC').trim().replace(/\s+/g, ' ');
  if (type === 'email') return text.toLowerCase();
  if (type === 'date-time') return Number.isNaN(Date.parse(text)) ? text : new Date(text).toISOString();
  if (type === 'url') return URL.canParse(text) ? new URL(text).href : text;
  return name.endsWith('.phone') ? dialled(text) : text;
}

/** A telephone number without what only makes it readable. */
export const dialled = (phone: string): string => phone.replace(/^\s*\+/, '00').replace(/\D/g, '');
