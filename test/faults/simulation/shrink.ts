// Finds the shortest stream of choices that still breaks something: `node --import tsx shrink.ts SEED`.
import fc from 'fast-check';
import { fromList, fromSeed } from './choices.ts';
import { runSchedule } from './run-schedule.ts';

/** What is left of a broken schedule, and what it breaks; null when the seed breaks nothing. */
export async function shrink(seed: number): Promise<{ choices: number[]; findings: string[] } | null> {
  const choices = fromSeed(seed);
  const { findings } = await runSchedule(choices);
  if (findings.length === 0) return null;
  const broken = new Set(findings.map((one) => one.invariant));
  const breaks = async (list: readonly number[]): Promise<boolean> =>
    (await runSchedule(fromList(list))).findings.some((one) => broken.has(one.invariant));
  const drawn = choices.drawn();
  const found = await fc.check(
    fc.asyncProperty(
      fc.array(fc.nat({ max: (1 << 20) - 1 }), { maxLength: drawn.length }),
      async (list) => !(await breaks(list)),
    ),
    { examples: [[drawn]], numRuns: 1, endOnFailure: false, interruptAfterTimeLimit: 60_000 },
  );
  const smallest = found.counterexample?.[0] ?? drawn;
  const after = await runSchedule(fromList(smallest));
  return { choices: smallest, findings: after.findings.map((one) => `${one.invariant}: ${one.detail}`) };
}

const seed = process.argv[2];
if (seed !== undefined && process.argv[1]?.endsWith('shrink.ts'))
  process.stdout.write(`${JSON.stringify(await shrink(Number(seed)), null, 2)}\n`);
