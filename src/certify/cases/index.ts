// Every check of the contract that concerns an adapter, by what it can do.
import type { ContractCase } from '../contract-case.ts';
import type { ContractHarness } from '../harness.ts';
import { faults } from './faults.ts';
import { garbage } from './garbage.ts';
import { readsDecide } from './reads-decide.ts';
import { setup } from './setup.ts';
import { webhooks } from './webhooks.ts';
import { writes } from './writes.ts';

export function casesOf({ adapter, inbound }: Pick<ContractHarness, 'adapter' | 'inbound'>): ContractCase[] {
  const { writes: canWrite, reads } = adapter.capabilities;
  return [
    ...(canWrite ? [...writes, ...faults] : []),
    ...(canWrite && reads ? readsDecide : []),
    ...(inbound ? webhooks : []),
    ...garbage,
    ...setup,
  ];
}
