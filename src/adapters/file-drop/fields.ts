// The columns of a connection as fields of the dictionary's mapping: read from a row, and written to one.
import { type FieldSetting, fieldNameOf } from '../../core/dictionary/field-setting.ts';
import { knownPlaces } from '../../core/dictionary/known-places.ts';
import type { MappedField, SystemMapping } from '../../core/dictionary/mapping.ts';
import { fieldOf } from '../../core/dictionary/mapping-check.ts';
import { pointerOf } from '../../core/json-pointer.ts';
import { columnsOf, type FileDropSettings } from './settings.ts';

export interface Problem {
  pointer: string;
  detail: string;
}

/** The mapping with the object `row` as the connection's inbound columns make it: every cell stands at `/row/<column>`. */
export function readMapping(settings: FileDropSettings, mapping: SystemMapping): SystemMapping {
  const { inbound } = settings;
  if (!inbound) return mapping;
  const places = [...columnsOf(inbound), ...inbound.ignored].map((column) => ['row', column]);
  const fields = fieldsOf(inbound.fields, 'reads', mapping, ['row'], () => {});
  const object = { fields, constants: [], known: knownPlaces([...places, ['id'], ['said']]) };
  return { ...mapping, objects: new Map(mapping.objects).set('row', object) };
}

/** The same for what is written: every cell stands at its column. */
export function writeMapping(settings: FileDropSettings, mapping: SystemMapping): SystemMapping {
  const fields = fieldsOf(settings.outbound?.fields ?? {}, 'writes', mapping, [], () => {});
  const object = { fields, constants: [], known: knownPlaces([]) };
  return { ...mapping, objects: new Map(mapping.objects).set('outgoing', object) };
}

/** Elements and codecs that the dictionary does not know, or may not be sent. */
export function fieldProblems({ inbound, outbound }: FileDropSettings, mapping: SystemMapping): Problem[] {
  const problems: Problem[] = [];
  const say = (side: string) => (element: string, rule: string) =>
    problems.push({ pointer: `/settings/${side}/fields/${element}`, detail: rule });
  fieldsOf(inbound?.fields ?? {}, 'reads', mapping, [], say('inbound'));
  fieldsOf(outbound?.fields ?? {}, 'writes', mapping, [], say('outbound'));
  return problems;
}

function fieldsOf(
  settings: Readonly<Record<string, FieldSetting>>,
  direction: 'reads' | 'writes',
  mapping: SystemMapping,
  above: readonly string[],
  say: (element: string, rule: string) => void,
): MappedField[] {
  return Object.entries(settings).flatMap(([element, setting]) => {
    const entry = {
      element,
      at: pointerOf([...above, fieldNameOf(setting)]),
      ...(typeof setting === 'string' ? {} : { codec: setting.codec, with: setting.with }),
    };
    const field = fieldOf(entry, direction, mapping.elements, (_, rule) => say(element, rule));
    return field ? [field] : [];
  });
}
