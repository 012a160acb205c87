// Two systems and one element: every small history by every rule, in every order in which it can arrive.
import { describe, expect, test } from 'vitest';
import { comparable, type Standing, type Weighed, weigh } from '../../src/core/deciding/conflict.ts';
import { conflictRules } from '../../src/core/dictionary/document.ts';
import type { SystemKind } from '../../src/core/machine/definition.ts';

type Rule = (typeof conflictRules)[number];
interface Written {
  source: string;
  by: SystemKind;
  at: number;
  value: string;
}

const sources: readonly [source: string, by: SystemKind][] = [
  ['connection:greenhouse', 'ats'],
  ['connection:bamboohr', 'hris'],
  ['client:tool', 'screening'],
];
const writings: Written[] = sources.flatMap(([source, by]) =>
  [1, 2, 3].flatMap((at) => ['A', 'B', 'C'].map((value) => ({ source, by, at, value }))),
);
const golden = 'ats';

/** Every history of three writings in which nobody contradicts itself at one moment. */
function* histories(): Iterable<Written[]> {
  for (const [index, first] of writings.entries())
    for (const [next, second] of writings.entries())
      for (const third of next < index ? [] : writings.slice(next)) {
        const all = [first, second, third];
        const torn = all.some((one) =>
          all.some((other) => other.source === one.source && other.at === one.at && other.value !== one.value),
        );
        if (!torn) yield all;
      }
}

interface End {
  value: string;
  standing: Standing;
  weighed: Weighed[];
}

function live(rule: Rule, history: readonly Written[], start?: { value: string; standing: Standing }): End {
  let [value, standing]: [string, Standing | null] = [start?.value ?? '', start?.standing ?? null];
  const weighed = history.map((said) => {
    const one = weigh({ goldenSource: golden, conflict: rule }, standing, {
      ...said,
      equal: standing !== null && said.value === value,
      turnedDown: false,
    });
    if (one.value === 'taken') [value, standing] = [said.value, { ...said, settled: false }];
    return one;
  });
  return { value, standing: standing as Standing, weighed };
}

const orders = <T>([a, b, c]: T[]): T[][] =>
  [[a, b, c], [a, c, b], [b, a, c], [b, c, a], [c, a, b], [c, b, a]] as T[][]; // biome-ignore format: one look

/** What the rule promises, said without looking at how it is done. */
function expected(rule: Rule, history: readonly Written[]): string[] {
  const of = (which: readonly Written[], at: number): string[] => [
    ...new Set(which.filter((one) => one.at === at).map((one) => one.value)),
  ];
  const times = (which: readonly Written[]): number[] => which.map((one) => one.at);
  const spoken = history.filter((one) => one.by === golden);
  if (rule === 'latest_wins') return of(history, Math.max(...times(history)));
  if (rule === 'first_wins') return of(history, Math.min(...times(history)));
  const heard = spoken.length > 0 ? spoken : history;
  return of(heard, Math.max(...times(heard)));
}

describe.each(conflictRules.filter((rule) => rule !== 'manual'))('%s', (rule) => {
  test('ends in the value that it promises, in whatever order systems are heard', () => {
    let count = 0;
    for (const history of histories()) {
      const ends = orders(history).map((order) => live(rule, order).value);
      if (new Set(ends).size !== 1 || !expected(rule, history).includes(ends[0] as string))
        expect.fail(`${JSON.stringify(history)} ends in ${ends.join(' ')}`);
      count += 1;
    }
    expect(count).toBeGreaterThan(2_000);
  });

  test('finds the same conflict between two writings whichever comes first', () => {
    for (const one of writings)
      for (const other of writings) {
        if (one.source === other.source) continue;
        const found = (order: Written[]): boolean => live(rule, order).weighed.some((step) => step.conflict);
        if (found([one, other]) !== found([other, one])) expect.fail(JSON.stringify([one, other]));
      }
  });
});

describe('a conflict', () => {
  const conflicts = (rule: Rule, ...history: Written[]): boolean[] =>
    live(rule, history).weighed.map((step) => step.conflict);
  const ats = (at: number, value: string): Written => ({ source: 'connection:greenhouse', by: 'ats', at, value });
  const hris = (at: number, value: string): Written => ({ source: 'connection:bamboohr', by: 'hris', at, value });
  const tool = (at: number, value: string): Written => ({ source: 'client:tool', by: 'screening', at, value });

  test('is never between equal values, nor between a source and itself', () => {
    for (const rule of conflictRules)
      for (const one of writings)
        for (const other of writings)
          if (
            (one.value === other.value || one.source === other.source) &&
            live(rule, [one, other]).weighed[1]?.conflict
          )
            expect.fail(`${rule} ${JSON.stringify([one, other])}`);
  });

  test('is what another than the golden source says after it; what it said before is merely overtaken', () => {
    expect(conflicts('golden_source_wins', ats(2, 'A'), hris(3, 'B'))).toEqual([false, true]);
    expect(conflicts('golden_source_wins', ats(2, 'A'), hris(1, 'B'))).toEqual([false, false]);
    expect(conflicts('golden_source_wins', hris(1, 'B'), ats(2, 'A'))).toEqual([false, false]);
  });

  test('at one moment counts as one after it, and the golden source goes first where no time decides', () => {
    expect(conflicts('golden_source_wins', ats(2, 'A'), hris(2, 'B'))).toEqual([false, true]);
    for (const rule of ['latest_wins', 'first_wins'] as const)
      for (const order of [
        [ats(2, 'A'), hris(2, 'B')],
        [hris(2, 'B'), ats(2, 'A')],
      ])
        expect(live(rule, order).value, rule).toBe('A');
  });

  test('needs the golden source: without its word the others follow each other', () => {
    expect(conflicts('golden_source_wins', hris(1, 'B'), tool(2, 'C'))).toEqual([false, false]);
    expect(live('golden_source_wins', [hris(1, 'B'), tool(2, 'C')]).value).toBe('C');
    expect(live('golden_source_wins', [hris(1, 'B'), tool(2, 'C'), ats(1, 'A')])).toMatchObject({
      value: 'A',
      weighed: [{}, {}, { value: 'taken', conflict: true }],
    });
  });

  test('is there at every disagreement about money, and no rule settles it', () => {
    for (const history of histories()) {
      const order = orders(history).find((one) => one[0]?.value !== one[1]?.value && one[0]?.source !== one[1]?.source);
      if (!order) continue;
      const [first, second] = order as [Written, Written];
      const { value, weighed } = live('manual', [first, second]);
      if (value !== first.value || !weighed[1]?.conflict) expect.fail(JSON.stringify(order));
    }
  });

  test('is none where a system corrects itself, about money too; news that is older is left', () => {
    expect(live('manual', [ats(1, 'A'), ats(2, 'B')])).toMatchObject({
      value: 'B',
      weighed: [{}, { conflict: false }],
    });
    expect(live('manual', [ats(2, 'B'), ats(1, 'A')])).toMatchObject({
      value: 'B',
      weighed: [{}, { conflict: false }],
    });
  });

  test('about money rests on the golden source once that has agreed', () => {
    expect(live('manual', [hris(1, 'A'), ats(2, 'A'), hris(3, 'B')])).toMatchObject({
      value: 'A',
      weighed: [{ conflict: false }, { value: 'taken', conflict: false }, { value: 'kept', conflict: true }],
    });
  });
});

describe('what a person settled', () => {
  const standing: Standing = { source: 'settled:cli:ada', by: 'operator', at: 2, settled: true };
  const said = (conflict: Rule, by: SystemKind, at: number, more: { equal?: boolean; turnedDown?: boolean } = {}) =>
    weigh({ goldenSource: golden, conflict }, standing, { source: `connection:${by}`, by, at, equal: false, turnedDown: false, ...more }); // biome-ignore format: one look

  test.each(conflictRules)('is not undone by what was said before, nor by agreement (%s)', (rule) => {
    for (const [by] of sources.map(([, kind]) => [kind] as const))
      for (const at of [1, 2, 3]) {
        if (at <= standing.at) expect(said(rule, by, at)).toEqual({ value: 'kept', conflict: false });
        expect(said(rule, by, at, { equal: true })).toEqual({ value: 'kept', conflict: false });
      }
  });

  test.each(conflictRules)('is not undone by a system that repeats what was turned down (%s)', (rule) => {
    for (const [, by] of sources)
      expect(said(rule, by, 3, { turnedDown: true })).toEqual({ value: 'kept', conflict: true });
  });

  test('gives way to a later change by whoever may make one', () => {
    const by = (rule: Rule) => sources.map(([, kind]) => said(rule, kind, 3).value);
    expect(by('golden_source_wins')).toEqual(['taken', 'kept', 'kept']);
    expect(by('latest_wins')).toEqual(['taken', 'taken', 'taken']);
    expect(by('first_wins')).toEqual(['kept', 'kept', 'kept']);
    expect(by('manual')).toEqual(['kept', 'kept', 'kept']);
  });
});

describe('values are the same', () => {
  const text = { type: 'string', name: 'candidate.lastName' } as const;
  const same = (element: Parameters<typeof comparable>[0], a: unknown, b: unknown): boolean =>
    comparable(element, a) === comparable(element, b);

  test('where only their spelling differs', () => {
    expect(same({ type: 'email', name: 'candidate.email' }, 'Ada@Example.com', ' ada@example.com')).toBe(true);
    const moment = { type: 'date-time', name: 'interview.scheduledAt' } as const;
    expect(same(moment, '2026-03-01T10:00:00+01:00', '2026-03-01T09:00:00Z')).toBe(true);
    expect(same({ type: 'string', name: 'candidate.phone' }, '+49 (30) 123-45', '00493012345')).toBe(true);
    expect(same({ type: 'url', name: 'candidate.resumeUrl' }, 'https://A.example', 'https://a.example/')).toBe(true);
    expect(same(text, 'Zoë  Müller', 'Zoe\u0308 Müller ')).toBe(true);
    const list = { type: 'list', of: 'email', name: 'interview.interviewers' } as const;
    expect(same(list, ['b@x.org', 'A@x.org'], ['a@x.org', 'B@x.org'])).toBe(true);
  });

  test('and nowhere else', () => {
    expect(same(text, 'Müller', 'Muller')).toBe(false);
    expect(same(text, 'müller', 'Müller')).toBe(false);
    expect(same({ type: 'number', name: 'offer.salary' }, 50_000, '50000')).toBe(false);
    expect(same({ type: 'date', name: 'offer.startDate' }, '2026-03-01', '2026-03-02')).toBe(false);
  });
});
