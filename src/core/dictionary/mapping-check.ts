// Systems of the dictionary made ready, and every fault that their schema alone does not show.

import { tokensOf } from '../json-pointer.ts';
import { type CompiledMachine, hasState } from '../machine/machine.ts';
import { namesOfEntry } from './check.ts';
import type { Codec } from './codecs/codec.ts';
import { buildCodec, codecOfType } from './codecs/index.ts';
import type { ElementDefinition } from './document.ts';
import { type DocumentSource, faultAt, type Path, parseDocument } from './document-source.ts';
import { knownPlaces } from './known-places.ts';
import { type MappedField, type MappedObject, namesOf, patternOf, type SystemMapping } from './mapping.ts';
import { type Direction, type FieldEntry, type SystemDocument, systemDocument } from './mapping-document.ts';

type Elements = ReadonlyMap<string, ElementDefinition>;

export interface CompiledSystems {
  documents: Record<string, SystemDocument>;
  systems: ReadonlyMap<string, SystemMapping>;
  faults: string[];
}

export function compileSystems(
  sources: readonly DocumentSource[],
  elements: Elements,
  machines: readonly CompiledMachine[],
): CompiledSystems {
  const compiled: { documents: Record<string, SystemDocument>; systems: Map<string, SystemMapping>; faults: string[] } =
    {
      documents: {},
      systems: new Map(),
      faults: [],
    };
  for (const source of sources) {
    const parsed = parseDocument(systemDocument, source);
    if (!parsed.ok) {
      compiled.faults.push(...parsed.faults);
      continue;
    }
    const say: Say = (path, rule) => compiled.faults.push(faultAt(source, path, rule));
    const document = parsed.value;
    if (!source.file.endsWith(`/${document.system}.yaml`)) say(['system'], 'must be the name of the file');
    compiled.documents[document.system] = document;
    compiled.systems.set(document.system, systemOf(document, elements, say));
    stageFaults(document, machines, say);
  }
  return compiled;
}

type Say = (path: Path, rule: string) => unknown;

function systemOf(document: SystemDocument, elements: Elements, say: Say): SystemMapping {
  const receives = new Set<string>();
  for (const [index, entry] of document.receives.entries())
    for (const [place, name] of entry.elements.entries()) {
      const names = namesOfEntry(name, elements);
      if (names.length === 0) say(['receives', index, 'elements', place], `there is no element "${name}"`);
      for (const one of names) receives.add(one);
    }
  const objects = new Map<string, MappedObject>();
  for (const [name, object] of Object.entries(document.objects)) {
    const at: Path = ['objects', name];
    const fields = object.fields.flatMap((entry, index) => {
      const field = fieldOf(entry, object.direction, elements, (path, rule) =>
        say([...at, 'fields', index, ...path], rule),
      );
      if (!field) return [];
      const stray = field.writes ? namesOf(field).find((one) => !receives.has(one)) : undefined;
      if (stray !== undefined) say([...at, 'fields', index], `${stray} is written and not listed under receives`);
      return [field];
    });
    twice(fields, (index, rule) => say([...at, 'fields', index], rule));
    for (const [element, { with: companion }] of Object.entries(object.constants))
      for (const one of [element, companion])
        if (one !== undefined && !elements.has(one)) say([...at, 'constants', element], `there is no element "${one}"`);
    objects.set(name, {
      fields,
      constants: Object.entries(object.constants).map(([element, one]) => ({ element, ...one })),
      known: knownPlaces(
        [...object.fields.flatMap(({ at: places }) => [places].flat()), ...object.used, ...object.ignored].map(
          patternOf,
        ),
      ),
    });
  }
  return { system: document.system, stages: document.stages, elements, receives, objects };
}

/** Null when its codec cannot be built, which `say` was told. */
export function fieldOf(entry: FieldEntry, usual: Direction, elements: Elements, say: Say): MappedField | null {
  const names = entry.element === undefined ? Object.entries(entry.parts ?? {}) : [['element', entry.element] as const];
  const unknown = names.find(([, name]) => !elements.has(name));
  if (unknown) {
    say([], `there is no element "${unknown[1]}"`);
    return null;
  }
  const codec = codecFor(entry, elements, say);
  if (!codec) return null;
  const direction = entry.direction ?? usual;
  const field: MappedField = {
    element: entry.element ?? entry.parts ?? {},
    at: [entry.at].flat().map((pointer) => tokensOf(pointer) ?? []),
    codec,
    reads: direction !== 'writes',
    writes: direction !== 'reads',
  };
  return codecFits(field, codec, elements, say) ? field : null;
}

function codecFor(entry: FieldEntry, elements: Elements, say: Say): Codec | null {
  if (entry.codec === undefined) {
    const type = entry.element === undefined ? undefined : elements.get(entry.element)?.type;
    if (entry.with !== undefined) say(['with'], 'arguments need the codec that they are for');
    if (type !== undefined) return codecOfType(type);
    say([], 'several elements in one field need a codec');
    return null;
  }
  const built = buildCodec(entry.codec, entry.with);
  if (built.ok) return built.codec;
  for (const fault of built.faults) say(['with', ...fault.path], `${entry.codec}: ${fault.rule}`);
  return null;
}

function codecFits(field: MappedField, codec: Codec, elements: Elements, say: Say): boolean {
  const parts = typeof field.element === 'string' ? undefined : Object.keys(field.element).sort();
  if ((parts ?? []).join() !== [...(codec.parts ?? [])].sort().join()) {
    say([], codec.parts ? `this codec has the parts ${codec.parts.join(' and ')}` : 'this codec speaks of one element');
    return false;
  }
  const lacking = codec.needs?.find((name) => !elements.has(name));
  if (lacking !== undefined) say(['with'], `there is no element "${lacking}"`);
  for (const name of namesOf(field)) {
    const element = elements.get(name) as ElementDefinition;
    if (!codec.gives.includes(element.type))
      say(['codec'], `${name} is a ${element.type}, and this codec gives a ${codec.gives.join(' or ')}`);
    const misfit = codec.misfits?.(element);
    if (misfit) say(['codec'], `${name}: ${misfit}`);
  }
  return lacking === undefined;
}

/** Two fields that write one place, or read one element, would make the order of the file decide. */
function twice(fields: readonly MappedField[], say: (index: number, rule: string) => unknown): void {
  const [written, read] = [new Set<string>(), new Set<string>()];
  for (const [index, field] of fields.entries()) {
    const place = JSON.stringify(field.at[0]);
    if (field.writes && written.has(place)) say(index, 'another field is written to the same place');
    if (field.writes) written.add(place);
    for (const name of field.reads ? namesOf(field) : []) {
      if (read.has(name)) say(index, `${name} is read from another field already`);
      read.add(name);
    }
  }
}

function stageFaults({ stages }: SystemDocument, machines: readonly CompiledMachine[], say: Say): void {
  if (stages.settings === 'none' && Object.keys(stages.map).length > 0)
    say(['stages', 'map'], 'this system has no stages to map');
  for (const state of Object.keys(stages.map))
    if (machines.length > 0 && !machines.some((machine) => hasState(machine, state)))
      say(['stages', 'map', state], 'no machine has this state');
}
