// The dictionary made ready: what every element means, and whether the data of an event is what it says.
import type { z } from 'zod';
import { fingerprint } from './canonical-json.ts';
import { crossCheck } from './dictionary-check.ts';
import {
  type ElementDefinition,
  elementsDocument,
  eventsDocument,
  type RetentionClass,
} from './dictionary-document.ts';
import { checkerOf, type ElementProblemCode } from './element-check.ts';
import { limits } from './limits.ts';

export interface DataProblem {
  /** RFC 6901 pointer into the data: `/screening.score`. */
  pointer: string;
  code: 'unknown_element' | 'not_in_event' | ElementProblemCode;
  /** The rule in words. Never the value: it may be personal. */
  detail: string;
}

export type DataVerdict = { ok: true; values: Record<string, unknown> } | { ok: false; problems: DataProblem[] };

export interface Dictionary {
  /** SHA-256 of both documents in canonical form, hex: what a signature is bound to. */
  hash: string;
  /** Both documents, as checked: what is stored of a version. */
  document: { elements: z.infer<typeof elementsDocument>; events: z.infer<typeof eventsDocument> };
  elements: ReadonlyMap<string, ElementDefinition>;
  retention: ReadonlyMap<string, RetentionClass>;
  /** Event type to the elements it may carry. */
  events: ReadonlyMap<string, ReadonlySet<string>>;
  element(name: string): ElementDefinition | undefined;
  /** Checks the data of one event: known elements, right values, and elements that this event may carry. */
  validate(eventType: string, data: Readonly<Record<string, unknown>>): DataVerdict;
  /** Checks values whatever they came with, as for a stage claim, whose event is not known yet. `values`: those that are right. */
  validateValues(data: Readonly<Record<string, unknown>>): { values: Record<string, unknown>; problems: DataProblem[] };
}

const problemsMax = 50;

/** Makes a dictionary of its two parsed documents. Throws with every fault: file, path and rule. */
export function compileDictionary(elementsSource: unknown, eventsSource: unknown): Dictionary {
  const document = {
    elements: parse(elementsDocument, elementsSource, 'dictionary/elements.yaml'),
    events: parse(eventsDocument, eventsSource, 'dictionary/events.yaml'),
  };
  const elements = new Map(
    Object.entries(document.elements.elements).map(([name, definition]) => [name, { ...definition, name }]),
  );
  const retention = new Map(Object.entries(document.elements.retention));
  const faults = crossCheck(elements, retention, document.events);
  if (faults.length > 0) throw unusable(faults);
  const events = carriedElements(document.events, elements);
  const validateValues = valueCheck(elements);
  return {
    hash: fingerprint(document),
    document,
    elements,
    retention,
    events,
    element: (name) => elements.get(name),
    validateValues,
    validate(eventType, data) {
      const { values, problems } = validateValues(data);
      const carries = events.get(eventType);
      for (const name of Object.keys(data)) {
        if (problems.length >= problemsMax) break;
        if (!elements.has(name) || carries?.has(name)) continue;
        problems.push({
          pointer: pointerTo(name),
          code: 'not_in_event',
          detail: `"${shorten(eventType)}" does not carry ${name}`,
        });
      }
      return problems.length > 0 ? { ok: false, problems } : { ok: true, values };
    },
  };
}

const unknown = { path: [], code: 'unknown_element' as const, detail: 'The dictionary has no such element' };

function valueCheck(elements: ReadonlyMap<string, ElementDefinition>): Dictionary['validateValues'] {
  const checkers = new Map([...elements].map(([name, definition]) => [name, checkerOf(definition)]));
  return (data) => {
    const problems: DataProblem[] = [];
    const values: [string, unknown][] = [];
    for (const [name, value] of Object.entries(data)) {
      const checker = checkers.get(name);
      const found = checker ? checker(value) : [unknown];
      if (found.length === 0) values.push([name, value]);
      problems.push(...found.map(({ path, ...problem }) => ({ pointer: pointerTo(name, ...path), ...problem })));
    }
    return { values: Object.fromEntries(values), problems: problems.slice(0, problemsMax) };
  };
}

function carriedElements(
  document: z.infer<typeof eventsDocument>,
  elements: ReadonlyMap<string, unknown>,
): Map<string, ReadonlySet<string>> {
  const expand = (entries: readonly string[]): string[] => entries.flatMap((entry) => namesOf(entry, elements));
  const always = expand(document.always);
  return new Map(
    Object.entries(document.events).map(([type, entries]) => [type, new Set([...always, ...expand(entries)])]),
  );
}

/** Element names that an entry of events.yaml stands for: itself, or with `.*` a whole group. */
function namesOf(entry: string, elements: ReadonlyMap<string, unknown>): string[] {
  if (!entry.endsWith('.*')) return [entry];
  return [...elements.keys()].filter((name) => name.startsWith(entry.slice(0, -1)));
}

function pointerTo(...path: (string | number)[]): string {
  return path.map((part) => `/${shorten(String(part)).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

const shorten = (text: string): string => text.slice(0, limits.identifierCharsMax);

function parse<T extends z.ZodType>(schema: T, source: unknown, file: string): z.infer<T> {
  const parsed = schema.safeParse(source);
  if (parsed.success) return parsed.data;
  throw unusable(
    parsed.error.issues.map(
      (issue) => `${file}: ${issue.path.map(String).join(' › ') || 'the document'}: ${ruleOf(issue)}`,
    ),
  );
}

/** A bad name of a member hides the reason one level down. */
const ruleOf = (issue: z.core.$ZodIssue): string =>
  issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;

const unusable = (faults: readonly string[]): Error =>
  new Error(`The dictionary cannot be used.\n  ${faults.join('\n  ')}`);
