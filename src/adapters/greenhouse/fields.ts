// Elements that Greenhouse shall show as custom fields of the application: which differ, and how they are written.
import type { Work } from '../port.ts';
import type { ApplicationNow } from './application.ts';
import type { GreenhouseSettings } from './settings.ts';

export interface CustomField {
  name_key: string;
  value: string | number | boolean;
}

/** The mapped elements of the work that Greenhouse does not show yet. */
export function differingFields(
  { elements }: Work,
  now: ApplicationNow,
  { fields }: GreenhouseSettings,
): CustomField[] {
  return Object.entries(fields).flatMap(([element, nameKey]) => {
    const value = fieldValue(elements[element]);
    return value === null || same(value, now.fields[nameKey]) ? [] : [{ name_key: nameKey, value }];
  });
}

/** Null for what the work does not carry: an absent element never empties a field. */
function fieldValue(value: unknown): CustomField['value'] | null {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return value === null || value === undefined ? null : JSON.stringify(value);
}

/** Greenhouse gives numbers back as text at times, `87` as "87.0". */
function same(wanted: CustomField['value'], shown: unknown): boolean {
  if (shown === null || shown === undefined) return false;
  const [a, b] = [String(wanted).trim(), String(shown).trim()];
  return a === b || (a !== '' && b !== '' && Number(a) === Number(b));
}
