// A machine compiled: what its table says, and that a row brings back exactly the place it was written at.
import { describe, expect, test } from 'vitest';
import { hasState, isWithin, snapshotAt, step } from '../../src/core/machine/machine.ts';
import { at, compiled, machineCalled } from './machine-fixtures.ts';

const application = machineCalled('application');

describe('compileMachine', () => {
  test('has a leaf table with the meaning of each state', () => {
    expect(application.initial).toBe('none');
    expect(application.leaves.get('active.screening.invited')).toMatchObject({
      slaMs: 5 * 86_400_000,
      final: false,
      meta: { owner: 'Candidate', systemOfRecord: 'screening' },
    });
    expect(application.leaves.has('active')).toBe(false);
    expect(application.leaves.has('active.where_it_was')).toBe(false);
    expect(machineCalled('requisition').leaves.get('closed')?.final).toBe(true);
  });

  test('a leaf inherits the ways out of the states around it, and says where each was written', () => {
    const edges = application.edges.get('active.screening.invited') ?? [];
    expect(edges.find((edge) => edge.event === 'application.withdrawn')).toMatchObject({
      from: 'active.screening.invited',
      to: 'withdrawn',
      declaredOn: 'active',
    });
    expect(edges.find((edge) => edge.event === 'screening.started')).toMatchObject({
      declaredOn: 'active.screening.invited',
    });
  });

  test('an edge into a region leads to its first leaf, one into a history to nowhere fixed', () => {
    expect(application.edges.get('none')?.[0]?.to).toBe('active.received');
    expect(application.edges.get('on_hold')?.find((edge) => edge.event === 'application.resumed')?.to).toBeNull();
  });

  test('the same definition has the same hash, whatever the order of its members', () => {
    const { id, ...rest } = application.definition;
    expect(machineCalled('application').hash).toBe(application.hash);
    expect(new Set(compiled.map((machine) => machine.hash)).size).toBe(compiled.length);
    expect(Object.keys({ ...rest, id })).not.toEqual(Object.keys(application.definition));
  });
});

describe('a place in a row', () => {
  test.each([...application.leaves.keys()].filter((leaf) => isWithin(leaf, 'active')))(
    '%s: held and resumed, it is where it was',
    (leaf) => {
      const held = step(application, snapshotAt(application, at(leaf)), 'application.held');
      expect(held).toEqual({ state: 'on_hold', history: leaf });
      const resumed = step(application, snapshotAt(application, at(held.state, held.history)), 'application.resumed');
      expect(resumed.state).toBe(leaf);
    },
  );

  test('rejected while on hold and reopened, it is where it was before the hold', () => {
    const held = step(application, snapshotAt(application, at('active.interview.scheduled')), 'application.held');
    const rejected = step(application, snapshotAt(application, at(held.state, held.history)), 'application.rejected');
    expect(rejected).toEqual({ state: 'rejected', history: 'active.interview.scheduled' });
    expect(
      step(application, snapshotAt(application, at(rejected.state, rejected.history)), 'application.reopened').state,
    ).toBe('active.interview.scheduled');
  });

  test('a nested region is remembered whole', () => {
    const onboarding = machineCalled('onboarding');
    const cancelled = step(
      onboarding,
      snapshotAt(onboarding, at('preparing.background_check.consider')),
      'onboarding.cancelled',
    );
    expect(
      step(onboarding, snapshotAt(onboarding, at(cancelled.state, cancelled.history)), 'onboarding.reopened').state,
    ).toBe('preparing.background_check.consider');
  });

  test('a state that the version lacks is an error that names both', () => {
    expect(() => snapshotAt(application, at('active.phone_screen'))).toThrow(
      /application v1 has no state "active.phone_screen"/,
    );
  });
});

describe('hasState', () => {
  test.each([
    ['active.screening', true],
    ['active.screening.invited', true],
    ['active', true],
    ['active.screen', false],
    ['', false],
  ])('%s: %s', (path, known) => {
    expect(hasState(application, path)).toBe(known);
  });
});
