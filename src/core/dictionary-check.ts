// Faults of a dictionary that no single entry shows: names that lead nowhere, bounds that contradict each other.
import type { z } from 'zod';
import type { ElementDefinition, eventsDocument } from './dictionary-document.ts';

/** Every fault as `file: path: rule`; none when the documents fit together. */
export function crossCheck(
  elements: ReadonlyMap<string, ElementDefinition>,
  retention: ReadonlyMap<string, unknown>,
  events: z.infer<typeof eventsDocument>,
): string[] {
  const faults: string[] = [];
  for (const element of elements.values()) {
    const say = (member: string, rule: string): number =>
      faults.push(`dictionary/elements.yaml: elements › ${element.name} › ${member}: ${rule}`);
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
  }
  const lists: [string, readonly string[]][] = [
    ['always', events.always],
    ...Object.entries(events.events).map(([type, list]): [string, readonly string[]] => [`events › ${type}`, list]),
  ];
  for (const [path, entries] of lists) {
    for (const entry of entries)
      if (!leadsSomewhere(entry, elements))
        faults.push(`dictionary/events.yaml: ${path}: there is no element "${entry}"`);
  }
  return faults;
}

function leadsSomewhere(entry: string, elements: ReadonlyMap<string, unknown>): boolean {
  if (!entry.endsWith('.*')) return elements.has(entry);
  return [...elements.keys()].some((name) => name.startsWith(entry.slice(0, -1)));
}
