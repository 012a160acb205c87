// Gates of waves: what must hold before a connection moves on, what stops its writes, and how a watched write is judged.
import { describe, expect, test } from 'vitest';
import {
  breaches,
  gateDefaults,
  gatesToAdvance,
  gatesWith,
  gateWords,
  nextPhase,
  type WaveFigures,
} from '../../src/core/deciding/gates.ts';
import { compareShadow, type Watched } from '../../src/core/deciding/shadow.ts';

const good: WaveFigures = {
  days: 8,
  volume: 200,
  matchShare: 0.95,
  confirmedShare: 0.999,
  p95Ms: 60_000,
  driftShare: 0.01,
};
const failing = (phase: 'shadow' | 'pilot', change: Partial<WaveFigures>): string[] =>
  gatesToAdvance(phase, { ...good, ...change }, gateDefaults)
    .filter((gate) => !gate.passed)
    .map((gate) => gate.name);

describe('moving on', () => {
  test.each([
    ['shadow', {}, []],
    ['shadow', { days: 6.99 }, ['days']],
    ['shadow', { volume: 99 }, ['volume']],
    ['shadow', { matchShare: 0.89 }, ['matches']],
    ['shadow', { matchShare: null }, ['matches']],
    ['shadow', { driftShare: 0.06 }, ['drift']],
    ['shadow', { driftShare: null, confirmedShare: null, p95Ms: null }, []],
    ['pilot', { matchShare: null }, []],
    ['pilot', { confirmedShare: 0.98 }, ['confirmed']],
    ['pilot', { confirmedShare: null, p95Ms: null }, ['confirmed', 'p95']],
    ['pilot', { p95Ms: 300_001 }, ['p95']],
    ['pilot', { days: 0, volume: 0 }, ['days', 'volume']],
  ] as const)('%s %j: %j', (phase, change, names) => expect(failing(phase, change)).toEqual(names));

  test('a connection may have bounds of its own', () => {
    const gates = gatesToAdvance('shadow', { ...good, days: 3 }, gatesWith({ minDays: 2 }));
    expect(gates.every((gate) => gate.passed)).toBe(true);
  });

  test('after live comes nothing', () => {
    expect(nextPhase('shadow')).toBe('pilot');
    expect(nextPhase('pilot')).toBe('live');
    expect(nextPhase('live')).toBeNull();
    expect(gatesToAdvance('live', good, gateDefaults)).toEqual([]);
  });

  test('a gate says what was found and what is demanded', () => {
    const [days] = gatesToAdvance('shadow', { ...good, days: 3.9 }, gateDefaults);
    expect(days && gateWords(days)).toBe('days in this phase: 3, at least 7');
  });
});

describe('holding', () => {
  test.each([
    [{}, []],
    [{ confirmedShare: 0.89 }, ['confirmed']],
    [{ confirmedShare: 0.5, p95Ms: 9e9, driftShare: 1 }, ['confirmed', 'p95', 'drift']],
    // Too little was written to tell.
    [{ volume: 19, confirmedShare: 0 }, []],
  ] as const)('%j: %j', (change, names) =>
    expect(breaches({ ...good, ...change }, gateDefaults).map((gate) => gate.name)).toEqual(names),
  );
});

describe('a watched write', () => {
  const watched: Watched = {
    event: 'screening.invited',
    target: 'active.screening.invited',
    ageMs: 0,
    moved: false,
    claims: [],
    shown: [],
  };
  const patienceMs = 1_000;
  const stage = (claim: string) => ({ kind: 'stage' as const, claim });
  test.each<[string, Partial<Watched>, unknown]>([
    ['nobody can tell yet', {}, null],
    [
      'a stage that stands for it',
      { claims: [stage('active.triage | active.screening')] },
      { outcome: 'match', seen: watched.target },
    ],
    [
      'the event itself',
      { claims: [{ kind: 'event', claim: 'screening.invited' }] },
      { outcome: 'match', seen: watched.target },
    ],
    ['a reading', { shown: ['active.screening.invited'] }, { outcome: 'match', seen: watched.target }],
    [
      'done and left again',
      { claims: [stage('active.screening'), stage('active.offer')], ageMs: 9e9 },
      { outcome: 'match', seen: watched.target },
    ],
    ['something else, so far', { claims: [stage('active.offer')] }, null],
    [
      'something else, for long',
      { claims: [stage('active.offer')], ageMs: 1_000 },
      { outcome: 'miss', seen: 'active.offer' },
    ],
    ['nothing, for long', { ageMs: 1_000 }, { outcome: 'miss', seen: null }],
    [
      'another of the same beginning',
      { shown: ['active.screening.invited_twice'], ageMs: 1_000 },
      { outcome: 'miss', seen: 'active.screening.invited_twice' },
    ],
    ['the subject moved on before', { moved: true }, { outcome: 'overtaken', seen: null }],
    ['moved on, but done', { moved: true, shown: ['active.screening'] }, { outcome: 'match', seen: watched.target }],
  ])('%s', (_, change, expected) => expect(compareShadow({ ...watched, ...change }, patienceMs)).toEqual(expected));
});
