// Elements as fields of an employee: the dictionary's mapping, with what the connection's settings add to it and move.
import { type FieldSetting, refineFields } from '../../core/dictionary/field-setting.ts';
import { type SystemMapping, writeFields, writtenElements, writtenPlaces } from '../../core/dictionary/mapping.ts';
import type { VendorContext, Work } from '../port.ts';
import type { BambooHrSettings } from './settings.ts';

type Mapped = Pick<VendorContext<BambooHrSettings>, 'settings' | 'mapping'>;

/** Elements that an employee of this connection is written from. */
export const employeeElements = (settings: BambooHrSettings, mapping: SystemMapping): string[] =>
  writtenElements(mappingOf({ settings, mapping }), 'employee');

/** Names of the fields that an employee is written to. */
export const employeeFields = (mapped: Mapped): string[] =>
  writtenPlaces(mappingOf(mapped), 'employee').map(([field = '']) => field);

export interface WantedFields {
  /** By BambooHR's name; only what the work carries. */
  values: Record<string, string>;
  /** False when a field cannot hold its element's value as it is. */
  writable: boolean;
}

export function wantedFields({ elements }: Work, mapped: Mapped, onlyOffer = false): WantedFields {
  const asked = Object.entries(elements).filter(([element]) => !onlyOffer || element.startsWith('offer.'));
  const { body, faults } = writeFields(mappingOf(mapped), 'employee', Object.fromEntries(asked));
  const texts = Object.entries(body).map(([field, value]) => [field, asText(value)] as const);
  return {
    values: Object.fromEntries(texts.filter((entry): entry is [string, string] => entry[1] !== null)),
    writable: faults.length === 0,
  };
}

/** A text without the spaces around it; null for anything else, and for an empty one. */
export function textOf(value: unknown): string | null {
  if (typeof value !== 'string' || value.trim() === '') return null;
  return value.trim();
}

function mappingOf({ settings, mapping }: Mapped): SystemMapping {
  const moved: Record<string, FieldSetting> = mapping.receives.has('candidate.email')
    ? { 'candidate.email': settings.emailField }
    : {};
  return refineFields(mapping, 'employee', { ...moved, ...settings.fields }).mapping;
}

function asText(value: unknown): string | null {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return textOf(value);
}
