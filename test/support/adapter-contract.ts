// The adapters' contract of src/certify as tests: one per check, so that a test runner names what was broken.
import { afterAll, beforeAll, describe, test } from 'vitest';
import { createBench } from '../../src/certify/bench.ts';
import { casesOf } from '../../src/certify/cases/index.ts';
import type { ContractHarness } from '../../src/certify/harness.ts';
import { keepCase } from '../../src/certify/run-case.ts';
import { mappingOf } from './mappings.ts';

export type { ContractHarness } from '../../src/certify/harness.ts';

export function adapterContract<Settings>(harness: ContractHarness<Settings>): void {
  describe(`${harness.adapter.name}: adapter contract`, () => {
    const bench = createBench(harness, mappingOf(harness.adapter.name));
    beforeAll(bench.start);
    afterAll(bench.stop);
    const cases = casesOf(harness);
    for (const group of new Set(cases.map((one) => one.group)))
      describe(group, () => {
        for (const one of cases.filter((each) => each.group === group))
          test(one.name, async ({ skip }) => {
            const ending = await keepCase(bench, one);
            if (ending && 'notOffered' in ending) skip(ending.notOffered);
          });
      });
  });
}
