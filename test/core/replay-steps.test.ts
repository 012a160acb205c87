// Past steps in a candidate version: where they begin, and that an imported subject begins where it was imported.
import { expect, test } from 'vitest';
import type { CompiledMachine } from '../../src/core/machine/machine.ts';
import { type PastStep, replaySteps } from '../../src/core/machine/replay-steps.ts';
import { loadDefinitions } from '../../src/load-definitions.ts';

const machine = loadDefinitions().machines.latest('application');
const step = (version: number, event: string, to: string, more: Partial<PastStep> = {}): PastStep => ({
  version,
  event,
  by: 'operator',
  to,
  history: null,
  elements: [],
  ...more,
});
const imported = (to: string, history: string | null = null): PastStep => step(1, 'subject.imported', to, { history });
const without = (state: string): CompiledMachine => ({
  ...machine,
  leaves: new Map([...machine.leaves].filter(([path]) => path !== state)),
});

test('an imported subject begins where it was imported, and goes on from there', () => {
  expect(replaySteps(machine, [imported('active.screening.invited')], {})).toEqual({ kind: 'same' });
  const done = step(2, 'screening.completed', 'active.screening.completed', {
    by: 'screening',
    elements: ['screening.score'],
  });
  expect(replaySteps(machine, [imported('active.screening.invited'), done], {})).toEqual({ kind: 'same' });
  expect(replaySteps(machine, [imported('hired'), done], {})).toMatchObject({ kind: 'refused', at: 2, state: 'hired' });
});

test('what it is taken back to was imported with it', () => {
  const reopened = step(2, 'application.reopened', 'active.triage', { elements: ['reopen.reason'] });
  expect(replaySteps(machine, [imported('rejected', 'active.triage'), reopened], {})).toEqual({ kind: 'same' });
  expect(replaySteps(machine, [imported('rejected', 'active.screening.invited'), reopened], {})).toEqual({
    kind: 'elsewhere',
    state: 'active.screening.invited',
  });
});

test('a version without the state that it was imported in would not have taken it', () => {
  for (const gone of ['rejected', 'active.triage'])
    expect(replaySteps(without(gone), [imported('rejected', 'active.triage')], {})).toMatchObject({
      kind: 'refused',
      at: 1,
      event: 'subject.imported',
      state: 'none',
      code: 'unknown_state',
      detail: expect.stringContaining(gone),
    });
});

test('an import is the first entry or none', () => {
  const received = step(1, 'application.received', 'active.received');
  const late = { ...imported('hired'), version: 2 };
  expect(replaySteps(machine, [received, late], {})).toMatchObject({ kind: 'refused', at: 2 });
});
