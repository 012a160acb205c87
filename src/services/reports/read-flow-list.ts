// The list behind one number of the state diagram.
import { limits } from '../../core/limits.ts';
import { type CompiledMachine, isWithin } from '../../core/machine/machine.ts';
import type { FlowFilter } from '../../store/reports/flow.ts';
import {
  type FlowRow,
  refusedFrom,
  staysInState,
  stuckInState,
  subjectsInState,
  unconfirmedFrom,
} from '../../store/reports/flow-lists.ts';
import { inSnapshot } from '../../store/reports/snapshot.ts';
import type { Context } from '../context.ts';
import { stuckBounds } from './read-flow.ts';

export const flowLists = ['here', 'late', 'stuck', 'time', 'refused', 'unconfirmed'] as const;
export type FlowListKind = (typeof flowLists)[number];

export interface FlowList {
  rows: FlowRow[];
  /** How many there are; more than `rows` where the list is cut at `limits.pageRowsMax`. */
  total: number;
}

/** `state` is a leaf, or for writes a compound state too; `claim` is an event, or what was claimed. */
export async function readFlowList(
  context: Pick<Context, 'database'>,
  machine: CompiledMachine,
  filter: FlowFilter,
  kind: FlowListKind,
  state: string,
  claim: string | null,
): Promise<FlowList> {
  const rowsMax = limits.pageRowsMax;
  const rows = await inSnapshot(context.database.reports, (tx) => {
    switch (kind) {
      case 'here':
      case 'late':
        return subjectsInState(tx, filter, state, kind === 'late', rowsMax);
      case 'stuck':
        return stuckInState(tx, filter, stuckBounds, state, rowsMax);
      case 'time':
        return staysInState(tx, filter, state, rowsMax);
      case 'refused':
        return refusedFrom(tx, filter, state, claim, rowsMax);
      case 'unconfirmed':
        return unconfirmedFrom(tx, filter, statesBehind(machine, state, claim), claim, rowsMax);
    }
  });
  return { rows, total: rows[0]?.total ?? 0 };
}

/** The states whose transition by that event is the arrow that leaves `state`; without an event, the state and those within. */
function statesBehind(machine: CompiledMachine, state: string, event: string | null): string[] {
  return [...machine.leaves.keys()].filter((leaf) => {
    if (!isWithin(leaf, state)) return false;
    if (event === null) return true;
    const edge = (machine.edges.get(leaf) ?? []).find((one) => one.event === event);
    return edge ? edge.declaredOn === state : leaf === state;
  });
}
