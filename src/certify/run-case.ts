// Carries one check out on a fresh simulator; whatever must never happen fails it, even if the check itself saw nothing.
import type { OwnedBench } from './bench.ts';
import type { ContractCase, Ending } from './contract-case.ts';
import { ContractBroken } from './must.ts';
import type { Violation } from './violations.ts';

export interface CaseResult {
  /** Null when the contract was kept. */
  broken: string | null;
  ending: Ending | undefined;
  violations: readonly Violation[];
  /** Kinds of the outcomes, in order. */
  outcomes: readonly string[];
}

/** Never rejects. */
export async function runCase(bench: OwnedBench, one: ContractCase): Promise<CaseResult> {
  let ending: Ending | undefined;
  const faults: string[] = [];
  const trying = async (step: () => unknown): Promise<void> => {
    try {
      await step();
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error));
    }
  };
  await trying(async () => {
    await bench.open();
    ending = await one.run(bench);
  });
  const outcomes = bench.outcomes().map(({ kind }) => kind);
  await trying(() => bench.close());
  const violations = [...bench.violations()];
  faults.push(...violations.map(({ kind, detail }) => `${kind.replace('_', ' ')}: ${detail}`));
  return { broken: faults.length > 0 ? faults.join('; ') : null, ending, violations, outcomes };
}

/** For test runners: throws what was broken. */
export async function keepCase(bench: OwnedBench, one: ContractCase): Promise<Ending | undefined> {
  const { broken, ending } = await runCase(bench, one);
  if (broken !== null) throw new ContractBroken(broken);
  return ending;
}
