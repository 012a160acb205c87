// Where one element goes: which systems it is read from, which it is written to or may be sent to, and which regions withhold it.
import type { Dictionary } from './dictionary.ts';

export interface ElementPlaces {
  /** `greenhouse: /application/candidate/first_name (text)`. */
  readFrom: string[];
  writtenTo: string[];
  /** Systems that may be sent it, and what for. */
  sentTo: { system: string; purpose: string }[];
  withheldIn: string[];
}

export function placesOfElement({ document, systems, regions }: Dictionary, element: string): ElementPlaces {
  const places: ElementPlaces = { readFrom: [], writtenTo: [], sentTo: [], withheldIn: [] };
  for (const [name, system] of Object.entries(document.systems)) {
    for (const object of Object.values(system.objects))
      for (const field of object.fields) {
        if (field.element !== element && !Object.values(field.parts ?? {}).includes(element)) continue;
        const direction = field.direction ?? object.direction;
        const where = `${name}: ${[field.at].flat().join(' or ')}${field.codec ? ` (${field.codec})` : ''}`;
        if (direction !== 'writes') places.readFrom.push(where);
        if (direction !== 'reads') places.writtenTo.push(where);
      }
    const entry = receivedAs(system.receives, element);
    if (entry && systems.get(name)?.receives.has(element)) places.sentTo.push({ system: name, purpose: entry.purpose });
  }
  for (const [name, region] of regions) if (region.withholds(element, '')) places.withheldIn.push(name);
  return places;
}

/** The entry of `receives` that lists the element, by its name or its group. */
export const receivedAs = <Entry extends { elements: readonly string[] }>(
  receives: readonly Entry[],
  element: string,
): Entry | undefined =>
  receives.find(({ elements }) =>
    elements.some((one) => one === element || (one.endsWith('.*') && element.startsWith(one.slice(0, -1)))),
  );
