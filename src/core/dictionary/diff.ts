// What changed between two versions of the dictionary: wider or narrower, and what breaks for whoever goes by the old one.
import { canonicalJson } from '../canonical-json.ts';
import { durationMs } from '../duration.ts';
import type { DictionaryDocument } from './dictionary.ts';
import { classifications } from './document.ts';

/** `wider`: more may come in, go out or be kept. `meaning`: the same values say something else. `wording`: nothing else. */
export type Effect = 'wider' | 'narrower' | 'meaning' | 'wording';

export interface DictionaryChange {
  /** Such as `elements › screening.score › max`. */
  at: string;
  /** One sentence. */
  says: string;
  effect: Effect;
  /** Somebody who goes by the old version is refused, misunderstood, or no longer served. */
  breaking: boolean;
}

/** Changes in the order of the document; none when both say the same. */
export function diffDictionaries(before: DictionaryDocument, after: DictionaryDocument): DictionaryChange[] {
  return [
    ...retentionChanges(before, after),
    ...elementChanges(before, after),
    ...eventChanges(before, after),
    ...systemChanges(before, after),
    ...regionChanges(before, after),
  ];
}

type Say = (effect: Effect, breaking: boolean, says: string, at?: string) => DictionaryChange;
const sayAt =
  (path: string): Say =>
  (effect, breaking, says, at) => ({ at: at === undefined ? path : `${path} › ${at}`, says, effect, breaking });

interface Pair<T> {
  name: string;
  before: T | undefined;
  after: T | undefined;
}

function pairs<T>(before: Readonly<Record<string, T>> = {}, after: Readonly<Record<string, T>> = {}): Pair<T>[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .sort()
    .map((name) => ({ name, before: before[name], after: after[name] }))
    .filter((one) => !same(one.before, one.after));
}

function retentionChanges(a: DictionaryDocument, b: DictionaryDocument): DictionaryChange[] {
  return pairs(a.elements.retention, b.elements.retention).map(({ name, before, after }) => {
    const say = sayAt(`retention › ${name}`);
    const [was, is] = [durationMs(before?.keep ?? ''), durationMs(after?.keep ?? '')];
    if (was === null) return say('wider', false, 'is new');
    if (is === null) return say('narrower', true, 'is gone');
    if (was === is) return say('wording', false, 'is described otherwise');
    return say(is > was ? 'wider' : 'narrower', false, `keeps ${after?.keep} instead of ${before?.keep}`);
  });
}

function elementChanges(a: DictionaryDocument, b: DictionaryDocument): DictionaryChange[] {
  return pairs(a.elements.elements, b.elements.elements).flatMap(({ name, before, after }) => {
    const say = sayAt(`elements › ${name}`);
    if (!before) return [say('wider', false, 'is new')];
    if (!after) return [say('narrower', true, 'is gone')];
    const members = pairs(before as unknown as Record<string, unknown>, after as unknown as Record<string, unknown>);
    return members.map((one) => memberChange(sayAt(`elements › ${name} › ${one.name}`), one));
  });
}

function memberChange(say: Say, { name, before, after }: Pair<unknown>): DictionaryChange {
  const told = `${shown(after)} instead of ${shown(before)}`;
  switch (name) {
    case 'description':
      return say('wording', false, 'is worded otherwise');
    case 'owner':
      return say('wording', false, told);
    case 'allowed': {
      const [was, is] = [before as unknown[] | undefined, after as unknown[] | undefined];
      const lost = was && is ? was.filter((one) => !is.includes(one)) : [];
      const narrower = was === undefined || lost.length > 0;
      return say(narrower ? 'narrower' : 'wider', narrower, told);
    }
    case 'min':
      return bound(say, before, after, told, (was, is) => is > was);
    case 'max':
    case 'maxLength':
    case 'maxItems':
      return bound(say, before, after, told, (was, is) => is < was);
    case 'classification': {
      const rank = (value: unknown): number => classifications.indexOf(value as (typeof classifications)[number]);
      return say(rank(after) > rank(before) ? 'narrower' : 'wider', false, told);
    }
    case 'type':
    case 'of':
    case 'unit':
      return say('meaning', true, told);
    default:
      return say('meaning', false, told);
  }
}

function bound(
  say: Say,
  before: unknown,
  after: unknown,
  told: string,
  tighter: (was: number, is: number) => boolean,
): DictionaryChange {
  const narrower = before === undefined || (after !== undefined && tighter(before as number, after as number));
  return say(narrower ? 'narrower' : 'wider', narrower, told);
}

type EventEntry = DictionaryDocument['events']['events'][string];

function eventChanges(a: DictionaryDocument, b: DictionaryDocument): DictionaryChange[] {
  const always = lists(sayAt('events › always'), a.events.always, b.events.always, 'may come with any event', true);
  const each = pairs<EventEntry>(a.events.events, b.events.events).flatMap(({ name, before, after }) => {
    const say = sayAt(`events › ${name}`);
    if (!before) return [say('wider', false, 'is new')];
    if (!after) return [say('narrower', true, 'is gone')];
    const [was, is] = [listsOf(before), listsOf(after)];
    const required = [
      ...is.required
        .filter((one) => !was.required.includes(one))
        .map((one) => say('narrower', true, `needs ${one} now`, 'required')),
      ...was.required
        .filter((one) => !is.required.includes(one))
        .map((one) => say('wider', false, `no longer needs ${one}`, 'required')),
    ];
    return [
      ...required,
      ...lists(say, [...was.required, ...was.optional], [...is.required, ...is.optional], 'is carried', true),
    ];
  });
  return [...always, ...each];
}

/** Versions of before had one list of what an event may carry. */
const listsOf = (entry: EventEntry): EventEntry =>
  Array.isArray(entry) ? { required: [], optional: entry as unknown as string[] } : entry;

function systemChanges(a: DictionaryDocument, b: DictionaryDocument): DictionaryChange[] {
  return pairs(a.systems, b.systems).flatMap(({ name, before, after }) => {
    const say = sayAt(`systems › ${name}`);
    if (!before) return [say('wider', false, 'is new')];
    if (!after) return [say('narrower', true, 'is gone')];
    const receives = ({ receives: all }: typeof before): string[] => all.flatMap((one) => one.elements);
    const fieldsOf = (one: typeof before): Record<string, unknown> =>
      Object.fromEntries(
        Object.entries(one.objects).flatMap(([object, { fields, direction }]) =>
          fields.map((field) => [
            `${object} › ${field.element ?? Object.values(field.parts ?? {}).join(', ')}`,
            { direction, ...field },
          ]),
        ),
      );
    const mapped = pairs(fieldsOf(before), fieldsOf(after)).map((one) => {
      if (one.before === undefined) return say('wider', false, 'is mapped now', one.name);
      if (one.after === undefined) return say('narrower', true, 'is no longer mapped', one.name);
      return say('meaning', true, 'is read or written in another way', one.name);
    });
    const stages = pairs(before.stages.map, after.stages.map).map((one) =>
      say('meaning', true, `${shown(one.after)} instead of ${shown(one.before)}`, `stages › ${one.name}`),
    );
    return [...lists(say, receives(before), receives(after), 'may be sent there', true), ...mapped, ...stages];
  });
}

function regionChanges(a: DictionaryDocument, b: DictionaryDocument): DictionaryChange[] {
  return pairs(a.regions, b.regions).flatMap(({ name, before, after }) => {
    const say = sayAt(`regions › ${name}`);
    if (!before) return [say('wider', false, 'is new')];
    if (!after) return [say('narrower', true, 'is gone')];
    const states = pairs(before.states, after.states).map((one) => {
      const at = `states › ${one.name}`;
      if (!one.before) return say('wider', false, `is new, and means ${one.after?.means}`, at);
      if (!one.after) return say('narrower', true, 'is gone', at);
      if (one.before.means !== one.after.means)
        return say('meaning', true, `means ${one.after.means} instead of ${one.before.means}`, at);
      if (!same(one.before.stages, one.after.stages)) return say('meaning', true, 'is shown by other stages', at);
      return say('wording', false, 'is worded otherwise', at);
    });
    const withheld = ({ withholds }: typeof before): string[] => withholds.flatMap((one) => one.elements);
    const [was, is] = [withheld(before), withheld(after)];
    return [
      ...states,
      ...is
        .filter((one) => !was.includes(one))
        .map((one) => say('narrower', true, `${one} is withheld now`, 'withholds')),
      ...was
        .filter((one) => !is.includes(one))
        .map((one) => say('wider', false, `${one} is no longer withheld`, 'withholds')),
    ];
  });
}

function lists(
  say: Say,
  before: readonly string[],
  after: readonly string[],
  what: string,
  lossBreaks: boolean,
): DictionaryChange[] {
  return [
    ...after.filter((one) => !before.includes(one)).map((one) => say('wider', false, `${one} ${what} now`)),
    ...before
      .filter((one) => !after.includes(one))
      .map((one) => say('narrower', lossBreaks, `${one} no longer ${what}`)),
  ];
}

const same = (a: unknown, b: unknown): boolean => canonicalJson(a ?? null) === canonicalJson(b ?? null);
const shown = (value: unknown): string =>
  value === undefined ? 'nothing' : Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
