// How a connection's settings add fields to its system's mapping: an element, the vendor's name of a field, and a codec where needed.
import { z } from 'zod';
import { pointerOf } from '../json-pointer.ts';
import { buildCodec, codecNames } from './codecs/index.ts';
import { knownPlaces } from './known-places.ts';
import { type MappedField, namesOf, type SystemMapping } from './mapping.ts';
import { fieldOf } from './mapping-check.ts';

/** The setting of one element: the vendor's name of the field alone, or with the codec that its values are written in. */
export const fieldSetting = <Name extends z.ZodType<string>>(name: Name) =>
  z.union([
    name,
    z
      .strictObject({ field: name, codec: z.enum(codecNames), with: z.record(z.string(), z.unknown()).default({}) })
      .superRefine((setting, check) => {
        const built = buildCodec(setting.codec, setting.with);
        for (const { path, rule } of built.ok ? [] : built.faults)
          check.addIssue({ code: 'custom', path: ['with', ...path], message: rule });
      }),
  ]);
export type FieldSetting = z.infer<ReturnType<typeof fieldSetting>>;

/** The vendor's name of the field. */
export const fieldNameOf = (setting: FieldSetting): string => (typeof setting === 'string' ? setting : setting.field);

export interface Refinement {
  mapping: SystemMapping;
  /** Element and rule, for settings that do not fit the dictionary; such a field is left out. */
  faults: { element: string; rule: string }[];
}

/** The mapping with an object's written fields replaced or added to, as a connection's settings say. */
export function refineFields(
  mapping: SystemMapping,
  object: string,
  settings: Readonly<Record<string, FieldSetting>>,
): Refinement {
  const there = mapping.objects.get(object) ?? { fields: [], constants: [], known: knownPlaces([]) };
  const faults: Refinement['faults'] = [];
  const added = Object.entries(settings).flatMap(([element, setting]): MappedField[] => {
    const entry = {
      element,
      at: pointerOf([fieldNameOf(setting)]),
      ...(typeof setting === 'string' ? {} : { codec: setting.codec, with: setting.with }),
    };
    const field = fieldOf(entry, 'writes', mapping.elements, (_, rule) => faults.push({ element, rule }));
    if (!field) return [];
    if (mapping.receives.has(element)) return [field];
    faults.push({ element, rule: `dictionary/systems/${mapping.system}.yaml does not list it under receives` });
    return [];
  });
  const kept = there.fields.filter((field) => !namesOf(field).some((name) => Object.hasOwn(settings, name)));
  const objects = new Map(mapping.objects).set(object, { ...there, fields: [...kept, ...added] });
  return { mapping: { ...mapping, objects }, faults };
}
