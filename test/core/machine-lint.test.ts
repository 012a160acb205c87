// One broken machine per rule: each finding is made, and made where the fault is.
import { describe, expect, test } from 'vitest';
import type { MachineDefinition } from '../../src/core/machine/definition.ts';
import { type Finding, lintMachine } from '../../src/core/machine/lint.ts';

type Draft = Record<string, unknown>;

const meta = { owner: 'Recruiter', sla: 'P1D', systemOfRecord: 'ats', onDivergence: 'revert' };
const state = (members: Draft = {}): Draft => ({ description: 'A state.', meta, ...members });
const to = (target: string, members: Draft = {}): Draft => ({
  target,
  description: 'It moved.',
  meta: { causedBy: ['ats'], requires: [] },
  ...members,
});
const ends = state({ type: 'final', meta: { ...meta, sla: null } });
const skips = (stage: string): Draft => ({ guard: { type: 'requisitionSkips', params: { stage } } });

const machine = (states: Draft, members: Draft = {}): MachineDefinition =>
  ({
    id: 'application',
    version: '1',
    description: 'A machine.',
    initial: 'none',
    states,
    ...members,
  }) as unknown as MachineDefinition;

const sound = {
  none: state({ on: { 'it.began': to('open') }, meta: { ...meta, sla: null } }),
  open: {
    description: 'A region.',
    initial: 'first',
    on: { 'it.paused': to('paused') },
    states: {
      memory: { type: 'history', history: 'deep' },
      first: state({ on: { 'it.went_on': to('second') } }),
      second: state({ on: { 'it.ended': to('#application.over') } }),
    },
  },
  paused: state({ on: { 'it.resumed': to('open.memory') } }),
  over: ends,
};
const changed = (changes: Draft): MachineDefinition => machine({ ...sound, ...changes });

test('a sound machine has no findings', () => {
  expect(lintMachine(machine(sound))).toEqual([]);
});

/** A guarded way out of a state, and another of the same event out of the region around it. */
const overlapping = changed({
  open: {
    ...sound.open,
    on: { 'it.paused': to('paused', skips('b')) },
    states: {
      ...sound.open.states,
      first: state({ on: { 'it.went_on': to('second'), 'it.paused': to('second', skips('a')) } }),
    },
  },
});

describe('each rule', () => {
  const first = (on: Draft): MachineDefinition =>
    changed({
      open: {
        ...sound.open,
        states: { ...sound.open.states, first: state({ on: { 'it.went_on': to('second'), ...on } }) },
      },
    });
  test.each<[rule: string, path: string, broken: MachineDefinition]>([
    ['unreachable', 'island', changed({ island: state({ on: { 'it.ended': to('over') } }) })],
    ['dead_end', 'paused', changed({ paused: state({}) })],
    ['dead_end', 'paused', changed({ paused: state({ on: { 'it.stayed': to('paused') } }) })],
    ['missing_owner', 'paused', changed({ paused: { ...sound.paused, meta: { ...meta, owner: ' ' } } })],
    ['missing_sla', 'paused', changed({ paused: { ...sound.paused, meta: { ...meta, sla: undefined } } })],
    ['endless_wait', 'paused', changed({ paused: { ...sound.paused, meta: { ...meta, sla: null } } })],
    ['invalid_duration', 'paused', changed({ paused: { ...sound.paused, meta: { ...meta, sla: '2 days' } } })],
    ['invalid_duration', 'paused', changed({ paused: { ...sound.paused, meta: { ...meta, sla: 'PT0S' } } })],
    [
      'missing_system_of_record',
      'paused',
      changed({ paused: { ...sound.paused, meta: { ...meta, systemOfRecord: undefined } } }),
    ],
    [
      'missing_on_divergence',
      'paused',
      changed({ paused: { ...sound.paused, meta: { ...meta, onDivergence: undefined } } }),
    ],
    ['missing_description', 'paused', changed({ paused: { ...sound.paused, description: undefined } })],
    ['missing_description', 'open', changed({ open: { ...sound.open, description: undefined } })],
    ['missing_description', '', machine(sound, { description: '' })],
    [
      'missing_transition_description',
      'paused › it.resumed',
      changed({ paused: state({ on: { 'it.resumed': to('open.memory', { description: '' }) } }) }),
    ],
    [
      'missing_caused_by',
      'paused › it.resumed',
      changed({ paused: state({ on: { 'it.resumed': to('open.memory', { meta: { causedBy: [], requires: [] } }) } }) }),
    ],
    [
      'missing_requires',
      'paused › it.resumed',
      changed({ paused: state({ on: { 'it.resumed': to('open.memory', { meta: { causedBy: ['ats'] } }) } }) }),
    ],
    ['unknown_guard', 'open.first › it.jumped', first({ 'it.jumped': to('second', { guard: { type: 'toString' } }) })],
    [
      'unknown_guard',
      'open.first › it.jumped',
      first({ 'it.jumped': to('second', { guard: { type: 'requisitionSkips', params: { step: 'x' } } }) }),
    ],
    [
      'unknown_element',
      'open.first › it.jumped',
      first({ 'it.jumped': to('second', { meta: { causedBy: ['ats'], requires: ['score'] } }) }),
    ],
    [
      'indistinguishable',
      'open.first › it.jumped',
      first({ 'it.jumped': [to('second', skips('a')), to('#application.over', skips('b'))] }),
    ],
    ['indistinguishable', 'open.first › it.jumped', first({ 'it.jumped': [to('second'), to('#application.over')] })],
    ['indistinguishable', 'open.first › it.paused', overlapping],
    ['ambiguous_stage', 'open.first', first({ 'it.jumped': to('second') })],
    [
      'history_outside_region',
      'memory',
      changed({
        memory: { type: 'history', history: 'deep' },
        open: { ...sound.open, states: { first: sound.open.states.first, second: sound.open.states.second } },
        paused: state({ on: { 'it.resumed': to('over') } }),
      }),
    ],
    [
      'shallow_history',
      'open.memory',
      changed({
        open: { ...sound.open, states: { ...sound.open.states, memory: { type: 'history', history: 'shallow' } } },
      }),
    ],
    [
      'second_history',
      'open.other',
      changed({
        open: { ...sound.open, states: { ...sound.open.states, other: { type: 'history', history: 'deep' } } },
      }),
    ],
    ['history_from_inside', 'open.first › it.jumped', first({ 'it.jumped': to('memory') })],
    [
      'nested_final',
      'open.second',
      changed({
        open: { ...sound.open, states: { ...sound.open.states, second: ends } },
        paused: state({ on: { 'it.resumed': to('open.memory'), 'it.ended': to('over') } }),
      }),
    ],
    ['final_with_exit', 'over', changed({ over: { ...ends, on: { 'it.began': to('open') } } })],
    ['does_not_load', '', changed({ paused: state({ on: { 'it.resumed': to('nowhere') } }) })],
    ['malformed', 'paused', changed({ paused: state({ on: { 'it.resumed': to('over') }, after: { 1000: 'over' } }) })],
    ['malformed', 'paused', changed({ paused: state({ on: { '*': to('over') } }) })],
    [
      'malformed',
      'open.first',
      first({ 'it.jumped': to('second', { meta: { causedBy: ['crystal_ball'], requires: [] } }) }),
    ],
    ['malformed', '', machine(sound, { version: '1.5' })],
  ])('%s at "%s"', (rule, path, broken) => {
    const found = lintMachine(broken, new Set(['screening.score']));
    expect(found.map((finding: Finding) => [finding.rule, finding.path])).toContainEqual([rule, path]);
    for (const finding of found) expect(finding.message).not.toBe('');
  });
});

test('a way that vendors cannot tell from another is a warning, not an error', () => {
  const first = state({ on: { 'it.went_on': to('second'), 'it.jumped': to('second') } });
  const found = lintMachine(changed({ open: { ...sound.open, states: { ...sound.open.states, first } } }));
  expect(found).toEqual([
    {
      rule: 'ambiguous_stage',
      severity: 'warning',
      path: 'open.first',
      message:
        '"it.went_on" and "it.jumped" lead to the same state and may both be caused by ats: a bare stage change takes the first.',
    },
  ]);
});

test('a guarded way with an unguarded one behind it can be told apart', () => {
  const first = state({ on: { 'it.went_on': [to('#application.over', skips('second')), to('second')] } });
  expect(lintMachine(changed({ open: { ...sound.open, states: { ...sound.open.states, first } } }))).toEqual([]);
});

test('no definition makes it throw', () => {
  for (const broken of [
    null,
    7,
    {},
    { states: [] },
    { ...machine(sound), initial: 'nowhere' },
    machine({ none: { states: {} } }),
  ]) {
    expect(lintMachine(broken as never).length).toBeGreaterThan(0);
  }
});
