// A machine version made ready: the XState machine for stepping, and its leaf graph as a table for everything that only looks.
import {
  type AnyStateMachine,
  createMachine,
  type MachineSnapshot,
  type StateNode,
  type StateValue,
  transition,
} from 'xstate';
import { assert } from '../assert.ts';
import { fingerprint } from '../canonical-json.ts';
import { durationMs } from '../duration.ts';
import type { MachineDefinition, StateMeta, TransitionMeta } from './definition.ts';
import { type Facts, type GuardReference, guards } from './guards.ts';
import { remembered } from './remembered-answers.ts';
import { isWithin } from './state-path.ts';

export { isWithin } from './state-path.ts';

// biome-ignore lint/suspicious/noExplicitAny: XState's snapshot type has eight parameters that a data-driven machine leaves open.
export type Snapshot = MachineSnapshot<any, any, any, any, any, any, any, any>;

/** A state a subject can be in, by its path from the root: `active.screening.invited`. */
export interface LeafState {
  path: string;
  description: string;
  meta: StateMeta;
  slaMs: number | null;
  final: boolean;
}

/** One way out of a leaf: where `event` leads. `to` is null for "back to where it was" (a history target). */
export interface Edge {
  from: string;
  event: string;
  to: string | null;
  description: string;
  meta: TransitionMeta;
  guard: GuardReference | null;
  /** The state, leaf or compound, that the arrow leaves in the definition. */
  declaredOn: string;
}

export interface CompiledMachine {
  name: MachineDefinition['id'];
  version: number;
  /** SHA-256 of the canonical definition, hex: what a signature is bound to. */
  hash: string;
  definition: MachineDefinition;
  initial: string;
  events: ReadonlySet<string>;
  leaves: ReadonlyMap<string, LeafState>;
  edges: ReadonlyMap<string, readonly Edge[]>;
  xstate: AnyStateMachine;
}

export function compileMachine(definition: MachineDefinition): CompiledMachine {
  const xstate = createMachine(
    structuredClone(definition) as never,
    { guards: xstateGuards() } as never,
  ) as AnyStateMachine;
  const leaves = new Map<string, LeafState>();
  for (const node of allNodes(xstate.root)) if (isLeaf(node)) leaves.set(pathOf(node), leafState(node));
  const edges = new Map<string, readonly Edge[]>();
  for (const path of leaves.keys()) edges.set(path, edgesFrom(xstate, path));
  return {
    name: definition.id,
    version: Number(definition.version),
    hash: fingerprint(definition),
    definition,
    initial: leafBelow(xstate.root),
    events: new Set([...edges.values()].flat().map((edge) => edge.event)),
    leaves,
    edges,
    xstate,
  };
}

/** A subject's place in a machine, as its row holds it. `history` is where "resume" and "reopen" lead. */
export interface Place {
  state: string;
  history: string | null;
  facts: Facts;
}

/** Rebuilds XState's snapshot from a row. Throws when the version has no such state: a row and its machine then disagree. */
export function snapshotAt(machine: CompiledMachine, place: Place): Snapshot {
  assert(machine.leaves.has(place.state), `${machine.name} v${machine.version} has no state "${place.state}"`);
  return machine.xstate.resolveState({
    value: stateValueOf(place.state),
    context: place.facts,
    historyValue: historyValue(machine, place.history),
  }) as Snapshot;
}

/** One pure step. The caller has asked `can()` before: XState answers an illegal event with silence. */
export function step(machine: CompiledMachine, snapshot: Snapshot, event: string): Step {
  const [next] = transition(machine.xstate, snapshot, { type: event });
  const after = next as Snapshot;
  const remembered = Object.values(after.historyValue as Record<string, StateNode[]>).flat();
  const leaf = remembered.find((node) => isLeaf(node));
  return { state: leafPath(after.value as StateValue), history: leaf ? pathOf(leaf) : null };
}

/** Where an event leads from a place; null where XState takes no such event. Asked of XState once for each place, then remembered. */
export const stepFrom = (machine: CompiledMachine, place: Place, event: string): Step | null =>
  machine.events.has(event)
    ? remembered(machine, `step ${event}`, place, (): Found => ({ step: firstStep(machine, place, event) })).step
    : null;

interface Step {
  state: string;
  history: string | null;
}

interface Found {
  step: Step | null;
}

function firstStep(machine: CompiledMachine, place: Place, event: string): Step | null {
  const snapshot = snapshotAt(machine, place);
  return snapshot.can({ type: event }) ? step(machine, snapshot, event) : null;
}

/** True when a machine has this state, leaf or compound: what a mapping may name. */
export const hasState = (machine: CompiledMachine, path: string): boolean =>
  [...machine.leaves.keys()].some((leaf) => isWithin(leaf, path));

const pathOf = (node: StateNode): string => node.path.join('.');
const isLeaf = (node: StateNode): boolean => node.type === 'atomic' || node.type === 'final';

function* allNodes(node: StateNode): Iterable<StateNode> {
  yield node;
  for (const child of Object.values(node.states)) yield* allNodes(child);
}

function leafState(node: StateNode): LeafState {
  const meta = node.meta as StateMeta;
  return {
    path: pathOf(node),
    description: node.description ?? '',
    meta,
    slaMs: meta?.sla ? durationMs(meta.sla) : null,
    final: node.type === 'final',
  };
}

/** Ways out of a leaf, its own first and then its parents'. What is handled below without a guard is not inherited from above. */
function edgesFrom(xstate: AnyStateMachine, path: string): Edge[] {
  const found: Edge[] = [];
  const handled = new Set<string>();
  let node: StateNode | undefined = xstate.root;
  const chain: StateNode[] = [node];
  for (const key of path.split('.')) {
    node = node?.states[key];
    assert(node, `No state "${path}"`);
    chain.unshift(node);
  }
  for (const owner of chain) {
    for (const [event, transitions] of owner.transitions) {
      if (handled.has(event)) continue;
      for (const one of transitions) {
        const edge = edgeOf(path, event, owner, one as never);
        found.push(edge);
        if (edge.guard) continue;
        handled.add(event);
        break;
      }
    }
  }
  return found;
}

interface XStateTransition {
  target?: StateNode[];
  description?: string;
  meta?: TransitionMeta;
  guard?: { type: string; params?: Record<string, string> } | string;
}

function edgeOf(from: string, event: string, owner: StateNode, one: XStateTransition): Edge {
  const target = one.target?.[0];
  const guard = typeof one.guard === 'string' ? { type: one.guard } : one.guard;
  return {
    from,
    event,
    to: target ? (target.type === 'history' ? null : leafBelow(target)) : from,
    description: one.description ?? '',
    meta: one.meta as TransitionMeta,
    guard: guard ? { type: guard.type, params: guard.params ?? {} } : null,
    declaredOn: pathOf(owner),
  };
}

function leafBelow(node: StateNode): string {
  let at = node;
  while (!isLeaf(at)) {
    const initial: StateNode | undefined = at.initial?.target?.[0] as StateNode | undefined;
    assert(initial, `State "${pathOf(at)}" has no initial state`);
    at = initial;
  }
  return pathOf(at);
}

function xstateGuards(): Record<string, (args: { context: Facts }, params: Record<string, string>) => boolean> {
  return Object.fromEntries(
    Object.entries(guards).map(([name, guard]) => [
      name,
      ({ context }: { context: Facts }, params: Record<string, string>) => guard.holds(context, params ?? {}),
    ]),
  );
}

function stateValueOf(path: string): StateValue {
  return path
    .split('.')
    .reduceRight<StateValue | null>((inner, key) => (inner === null ? key : { [key]: inner }), null) as StateValue;
}

function leafPath(value: StateValue): string {
  if (typeof value === 'string') return value;
  const [key, inner] = Object.entries(value)[0] as [string, StateValue];
  return `${key}.${leafPath(inner)}`;
}

function historyValue(machine: CompiledMachine, history: string | null): Record<string, StateNode[]> {
  if (history === null) return {};
  const target = nodeAt(machine.xstate.root, history);
  const value: Record<string, StateNode[]> = {};
  for (const node of allNodes(machine.xstate.root)) {
    if (node.type !== 'history') continue;
    const region = node.parent;
    if (region && isWithin(history, pathOf(region)))
      value[node.id] =
        node.history === 'deep'
          ? [target]
          : [nodeAt(region, history.slice(pathOf(region).length + 1).split('.')[0] ?? '')];
  }
  return value;
}

function nodeAt(root: StateNode, path: string): StateNode {
  let node: StateNode | undefined = root;
  for (const key of path.split('.')) node = node?.states[key];
  assert(node, `No state "${path}"`);
  return node;
}
