// The decision, case by case: given a place, when a system says something, then this.
import { describe, expect, test } from 'vitest';
import { type Attempted, allowedEvents, type Claim, type Decision, decide } from '../../src/core/deciding/decide.ts';
import type { SystemKind } from '../../src/core/machine/definition.ts';
import type { Place } from '../../src/core/machine/machine.ts';
import { at, everyElement, machineCalled, skipping } from './machine-fixtures.ts';

const application = machineCalled('application');
const onboarding = machineCalled('onboarding');
const now = 1_700_000_000_000;

const event = (type: string): Claim => ({ kind: 'event', type });
const stage = (target: string): Claim => ({ kind: 'stage', targets: [target] });
const said = (claim: Claim, by: SystemKind, elements: readonly string[] = everyElement): Attempted => ({
  claim,
  by,
  elements,
});
const when = (place: Place, claim: Claim, by: SystemKind, elements?: readonly string[]): Decision =>
  decide(application, place, said(claim, by, elements), now);

const result = (decision: Decision): string => {
  switch (decision.kind) {
    case 'applied':
      return `${decision.transition.type} -> ${decision.transition.to}`;
    case 'refused':
      return decision.refusal.code;
    case 'no_edge':
      return `no edge, ${decision.reachable ? 'reachable' : 'unreachable'}: ${decision.refusal.code}`;
    default:
      return decision.kind;
  }
};

describe('an event', () => {
  test.each<[given: Place, type: string, by: SystemKind, then: string]>([
    [at('none'), 'application.received', 'portal', 'application.received -> active.received'],
    [
      at('active.screening.invited'),
      'screening.completed',
      'screening',
      'screening.completed -> active.screening.completed',
    ],
    [
      at('active.screening.expired'),
      'screening.completed',
      'screening',
      'screening.completed -> active.screening.completed',
    ],
    [at('active.screening.expired'), 'screening.invited', 'ats', 'screening.invited -> active.screening.invited'],
    [
      at('active.interview.scheduled'),
      'interview.rescheduled',
      'scheduling',
      'interview.rescheduled -> active.interview.scheduled',
    ],
    [
      at('active.interview.completed'),
      'interview.requested',
      'ats',
      'interview.requested -> active.interview.to_schedule',
    ],
    [at('active.offer.declined'), 'offer.revised', 'ats', 'offer.revised -> active.offer.drafted'],
    [at('active.offer.accepted'), 'application.hired', 'hris', 'application.hired -> hired'],
    [at('hired'), 'hire.reverted', 'hris', 'hire.reverted -> active.offer.accepted'],
    [at('active.triage'), 'application.held', 'operator', 'application.held -> on_hold'],
    [
      at('on_hold', 'active.offer.extended'),
      'application.resumed',
      'ats',
      'application.resumed -> active.offer.extended',
    ],
    [at('on_hold', 'active.offer.extended'), 'application.withdrawn', 'portal', 'application.withdrawn -> withdrawn'],
    [at('withdrawn', 'active.triage'), 'application.reopened', 'operator', 'application.reopened -> active.triage'],
    // The rule the whole thing exists for: a tool scores, a person turns down.
    [at('active.screening.completed'), 'application.rejected', 'screening', 'source_not_authorised'],
    [at('active.screening.completed'), 'application.rejected', 'ats', 'application.rejected -> rejected'],
    [at('active.screening.invited'), 'screening.completed', 'operator', 'source_not_authorised'],
    [at('active.interview.scheduled'), 'application.withdrawn', 'scheduling', 'source_not_authorised'],
    // Early: its turn may come.
    [at('none'), 'screening.completed', 'screening', 'later'],
    [at('active.triage'), 'screening.completed', 'screening', 'later'],
    [at('active.offer.extended'), 'application.hired', 'ats', 'later'],
    [at('on_hold', 'active.screening.started'), 'screening.completed', 'screening', 'later'],
    [at('active.triage'), 'interview.requested', 'scheduling', 'later'],
    // A repeat of what led here is not early: parked, it would hold the application again after it was resumed.
    [at('on_hold', 'active.triage'), 'application.held', 'ats', 'illegal_transition'],
    // Early, but from somebody who may never say it.
    [at('active.triage'), 'offer.accepted', 'screening', 'source_not_authorised'],
    // Too late, or never.
    [at('active.interview.scheduled'), 'screening.completed', 'screening', 'illegal_transition'],
    [at('active.screening.invited'), 'screening.invited', 'ats', 'illegal_transition'],
    [at('active.triage'), 'application.reopened', 'ats', 'illegal_transition'],
    [at('rejected', 'active.triage'), 'screening.completed', 'screening', 'closed'],
    [at('withdrawn', 'active.triage'), 'application.withdrawn', 'portal', 'closed'],
    [at('active.triage'), 'screening.finished', 'screening', 'unknown_event'],
    [at('active.triage'), '__proto__', 'screening', 'unknown_event'],
  ])('%o, %s by %s: %s', (given, type, by, then) => {
    expect(result(when(given, event(type), by))).toBe(then);
  });

  test('without an element that the transition requires: refused, naming it', () => {
    const decision = when(at('active.screening.started'), event('screening.completed'), 'screening', [
      'screening.reportUrl',
    ]);
    expect(decision).toEqual({
      kind: 'refused',
      refusal: {
        code: 'missing_elements',
        elements: ['screening.score'],
        detail: '"screening.completed" needs screening.score',
        state: 'active.screening.started',
        allowed: ['screening.completed', 'screening.expired'],
      },
    });
  });

  test('applied: the transition says where from, where to, what is remembered and when it is overdue', () => {
    const decision = when(at('active.interview.completed'), event('application.held'), 'ats');
    expect(decision).toEqual({
      kind: 'applied',
      transition: {
        type: 'application.held',
        from: 'active.interview.completed',
        to: 'on_hold',
        history: 'active.interview.completed',
        slaDueAt: now + 14 * 86_400_000,
      },
    });
  });

  test('a state without an SLA is never overdue', () => {
    const decision = when(at('active.offer.accepted'), event('application.hired'), 'ats');
    expect(decision).toMatchObject({ kind: 'applied', transition: { slaDueAt: null } });
  });

  test('a refusal names what this kind of system could have said instead', () => {
    const decision = when(at('active.screening.invited'), event('application.rejected'), 'screening');
    expect(decision).toMatchObject({
      refusal: { allowed: ['screening.completed', 'screening.expired', 'screening.started'] },
    });
    expect(allowedEvents(application, at('active.screening.invited'), 'portal')).toEqual(['application.withdrawn']);
  });

  test('a refusal names who could have said it', () => {
    expect(when(at('active.triage'), event('offer.accepted'), 'screening')).toMatchObject({
      refusal: { detail: '"offer.accepted" may be caused by ats, hris, operator, portal, not by screening' },
    });
  });
});

describe('a guard', () => {
  test.each<[state: string, skips: string[], type: string, by: SystemKind, then: string]>([
    ['active.received', [], 'screening.invited', 'screening', 'later'],
    ['active.received', ['triage'], 'screening.invited', 'screening', 'screening.invited -> active.screening.invited'],
    [
      'active.triage',
      ['screening'],
      'interview.requested',
      'ats',
      'interview.requested -> active.interview.to_schedule',
    ],
    ['active.triage', ['interview'], 'interview.requested', 'ats', 'later'],
    ['active.screening.passed', ['interview'], 'offer.drafted', 'ats', 'offer.drafted -> active.offer.drafted'],
    ['active.screening.passed', [], 'offer.drafted', 'ats', 'later'],
    ['active.offer.drafted', ['offer_approval'], 'offer.extended', 'ats', 'offer.extended -> active.offer.extended'],
    ['active.interview.to_schedule', ['scheduling'], 'offer.drafted', 'ats', 'offer.drafted -> active.offer.drafted'],
  ])('at %s, skipping %o: %s by %s: %s', (state, skips, type, by, then) => {
    expect(result(when(at(state, null, skipping(...skips)), event(type), by))).toBe(then);
  });

  test('shut, and no other way ahead: refused in words', () => {
    const without = {
      ...onboarding,
      edges: new Map([...onboarding.edges].filter(([state]) => state !== 'preparing.background_check.cleared')),
    };
    const decision = decide(
      without,
      at('preparing.documents.completed'),
      said(event('provisioning.started'), 'hris'),
      now,
    );
    expect(decision).toMatchObject({
      kind: 'refused',
      refusal: {
        code: 'guard_failed',
        detail: '"provisioning.started" is not open here: the requisition does not do without "background_check"',
      },
    });
  });

  test('shut, with another way ahead: later, and the refusal it becomes says why', () => {
    expect(when(at('active.triage'), event('interview.requested'), 'ats')).toMatchObject({
      kind: 'later',
      refusal: { code: 'guard_failed' },
    });
  });

  test('a shut edge is no way ahead', () => {
    const without = {
      ...onboarding,
      edges: new Map([...onboarding.edges].filter(([state]) => state !== 'preparing.background_check.cleared')),
    };
    const started = said(event('provisioning.started'), 'hris');
    expect(result(decide(without, at('preparing.documents.requested'), started, now))).toBe('illegal_transition');
    const skipped = at('preparing.documents.requested', null, skipping('background_check'));
    expect(result(decide(without, skipped, started, now))).toBe('later');
  });
});

describe('a stage', () => {
  test.each<[given: Place, target: string, by: SystemKind, then: string]>([
    [at('active.received'), 'active.triage', 'ats', 'triage.started -> active.triage'],
    [at('active.triage'), 'active.screening', 'ats', 'screening.invited -> active.screening.invited'],
    [
      at('active.screening.completed'),
      'active.interview',
      'ats',
      'interview.requested -> active.interview.to_schedule',
    ],
    [at('active.screening.passed'), 'active.interview', 'ats', 'interview.requested -> active.interview.to_schedule'],
    [at('active.interview.completed'), 'active.offer', 'ats', 'offer.drafted -> active.offer.drafted'],
    [at('active.interview.scheduled'), 'active.offer', 'ats', 'offer.drafted -> active.offer.drafted'],
    [at('active.offer.accepted'), 'hired', 'ats', 'application.hired -> hired'],
    [
      at('on_hold', 'active.interview.scheduled'),
      'active.interview',
      'ats',
      'application.resumed -> active.interview.scheduled',
    ],
    [at('active.screening.started'), 'active.screening', 'ats', 'unchanged'],
    [at('active.screening.started'), 'active', 'ats', 'unchanged'],
    // What a bare stage cannot carry is still required.
    [at('active.triage'), 'rejected', 'ats', 'application.rejected -> rejected'],
    [at('active.offer.extended'), 'active.offer.accepted', 'screening', 'source_not_authorised'],
    // Jumps.
    [at('active.triage'), 'active.offer', 'ats', 'no edge, reachable: illegal_transition'],
    [at('active.triage'), 'active.interview', 'ats', 'no edge, reachable: guard_failed'],
    [at('active.screening.invited'), 'active.interview', 'ats', 'no edge, reachable: illegal_transition'],
    [at('none'), 'active.screening', 'ats', 'no edge, reachable: illegal_transition'],
    [at('active.offer.drafted'), 'active.screening', 'ats', 'no edge, unreachable: illegal_transition'],
    [at('active.triage'), 'active.nowhere', 'ats', 'no edge, unreachable: illegal_transition'],
    // An old webhook must not undo anything before the vendor was asked.
    [at('hired'), 'active.offer', 'ats', 'no edge, unreachable: closed'],
    [at('rejected', 'active.triage'), 'active.triage', 'ats', 'no edge, unreachable: closed'],
  ])('%o, now in %s by %s: %s', (given, target, by, then) => {
    expect(result(when(given, stage(target), by))).toBe(then);
  });

  test('carries no reason, so it cannot reject', () => {
    expect(result(when(at('active.triage'), stage('rejected'), 'ats', []))).toBe('missing_elements');
  });

  test('leads back once the vendor was read and shows it', () => {
    const back = decide(application, at('hired'), { ...said(stage('active.offer'), 'ats', []), verified: true }, now);
    expect(result(back)).toBe('hire.reverted -> active.offer.accepted');
  });

  test('the whole pipeline of an applicant tracking system, by bare stages, with what other systems add', () => {
    let place = at('none');
    const course: [Claim, SystemKind, string[]][] = [
      [event('application.received'), 'ats', []],
      [stage('active.triage'), 'ats', []],
      [stage('active.screening'), 'ats', []],
      [event('screening.completed'), 'screening', ['screening.score']],
      [stage('active.interview'), 'ats', []],
      [event('interview.scheduled'), 'scheduling', ['interview.scheduledAt']],
      [stage('active.offer'), 'ats', []],
      [event('offer.approved'), 'ats', []],
      [event('offer.accepted'), 'ats', ['offer.startDate']],
      [event('application.hired'), 'ats', ['offer.startDate']],
    ];
    for (const [claim, by, elements] of course) {
      const decision = decide(application, place, { claim, by, elements }, now);
      expect(result(decision)).toContain('->');
      if (decision.kind === 'applied') place = at(decision.transition.to, decision.transition.history);
    }
    expect(place.state).toBe('hired');
  });
});
