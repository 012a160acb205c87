// What one machine version has that another has not: states and transitions added, removed and changed, each with what changed about it.
import { canonicalJson } from '../canonical-json.ts';
import type { MachineDefinition, StateDefinition, TransitionDefinition } from './definition.ts';
import type { CompiledMachine } from './machine.ts';

export type Change = 'added' | 'removed' | 'changed';

/** One member that differs, as text; null where there is none. */
export interface FieldChange {
  field: string;
  before: string | null;
  after: string | null;
}

export interface StateChange {
  /** Of a leaf or of a compound state. */
  path: string;
  change: Change;
  fields: readonly FieldChange[];
}

export interface TransitionChange {
  /** The state that the arrow leaves as it is written: a leaf, or a compound state for all that lie in it. */
  from: string;
  event: string;
  /** As words, where one event has several ways out. */
  guard: string | null;
  /** Where it leads: before where it was removed, after otherwise. */
  to: string;
  change: Change;
  fields: readonly FieldChange[];
}

export interface MachineDiff {
  states: readonly StateChange[];
  transitions: readonly TransitionChange[];
  /** The machine's own members, such as its description or where it begins. */
  machine: readonly FieldChange[];
}

export function diffMachines(before: CompiledMachine, after: CompiledMachine): MachineDiff {
  const [a, b] = [writtenIn(before.definition), writtenIn(after.definition)];
  return {
    states: changesOf(a.states, b.states, (path, change, fields) => ({ path, change, fields })),
    transitions: changesOf(a.transitions, b.transitions, (key, change, fields) => {
      const { from = '', event = '', guard = null, to = '' } = (change === 'removed' ? a : b).places.get(key) ?? {};
      return { from, event, guard, to, change, fields };
    }),
    machine: fieldChanges(membersOf(before.definition), membersOf(after.definition)),
  };
}

/** What both have, under one definition that can be drawn: the later version with what it no longer has put back. */
export function unionOf(before: MachineDefinition, after: MachineDefinition): MachineDefinition {
  return { ...after, states: unionOfStates(before.states, after.states) };
}

type States = Readonly<Record<string, StateDefinition>>;
type Fields = ReadonlyMap<string, string>;

interface Place {
  from: string;
  event: string;
  guard: string | null;
  to: string;
}

interface Written {
  states: Map<string, Fields>;
  transitions: Map<string, Fields>;
  places: Map<string, Place>;
}

function writtenIn(definition: MachineDefinition): Written {
  const written: Written = { states: new Map(), transitions: new Map(), places: new Map() };
  const visit = (states: States, parent: string | null): void => {
    for (const [key, state] of Object.entries(states)) {
      const path = parent === null ? key : `${parent}.${key}`;
      written.states.set(path, membersOf(state));
      for (const [event, ways] of Object.entries(state.on ?? {}))
        for (const way of [ways].flat() as TransitionDefinition[])
          noteWay(written, definition.id, path, parent, event, way);
      if (state.states) visit(state.states, path);
    }
  };
  visit(definition.states, null);
  return written;
}

function noteWay(
  written: Written,
  machine: string,
  from: string,
  parent: string | null,
  event: string,
  way: TransitionDefinition,
): void {
  const guard = way.guard ? `${way.guard.type} ${Object.values(way.guard.params ?? {}).join(', ')}`.trim() : null;
  const prefix = `#${machine}.`;
  const to = way.target.startsWith(prefix)
    ? way.target.slice(prefix.length)
    : parent === null
      ? way.target
      : `${parent}.${way.target}`;
  const key = [from, event, guard ?? ''].join(' › ');
  written.places.set(key, { from, event, guard, to });
  const { meta } = way;
  written.transitions.set(
    key,
    new Map([
      ['leads to', to],
      ['description', way.description],
      ['may be caused by', [...meta.causedBy].sort().join(', ')],
      ['needs', [...meta.requires].sort().join(', ')],
      ['leads back', meta.backward ? 'yes' : 'no'],
    ]),
  );
}

/** Members that are not states or transitions, which are looked at one by one. */
function membersOf(whole: object): Fields {
  const fields = new Map<string, string>();
  for (const [key, value] of Object.entries(whole)) {
    if (key === 'states' || key === 'on' || value === undefined) continue;
    if (key === 'meta') for (const [name, of] of Object.entries(value)) fields.set(words[name] ?? name, textOf(of));
    else fields.set(words[key] ?? key, textOf(value));
  }
  return fields;
}

const words: Readonly<Record<string, string>> = {
  owner: 'whose turn',
  sla: 'due after',
  systemOfRecord: 'system of record',
  onDivergence: 'when a system differs',
  initial: 'begins in',
  id: 'machine',
};

const textOf = (value: unknown): string =>
  value === null ? 'none' : typeof value === 'string' ? value : canonicalJson(value);

function changesOf<T>(
  before: ReadonlyMap<string, Fields>,
  after: ReadonlyMap<string, Fields>,
  make: (key: string, change: Change, fields: readonly FieldChange[]) => T,
): T[] {
  const found: T[] = [];
  for (const [key, fields] of after) {
    const was = before.get(key);
    const changed = fieldChanges(was ?? new Map(), fields);
    if (!was) found.push(make(key, 'added', changed));
    else if (changed.length > 0) found.push(make(key, 'changed', changed));
  }
  for (const [key, fields] of before)
    if (!after.has(key)) found.push(make(key, 'removed', fieldChanges(fields, new Map())));
  return found;
}

function fieldChanges(before: Fields, after: Fields): FieldChange[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((field) => before.get(field) !== after.get(field))
    .map((field) => ({ field, before: before.get(field) ?? null, after: after.get(field) ?? null }));
}

function unionOfStates(before: States, after: States): States {
  const states: Record<string, StateDefinition> = { ...after };
  for (const [key, was] of Object.entries(before)) {
    const is = after[key];
    states[key] = is ? unionOfState(was, is) : was;
  }
  return states;
}

function unionOfState(was: StateDefinition, is: StateDefinition): StateDefinition {
  // Nothing can be in or lead out of a final or history state; what was there before can only be told in the table.
  if (is.type !== undefined) return is;
  const on = { ...is.on };
  for (const [event, ways] of Object.entries(was.on ?? {})) {
    const kept = [on[event] ?? []].flat() as TransitionDefinition[];
    const gone = ([ways].flat() as TransitionDefinition[]).filter((way) => !kept.some((one) => sameWay(one, way)));
    on[event] = [...kept, ...gone];
  }
  const states = was.states || is.states ? unionOfStates(was.states ?? {}, is.states ?? {}) : undefined;
  const initial = is.initial ?? was.initial;
  return {
    ...is,
    on,
    ...(states === undefined ? {} : { states }),
    ...(states === undefined || initial === undefined ? {} : { initial }),
  };
}

const sameWay = (one: TransitionDefinition, other: TransitionDefinition): boolean =>
  one.target === other.target && canonicalJson(one.guard ?? null) === canonicalJson(other.guard ?? null);
