// The fields of one system, ready for use: vendor payload to elements and back, and what in a payload nobody has mapped.

import { collapsed, pointerOf, putAt, tokensOf, valueAt } from '../json-pointer.ts';
import { limits } from '../limits.ts';
import type { Codec, CodecFault } from './codecs/codec.ts';
import type { ElementDefinition } from './document.ts';
import { type KnownPlaces, stepInto } from './known-places.ts';
import type { SystemDocument } from './mapping-document.ts';

/** One field of the vendor's and what it is here. */
export interface MappedField {
  /** One element, or the elements of a codec's parts. */
  element: string | Readonly<Record<string, string>>;
  /** Where it stands, as reference tokens; the first is written. */
  at: readonly (readonly string[])[];
  codec: Codec;
  reads: boolean;
  writes: boolean;
}

export interface MappedObject {
  fields: readonly MappedField[];
  constants: readonly { element: string; value: unknown; with?: string | undefined }[];
  /** Places that are read, used or ignored. */
  known: KnownPlaces;
}

export interface SystemMapping {
  system: string;
  /** How a connection's setting `stages` reads, and what stands where it says nothing. */
  stages: Pick<SystemDocument['stages'], 'settings' | 'map'>;
  /** What elements mean, for fields that a connection adds. */
  elements: ReadonlyMap<string, ElementDefinition>;
  /** Elements that may ever be sent there. */
  receives: ReadonlySet<string>;
  objects: ReadonlyMap<string, MappedObject>;
}

/** Of a system that nobody has mapped: it reads nothing and is sent nothing. */
export const noMapping: SystemMapping = {
  system: '',
  stages: { settings: 'none', map: {} },
  elements: new Map(),
  receives: new Set(),
  objects: new Map(),
};

/** A value that its codec could not read or write. Never the value itself. */
export interface FieldFault {
  pointer: string;
  element: string;
  code: CodecFault;
  detail: string;
}

export interface FieldsRead {
  /** Element values by dictionary name. */
  data: Record<string, unknown>;
  /** Places that hold something and that no mapping names; array indexes are `*`. */
  unknown: string[];
  faults: FieldFault[];
}

/** Reads one object of the vendor's. What cannot be read is a fault and left out; what is not mapped is named and left out. */
export function readFields(mapping: SystemMapping, object: string, payload: unknown): FieldsRead {
  const mapped = mapping.objects.get(object);
  if (!mapped) return { data: {}, unknown: [], faults: [] };
  const data: Record<string, unknown> = {};
  const faults: FieldFault[] = [];
  for (const field of inOrder(mapped.fields)) {
    const found = field.reads ? firstThatHolds(field, payload) : undefined;
    if (!found) continue;
    const read = field.codec.decode(found.value, data);
    if (read.ok) Object.assign(data, valuesOf(field, read.value));
    else
      faults.push({
        pointer: pointerOf(collapsed(found.at)),
        element: nameOf(field),
        code: read.code,
        detail: read.detail,
      });
  }
  for (const one of mapped.constants)
    if (one.with === undefined || Object.hasOwn(data, one.with)) data[one.element] ??= one.value;
  return { data, unknown: unknownIn(mapped, payload), faults };
}

/** What was kept out, as an event tells it: nothing where there is nothing. */
export const keptOut = ({ unknown, faults }: FieldsRead): Partial<Pick<FieldsRead, 'unknown' | 'faults'>> => ({
  ...(unknown.length > 0 ? { unknown } : {}),
  ...(faults.length > 0 ? { faults } : {}),
});

export interface FieldsWritten {
  /** The vendor's object: only the fields whose elements are at hand. */
  body: Record<string, unknown>;
  faults: FieldFault[];
}

/** Elements as the vendor's object. An element that is absent never empties a field. */
export function writeFields(
  mapping: SystemMapping,
  object: string,
  elements: Readonly<Record<string, unknown>>,
): FieldsWritten {
  const body: Record<string, unknown> = {};
  const faults: FieldFault[] = [];
  for (const field of mapping.objects.get(object)?.fields ?? []) {
    const at = field.at[0];
    const ours = field.writes && at ? ownValue(field, elements) : undefined;
    if (ours === undefined || !at) continue;
    const written = field.codec.encode(ours, elements);
    if (written.ok) putAt(body, at, written.value);
    else faults.push({ pointer: pointerOf(at), element: nameOf(field), code: written.code, detail: written.detail });
  }
  return { body, faults };
}

/** The elements that fields of an object are written from. */
export const writtenElements = (mapping: SystemMapping, object: string): string[] => [
  ...new Set(
    (mapping.objects.get(object)?.fields ?? [])
      .filter((field) => field.writes)
      .flatMap((field) => [...namesOf(field), ...(field.codec.needs ?? [])]),
  ),
];

/** Where the fields of an object are written, as reference tokens. */
export const writtenPlaces = (mapping: SystemMapping, object: string): (readonly string[])[] =>
  (mapping.objects.get(object)?.fields ?? []).flatMap(({ writes, at }) => (writes && at[0] ? [at[0]] : []));

/** What a payload holds beside what is mapped, used or ignored. Bounded in leaves, in depth and in number. */
export function unknownIn({ known }: Pick<MappedObject, 'known'>, payload: unknown): string[] {
  const found = new Set<string>();
  let left: number = limits.payloadLeavesMax;
  const walk = (value: unknown, at: string[], fitting: readonly KnownPlaces[]): void => {
    if (left <= 0 || found.size >= limits.unknownFieldsPerPayloadMax || at.length > limits.jsonDepthMax) return;
    if (fitting.some(({ ends }) => ends)) return;
    if (typeof value === 'object' && value !== null) {
      const isList = Array.isArray(value);
      for (const [key, member] of Object.entries(value)) {
        const token = isList ? '*' : key;
        walk(member, [...at, token], fitting.length === 0 ? fitting : stepInto(fitting, token));
      }
      return;
    }
    left -= 1;
    if (holds(value)) found.add(pointerOf(at.map(impersonal)));
  };
  walk(payload, [], [known]);
  return [...found].sort();
}

export const namesOf = ({ element }: Pick<MappedField, 'element'>): string[] =>
  typeof element === 'string' ? [element] : Object.values(element);

/** Every place of a field as a pattern, for `known`. */
export const patternOf = (pointer: string): string[] => collapsed(tokensOf(pointer) ?? []);

const nameOf = (field: MappedField): string => namesOf(field).join(', ');

/** What others are looked up in comes first. */
const inOrder = (fields: readonly MappedField[]): MappedField[] => [
  ...fields.filter(({ codec }) => !codec.needs),
  ...fields.filter(({ codec }) => codec.needs),
];

function firstThatHolds(field: MappedField, payload: unknown): { at: readonly string[]; value: unknown } | undefined {
  for (const at of field.at) {
    const value = valueAt(payload, at);
    if (holds(value)) return { at, value };
  }
  return undefined;
}

/** An empty text says no more than none at all. */
const holds = (value: unknown): boolean =>
  value !== undefined && value !== null && (typeof value !== 'string' || value.trim() !== '');

function valuesOf({ element }: MappedField, value: unknown): Record<string, unknown> {
  if (typeof element === 'string') return { [element]: value };
  const parts = value as Record<string, unknown>;
  return Object.fromEntries(Object.entries(element).map(([part, name]) => [name, parts[part]]));
}

function ownValue({ element }: MappedField, elements: Readonly<Record<string, unknown>>): unknown {
  const one = (name: string): unknown =>
    Object.hasOwn(elements, name) && holds(elements[name]) ? elements[name] : undefined;
  if (typeof element === 'string') return one(element);
  const parts = Object.entries(element).map(([part, name]) => [part, one(name)] as const);
  return parts.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(parts);
}

/** A key may be somebody's address or name: only what looks like the name of a field is told. */
const impersonal = (token: string): string => (/^(\*|[A-Za-z_][A-Za-z0-9_ -]{0,63})$/.test(token) ? token : '?');
