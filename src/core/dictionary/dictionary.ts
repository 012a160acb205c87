// The dictionary made ready: what every element means, and whether the data of an event is what it says.
import type { z } from 'zod';
import { fingerprint } from '../canonical-json.ts';
import { limits } from '../limits.ts';
import type { CompiledMachine } from '../machine/machine.ts';
import { elementFaults, eventFaults, namesOfEntry } from './check.ts';
import { type ElementDefinition, elementsDocument, eventsDocument, type RetentionClass } from './document.ts';
import { type DocumentSource, parseDocument } from './document-source.ts';
import { checkerOf, type ElementProblemCode } from './element-check.ts';
import type { SystemMapping } from './mapping.ts';
import { compileSystems } from './mapping-check.ts';
import type { RegionDocument, SystemDocument } from './mapping-document.ts';
import { compileRegions, type Region } from './regions.ts';

export interface DataProblem {
  /** RFC 6901 pointer into the data: `/screening.score`. */
  pointer: string;
  code: 'unknown_element' | 'not_in_event' | ElementProblemCode;
  /** The rule in words. Never the value: it may be personal. */
  detail: string;
}

export type DataVerdict = { ok: true; values: Record<string, unknown> } | { ok: false; problems: DataProblem[] };

export interface DictionaryDocument {
  elements: z.infer<typeof elementsDocument>;
  events: z.infer<typeof eventsDocument>;
  systems: Record<string, SystemDocument>;
  regions: Record<string, RegionDocument>;
}

export interface Dictionary {
  /** SHA-256 of the document in canonical form, hex: what a signature is bound to. */
  hash: string;
  /** All files in one, as checked: what is stored of a version. */
  document: DictionaryDocument;
  elements: ReadonlyMap<string, ElementDefinition>;
  retention: ReadonlyMap<string, RetentionClass>;
  /** Event type to the elements it may carry. */
  events: ReadonlyMap<string, ReadonlySet<string>>;
  /** Adapter name to the mapping of its system. */
  systems: ReadonlyMap<string, SystemMapping>;
  /** Region to its addenda. */
  regions: ReadonlyMap<string, Region>;
  element(name: string): ElementDefinition | undefined;
  /** Checks the data of one event: known elements, right values, and elements that this event may carry. */
  validate(eventType: string, data: Readonly<Record<string, unknown>>): DataVerdict;
  /** Checks values whatever they came with, as for a stage claim, whose event is not known yet. `values`: those that are right. */
  validateValues(data: Readonly<Record<string, unknown>>): { values: Record<string, unknown>; problems: DataProblem[] };
}

const problemsMax = 50;

/** The parsed files of a dictionary, and the machines (the latest version of each) that they must fit; none: not compared. */
export interface DictionarySources {
  elements: DocumentSource;
  events: DocumentSource;
  systems?: readonly DocumentSource[];
  regions?: readonly DocumentSource[];
  machines?: readonly CompiledMachine[];
}

/** Makes a dictionary of its parsed files. Throws with every fault: file, line, path and rule. */
export function compileDictionary(sources: DictionarySources): Dictionary {
  const { systems = [], regions = [], machines = [] } = sources;
  const [elementsFile, eventsFile] = [
    parseDocument(elementsDocument, sources.elements),
    parseDocument(eventsDocument, sources.events),
  ];
  if (!elementsFile.ok || !eventsFile.ok)
    throw unusable([elementsFile, eventsFile].flatMap((one) => (one.ok ? [] : one.faults)));
  const elements = new Map(
    Object.entries(elementsFile.value.elements).map(([name, definition]) => [name, { ...definition, name }]),
  );
  const retention = new Map(Object.entries(elementsFile.value.retention));
  const compiled = compileSystems(systems, elements, machines);
  const addenda = compileRegions(regions, { elements, machines, systems: compiled.documents });
  const faults = [
    ...elementFaults(sources.elements, elements, retention),
    ...eventFaults(sources.events, eventsFile.value, elements, machines),
    ...compiled.faults,
    ...addenda.faults,
  ];
  if (faults.length > 0) throw unusable(faults);
  const document = {
    elements: elementsFile.value,
    events: eventsFile.value,
    systems: compiled.documents,
    regions: addenda.documents,
  };
  const events = carriedElements(document.events, elements);
  const validateValues = valueCheck(elements);
  return {
    hash: fingerprint(document),
    document,
    elements,
    retention,
    events,
    systems: compiled.systems,
    regions: addenda.regions,
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
  const expand = (entries: readonly string[]): string[] => entries.flatMap((entry) => namesOfEntry(entry, elements));
  const always = expand(document.always);
  return new Map(
    Object.entries(document.events).map(([type, { required, optional }]) => [
      type,
      new Set([...always, ...expand(required), ...expand(optional)]),
    ]),
  );
}

function pointerTo(...path: (string | number)[]): string {
  return path.map((part) => `/${shorten(String(part)).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

const shorten = (text: string): string => text.slice(0, limits.identifierCharsMax);

const unusable = (faults: readonly string[]): Error =>
  new Error(`The dictionary cannot be used.\n  ${faults.join('\n  ')}`);
