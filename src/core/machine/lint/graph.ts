// Rules about paths: every state can be reached and left, and no two ways out of it can be mistaken for each other.
import { type CompiledMachine, type Edge, isWithin } from '../machine.ts';
import type { Finding } from './finding.ts';
import { statesOf } from './walk.ts';

export function graphFindings(machine: CompiledMachine): Finding[] {
  const found: Finding[] = unreachable(machine);
  for (const [state, edges] of machine.edges) {
    found.push(...exits(machine, state, edges), ...historyFromInside(machine, state, edges));
    found.push(...indistinguishable(state, edges), ...ambiguousStage(state, edges));
  }
  return found;
}

function unreachable(machine: CompiledMachine): Finding[] {
  const reached = new Set([machine.initial]);
  for (const state of reached) {
    for (const edge of machine.edges.get(state) ?? []) if (edge.to !== null) reached.add(edge.to);
  }
  return [...machine.leaves.keys()]
    .filter((leaf) => !reached.has(leaf))
    .map((leaf) => finding('unreachable', leaf, `No path leads from "${machine.initial}" to here.`));
}

function exits(machine: CompiledMachine, state: string, edges: readonly Edge[]): Finding[] {
  const leaf = machine.leaves.get(state);
  const found: Finding[] = [];
  if (!leaf?.final && edges.every((edge) => edge.to === state))
    found.push(finding('dead_end', state, 'Nothing leads out of here: add a transition, or type: "final".'));
  const over = edges.every((edge) => edge.meta?.backward);
  if (leaf?.meta?.sla === null && !over && state !== machine.initial) {
    found.push(
      finding(
        'endless_wait',
        state,
        'Something is still to come from here, so say after how long a subject counts as stuck. Only before the beginning and after the end is waiting fine.',
      ),
    );
  }
  return found;
}

function historyFromInside(machine: CompiledMachine, state: string, edges: readonly Edge[]): Finding[] {
  const history = [...statesOf(machine.definition)].find((one) => one.state.type === 'history');
  const region = history?.path.split('.').slice(0, -1).join('.') ?? '';
  if (!history || !isWithin(state, region)) return [];
  return edges
    .filter((edge) => edge.to === null)
    .map((edge) =>
      finding(
        'history_from_inside',
        `${state} › ${edge.event}`,
        `"${region}" has not been left yet, so there is nothing to go back to. Name the state that is meant.`,
      ),
    );
}

/** A guard shuts an edge; it does not choose between two. So one event has at most one guarded way out of a state. */
function indistinguishable(state: string, edges: readonly Edge[]): Finding[] {
  const guarded = edges.filter((edge) => edge.guard).map((edge) => edge.event);
  return [...new Set(guarded.filter((event, index) => guarded.indexOf(event) < index))].map((event) =>
    finding(
      'indistinguishable',
      `${state} › ${event}`,
      'More than one of these transitions can be open at once, and nothing says which is meant. Give them different events.',
    ),
  );
}

function ambiguousStage(state: string, edges: readonly Edge[]): Finding[] {
  const found: Finding[] = [];
  const forward = edges.filter((edge) => edge.to !== state && !edge.meta?.backward);
  for (const [index, one] of forward.entries()) {
    for (const other of forward.slice(index + 1)) {
      if (one.event === other.event || one.to !== other.to) continue;
      const both = (one.meta?.causedBy ?? []).filter((kind) => other.meta?.causedBy?.includes(kind));
      if (both.length === 0) continue;
      const message = `"${one.event}" and "${other.event}" lead to the same state and may both be caused by ${both.join(', ')}: a bare stage change takes the first.`;
      found.push({ rule: 'ambiguous_stage', severity: 'warning', path: state, message });
    }
  }
  return found;
}

const finding = (rule: string, path: string, message: string): Finding => ({ rule, severity: 'error', path, message });
