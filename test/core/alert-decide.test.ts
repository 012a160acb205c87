// The quiet repeat: told once, again only after the silence, and once that it is over; whatever swings is told once.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conditionSchema, isBreached, type Reading, termsSchema } from '../../src/core/alerts/alert.ts';
import { decideAlert, type OpenAlert } from '../../src/core/alerts/decide.ts';
import { sentence } from '../../src/core/alerts/words.ts';

const minute = 60_000;
const rule = (terms: object = {}) => ({
  condition: conditionSchema.parse({ watches: 'dead_letters', atLeast: 3 }),
  terms: termsSchema.parse({ repeatAfterMinutes: 60, calmMinutes: 5, ...terms }),
});
const bad: Reading = { about: 'greenhouse-eu', value: 3, volume: null };
const well: Reading = { ...bad, value: 2 };

/** Feeds one reading a minute; gives what was told, with the minute. */
function play(course: readonly (Reading | undefined)[], terms: object = {}): string[] {
  let known: OpenAlert | null = null;
  const told: string[] = [];
  course.forEach((reading, at) => {
    const decision = decideAlert(rule(terms), reading, known, at * minute);
    if ('tell' in decision && decision.tell) told.push(`${decision.tell}@${at}`);
    known = decision.kind === 'open' ? decision.alert : null;
  });
  return told;
}
const times = (count: number, reading: Reading | undefined): (Reading | undefined)[] => Array(count).fill(reading);

describe('an alert', () => {
  test('is told at once, and not again while it lasts within the silence', () => {
    expect(play(times(60, bad))).toEqual(['firing@0']);
  });
  test('is told again after the silence, every time it is over', () => {
    expect(play(times(130, bad))).toEqual(['firing@0', 'repeated@60', 'repeated@120']);
  });
  test('is over only when it has been well for so long, and is then told once', () => {
    expect(play([...times(3, bad), ...times(20, well)])).toEqual(['firing@0', 'over@8']);
  });
  test('that swings is told once', () => {
    expect(play(Array.from({ length: 50 }, (_, at) => (at % 2 === 0 ? bad : well)))).toEqual(['firing@0']);
  });
  test('that comes back after its end is a new one', () => {
    expect(play([bad, ...times(7, well), bad])).toEqual(['firing@0', 'over@6', 'firing@8']);
  });
  test('waits where the rule says so, and is forgotten when it is well before that', () => {
    expect(play([...times(4, bad), well, ...times(7, bad)], { forMinutes: 5 })).toEqual(['firing@10']);
    expect(play([...times(4, bad), ...times(9, well)], { forMinutes: 5 })).toEqual([]);
  });
  test('of what is not there any more is over too', () => {
    expect(play([bad, ...times(6, undefined)])).toEqual(['firing@0', 'over@6']);
  });
  test('of which there is too little to tell ends as one that is well', () => {
    expect(play([bad, ...times(6, { ...bad, value: null })])).toEqual(['firing@0', 'over@6']);
  });
  test('since is when it began, not when it was told', () => {
    const decision = decideAlert(
      rule({ forMinutes: 1 }),
      bad,
      { status: 'pending', since: 5, calmSince: null, toldAt: null, value: 9 },
      5 + minute,
    );
    expect(decision).toEqual({
      kind: 'open',
      tell: 'firing',
      alert: { status: 'firing', since: 5, calmSince: null, toldAt: 5 + minute, value: 3 },
    });
  });

  test('whatever the course: firing and over take turns, and repeats keep their distance', () => {
    const reading = fc.constantFrom(bad, well, undefined, { ...bad, value: null });
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 300 }), fc.integer({ min: 0, max: 10 }), (course, forMinutes) => {
        let open = false;
        let lastAt = -1;
        for (const one of play(course, { forMinutes })) {
          const [what, at] = one.split('@') as [string, string];
          expect(open).toBe(what !== 'firing');
          if (what === 'repeated') expect(Number(at) - lastAt).toBeGreaterThanOrEqual(60);
          open = what !== 'over';
          lastAt = Number(at);
        }
      }),
    );
  });
});

describe('what counts as not well', () => {
  test.each([
    [{ watches: 'confirmed_rate', below: 0.95 }, 0.95, 0.9499],
    [{ watches: 'agreement', below: 0.98 }, 0.98, 0.97],
    [{ watches: 'latency_p95', aboveSeconds: 300 }, 300, 300.1],
    [{ watches: 'seal_lag', aboveSeconds: 120 }, 120, 121],
    [{ watches: 'dead_letters', atLeast: 2 }, 1, 2],
    [{ watches: 'quarantined' }, 0, 1],
    [{ watches: 'stuck', atLeast: 5 }, 4, 5],
    [{ watches: 'circuit_open' }, 0, 1],
  ])('%o: %d is well, %d is not', (given, fine, wrong) => {
    const condition = conditionSchema.parse(given);
    expect([isBreached(condition, fine), isBreached(condition, wrong), isBreached(condition, null)]).toEqual([
      false,
      true,
      false,
    ]);
  });
});

describe('the sentence', () => {
  const say = (telling: 'firing' | 'repeated' | 'over', given: object, found: object) =>
    sentence(
      telling,
      { condition: conditionSchema.parse(given) },
      { about: '', value: 1, lastedMs: 90 * minute, ...found },
    );
  test.each([
    [
      'firing',
      { watches: 'confirmed_rate' },
      { about: 'greenhouse-eu', value: 0.9129 },
      'Alert: Confirmed rate of greenhouse-eu is 91.2 % (below 95.0 %)',
    ],
    [
      'repeated',
      { watches: 'latency_p95' },
      { about: 'workday', value: 754 },
      'Still: Shown after (95 of 100) of workday is 13 min (above 5 min), for 90 min now',
    ],
    [
      'over',
      { watches: 'dead_letters' },
      { about: 'workday' },
      'Over: Dead writebacks of workday is well again after 90 min',
    ],
    ['firing', { watches: 'circuit_open' }, { about: 'workday' }, 'Alert: Circuit open of workday'],
    [
      'firing',
      { watches: 'stuck', cause: 'late_against_sla', owner: 'Recruiter', olderThanMinutes: 60 },
      { value: 12 },
      'Alert: Stuck [late against SLA, turn of Recruiter, for 60 min or longer] is 12 (1 or more)',
    ],
  ] as const)('%s %o', (telling, given, found, wanted) => expect(say(telling, given, found)).toBe(wanted));

  test('says where counting ended', () => {
    expect(say('firing', { watches: 'dead_letters' }, { about: 'a', value: 10_000 })).toContain(
      'is 10,000 or more (1 or more)',
    );
  });
  test('never rounds a share up to what it is not', () => {
    expect(say('firing', { watches: 'agreement', below: 1 }, { about: 'a', value: 0.99999 })).toContain('is 99.9 %');
  });
});
