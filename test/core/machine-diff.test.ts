// The difference of two machine versions: nothing between equal ones, every kind of change named, and a union that can be drawn.
import { describe, expect, test } from 'vitest';
import { machineDefinitions } from '../../machines/index.ts';
import type { MachineDefinition, StateDefinition } from '../../src/core/machine/definition.ts';
import { diffMachines, unionOf } from '../../src/core/machine/diff.ts';
import { compileMachine } from '../../src/core/machine/machine.ts';

const base: MachineDefinition = {
  id: 'requisition',
  version: '1',
  description: 'A small one.',
  initial: 'none',
  states: {
    none: leaf({ 'requisition.opened': way('open') }),
    open: leaf({ 'requisition.filled': way('filled'), 'requisition.closed': way('closed') }),
    filled: leaf({ 'requisition.closed': way('closed') }),
    closed: { ...leaf({}), type: 'final' },
  },
};

function leaf(on: NonNullable<StateDefinition['on']>): StateDefinition {
  return {
    description: 'x',
    meta: { owner: 'Recruiter', sla: 'P1D', systemOfRecord: 'ats', onDivergence: 'hold' },
    on,
  };
}
function way(target: string) {
  return { target, description: 'on', meta: { causedBy: ['ats'] as const, requires: [] } };
}
const changed = (edit: (states: Record<string, StateDefinition>) => void): MachineDefinition => {
  const copy = structuredClone(base) as MachineDefinition & { states: Record<string, StateDefinition> };
  edit(copy.states);
  return { ...copy, version: '2' };
};
const diff = (after: MachineDefinition) => diffMachines(compileMachine(base), compileMachine(after));

test.each(machineDefinitions.map((one) => [`${one.id} v${one.version}`, one] as const))(
  '%s differs from itself in nothing',
  (_, one) => {
    const machine = compileMachine(one);
    expect(diffMachines(machine, machine)).toEqual({ states: [], transitions: [], machine: [] });
    expect(compileMachine(unionOf(one, one)).leaves.size).toBe(machine.leaves.size);
  },
);

describe('every kind of change is named', () => {
  test('a state and what leads to it and out of it', () => {
    const after = changed((states) => {
      states.paused = leaf({ 'requisition.resumed': way('open') });
      states.open = leaf({ ...states.open?.on, 'requisition.paused': way('paused') });
    });
    const found = diff(after);
    expect(found.states).toMatchObject([{ path: 'paused', change: 'added' }]);
    expect(found.transitions.map(({ from, event, to, change }) => [from, event, to, change])).toEqual([
      ['open', 'requisition.paused', 'paused', 'added'],
      ['paused', 'requisition.resumed', 'open', 'added'],
    ]);
    expect(found.machine).toEqual([{ field: 'version', before: '1', after: '2' }]);
    // The other way round it is a removal, and the union has both.
    const back = diffMachines(compileMachine(after), compileMachine(base));
    expect(back.states).toMatchObject([{ path: 'paused', change: 'removed' }]);
    expect(back.transitions.every(({ change }) => change === 'removed')).toBe(true);
    const union = compileMachine(unionOf(after, base));
    expect([...union.leaves.keys()]).toContain('paused');
    expect(union.edges.get('paused')?.map((edge) => edge.to)).toEqual(['open']);
  });

  test('owner, time and rule of a state', () => {
    const found = diff(
      changed((states) => {
        states.open = {
          ...(states.open as StateDefinition),
          meta: { owner: 'IT', sla: null, systemOfRecord: 'hris', onDivergence: 'revert' },
        };
      }),
    );
    expect(found.states).toEqual([
      {
        path: 'open',
        change: 'changed',
        fields: [
          { field: 'whose turn', before: 'Recruiter', after: 'IT' },
          { field: 'due after', before: 'P1D', after: 'none' },
          { field: 'system of record', before: 'ats', after: 'hris' },
          { field: 'when a system differs', before: 'hold', after: 'revert' },
        ],
      },
    ]);
    expect(found.transitions).toEqual([]);
  });

  test('target, authority and needs of a transition, and both ways are in the union', () => {
    const after = changed((states) => {
      states.open = leaf({
        ...states.open?.on,
        'requisition.filled': {
          target: 'closed',
          description: 'on',
          meta: { causedBy: ['hris', 'ats'], requires: ['job.title'] },
        },
      });
    });
    expect(diff(after).transitions).toEqual([
      {
        from: 'open',
        event: 'requisition.filled',
        guard: null,
        to: 'closed',
        change: 'changed',
        fields: [
          { field: 'leads to', before: 'filled', after: 'closed' },
          { field: 'may be caused by', before: 'ats', after: 'ats, hris' },
          { field: 'needs', before: '', after: 'job.title' },
        ],
      },
    ]);
  });
});
