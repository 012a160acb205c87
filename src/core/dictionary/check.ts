// Faults of elements and events that no single entry shows: names that lead nowhere, bounds that contradict each other.
import type { z } from 'zod';
import type { CompiledMachine } from '../machine/machine.ts';
import type { ElementDefinition, eventsDocument } from './document.ts';
import { type DocumentSource, faultAt } from './document-source.ts';

/** Every fault as `file:line: path: rule`. */
export function elementFaults(
  source: DocumentSource,
  elements: ReadonlyMap<string, ElementDefinition>,
  retention: ReadonlyMap<string, unknown>,
): string[] {
  const faults: string[] = [];
  for (const element of elements.values()) {
    const say = (member: string, rule: string): number =>
      faults.push(faultAt(source, ['elements', element.name, member], rule));
    if (!retention.has(element.retention)) say('retention', `there is no retention class "${element.retention}"`);
    if ((element.type === 'list') !== (element.of !== undefined)) say('of', 'a list, and nothing else, says of what');
    if (element.maxItems !== undefined && element.type !== 'list') say('maxItems', 'only a list has items');
    const type = element.of ?? element.type;
    const numeric = type === 'number' || type === 'integer';
    if (!numeric && (element.min !== undefined || element.max !== undefined)) say('min', 'only a number has bounds');
    if (element.min !== undefined && element.max !== undefined && element.min > element.max)
      say('min', 'must not be above max');
    if (element.maxLength !== undefined && !['string', 'email', 'url'].includes(type))
      say('maxLength', 'only a text has a length');
    if (element.allowed && !numeric && type !== 'string') say('allowed', `a ${type} cannot be listed`);
    if (element.allowed?.some((value) => typeof value !== (numeric ? 'number' : 'string')))
      say('allowed', `every value must be a ${numeric ? 'number' : 'string'}`);
    if (element.allowed && new Set(element.allowed).size < element.allowed.length)
      say('allowed', 'a value stands there twice');
    const personal = element.classification === 'personal' || element.classification === 'sensitive';
    if (personal && element.legalBasis === 'none')
      say('legalBasis', `what is ${element.classification} needs a ground`);
  }
  return faults;
}

/** Names that lead nowhere; and, where machines are given, what their transitions require and this file says otherwise. */
export function eventFaults(
  source: DocumentSource,
  events: z.infer<typeof eventsDocument>,
  elements: ReadonlyMap<string, ElementDefinition>,
  machines: readonly CompiledMachine[],
): string[] {
  const faults: string[] = [];
  const lists: [(string | number)[], readonly string[]][] = [
    [['always'], events.always],
    ...Object.entries(events.events).flatMap(([type, { required, optional }]): [string[], readonly string[]][] => [
      [['events', type, 'required'], required],
      [['events', type, 'optional'], optional],
    ]),
  ];
  for (const [path, entries] of lists)
    for (const [index, entry] of entries.entries())
      if (!leadsSomewhere(entry, elements))
        faults.push(faultAt(source, [...path, index], `there is no element "${entry}"`));
  for (const [type, { required }] of Object.entries(events.events))
    for (const entry of required)
      if (entry.endsWith('.*'))
        faults.push(faultAt(source, ['events', type, 'required'], 'a whole group cannot be required'));
  for (const [type, wanted] of requiredBy(machines)) {
    const said = events.events[type];
    if (!said) faults.push(faultAt(source, ['events'], `machines have the event "${type}", which is not listed`));
    else if ([...said.required].sort().join() !== wanted.join())
      faults.push(
        faultAt(source, ['events', type, 'required'], `the transitions in machines/ require [${wanted.join(', ')}]`),
      );
  }
  return faults;
}

/** Event type to the elements that every one of its transitions requires, in the latest version of each machine. */
function requiredBy(machines: readonly CompiledMachine[]): Map<string, string[]> {
  const required = new Map<string, string[]>();
  for (const machine of machines)
    for (const edge of [...machine.edges.values()].flat()) {
      const known = required.get(edge.event);
      const wanted = [...edge.meta.requires].sort();
      required.set(edge.event, known ? known.filter((name) => wanted.includes(name)) : wanted);
    }
  return required;
}

/** True for an element, and for a group that has some. */
export function leadsSomewhere(entry: string, elements: ReadonlyMap<string, unknown>): boolean {
  return namesOfEntry(entry, elements).length > 0;
}

/** Element names that an entry stands for: itself, or with `.*` a whole group; none for a name that leads nowhere. */
export function namesOfEntry(entry: string, elements: ReadonlyMap<string, unknown>): string[] {
  if (!entry.endsWith('.*')) return elements.has(entry) ? [entry] : [];
  return [...elements.keys()].filter((name) => name.startsWith(entry.slice(0, -1)));
}
