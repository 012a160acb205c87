// Carries one check out on a fresh simulator; whatever must never happen fails it, even if the check itself saw nothing.
import type { Outcome } from '../core/delivery/outcome.ts';
import { type OwnedBench, requestTimeoutMs } from './bench.ts';
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
  const said = [...bench.outcomes()];
  await trying(() => bench.close());
  const violations = [...bench.violations()];
  faults.push(...violations.map(({ kind, detail }) => `${kind.replace('_', ' ')}: ${detail}`));
  const outcomes = said.map(({ kind }) => kind);
  const broken = faults.length > 0 ? [...faults, ...toldBy(said)].join('; ') : null;
  return { broken, ending, violations, outcomes };
}

/** The way to what was broken, with reasons: a request that took too long on a busy machine is told from one that was wrong. */
function toldBy(outcomes: readonly Outcome[]): string[] {
  const told = outcomes.map((one) => {
    if (!('reason' in one)) return one.kind;
    return `${one.kind} (${one.reason}${one.reason.endsWith('_timeout') ? `, after ${requestTimeoutMs} ms` : ''})`;
  });
  return told.length > 0 ? [`outcomes: ${told.join(', ')}`] : [];
}

/** For test runners: throws what was broken. */
export async function keepCase(bench: OwnedBench, one: ContractCase): Promise<Ending | undefined> {
  const { broken, ending } = await runCase(bench, one);
  if (broken !== null) throw new ContractBroken(broken);
  return ending;
}
