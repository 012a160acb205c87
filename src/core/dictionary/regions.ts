// Regional addenda: each regional state is exactly one canonical state, or the dictionary is not loaded.

import type { CompiledMachine } from '../machine/machine.ts';
import { namesOfEntry } from './check.ts';
import type { ElementDefinition } from './document.ts';
import { type DocumentSource, faultAt, type Path, parseDocument } from './document-source.ts';
import { type RegionDocument, regionDocument, type SystemDocument } from './mapping-document.ts';

export interface Region {
  region: string;
  /** Adapter to canonical state to the regional stage that shows it there. */
  stages: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** True when this element must not leave Interlock for that system. */
  withholds(element: string, system: string): boolean;
}

interface Fitting {
  elements: ReadonlyMap<string, ElementDefinition>;
  machines: readonly CompiledMachine[];
  systems: Readonly<Record<string, SystemDocument>>;
}

export function compileRegions(
  sources: readonly DocumentSource[],
  fitting: Fitting,
): { documents: Record<string, RegionDocument>; regions: ReadonlyMap<string, Region>; faults: string[] } {
  const documents: Record<string, RegionDocument> = {};
  const regions = new Map<string, Region>();
  const faults: string[] = [];
  for (const source of sources) {
    const parsed = parseDocument(regionDocument, source);
    if (!parsed.ok) {
      faults.push(...parsed.faults);
      continue;
    }
    const document = parsed.value;
    const say = (path: Path, rule: string): number => faults.push(faultAt(source, path, rule));
    if (!source.file.endsWith(`/${document.region.toLowerCase()}.yaml`))
      say(['region'], 'must be the name of the file, in capitals');
    stateFaults(document, fitting, say);
    const withheld = withheldOf(document, fitting, say);
    documents[document.region] = document;
    regions.set(document.region, {
      region: document.region,
      stages: stagesOf(document),
      withholds: (element, system) => withheld.some((one) => one.elements.has(element) && !one.except.includes(system)),
    });
  }
  return { documents, regions, faults };
}

type Say = (path: Path, rule: string) => unknown;

function stateFaults({ states }: RegionDocument, { machines, systems }: Fitting, say: Say): void {
  for (const [name, state] of Object.entries(states)) {
    const at: Path = ['states', name];
    const machine = machines.find((one) => one.name === state.machine);
    if (machine?.leaves.has(name)) say(at, 'is the name of a canonical state; a regional one has a name of its own');
    if (machine && !machine.leaves.has(state.means))
      say(
        [...at, 'means'],
        `must name exactly one canonical state of ${state.machine}: "${state.means}" is none, or several`,
      );
    for (const system of Object.keys(state.stages))
      if (!Object.hasOwn(systems, system))
        say([...at, 'stages', system], `there is no dictionary/systems/${system}.yaml`);
  }
  for (const [name, state] of Object.entries(states))
    for (const [system, stage] of Object.entries(state.stages)) {
      const at: Path = ['states', name, 'stages', system];
      const others = Object.entries(states).filter(
        ([other, { stages }]) => other !== name && Object.hasOwn(stages, system),
      );
      if (others.some(([, other]) => other.stages[system] === stage))
        say(at, `"${stage}" stands for another regional state too`);
      // The one is written and read back; by the other a reader would not know it.
      if (others.some(([, other]) => other.means === state.means && other.machine === state.machine))
        say(at, `${state.means} has another stage there already, by another regional state`);
    }
}

function withheldOf(
  { withholds }: RegionDocument,
  { elements, systems }: Fitting,
  say: Say,
): { elements: ReadonlySet<string>; except: readonly string[] }[] {
  return withholds.map((one, index) => {
    for (const [place, name] of one.elements.entries())
      if (namesOfEntry(name, elements).length === 0)
        say(['withholds', index, 'elements', place], `there is no element "${name}"`);
    for (const [place, system] of one.except.entries())
      if (!Object.hasOwn(systems, system))
        say(['withholds', index, 'except', place], `there is no dictionary/systems/${system}.yaml`);
    return { elements: new Set(one.elements.flatMap((name) => namesOfEntry(name, elements))), except: one.except };
  });
}

function stagesOf({ states }: RegionDocument): Region['stages'] {
  const stages = new Map<string, Record<string, string>>();
  for (const state of Object.values(states))
    for (const [system, stage] of Object.entries(state.stages))
      stages.set(system, { ...stages.get(system), [state.means]: stage });
  return stages;
}
