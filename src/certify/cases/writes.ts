// The contract about writes that meet no fault: saved once, confirmed, and with no more data than the write needs.
import { isDone } from '../bench.ts';
import type { ContractCase } from '../contract-case.ts';
import { must, mustEqual } from '../must.ts';

export const writes: readonly ContractCase[] = [
  {
    group: 'writes',
    name: 'a write ends confirmed, saved once',
    async run(bench) {
      const work = bench.sandbox.newWork();
      must(isDone(await bench.settle(work)), 'the write did not end confirmed');
      must(bench.sandbox.isApplied(work), 'the write was not saved');
      mustEqual(bench.sandbox.timesApplied(work), 1, 'times saved');
      return undefined;
    },
  },
  {
    group: 'writes',
    name: 'the same write again changes nothing',
    async run(bench) {
      const work = bench.sandbox.newWork();
      await bench.settle(work);
      must(isDone(await bench.settle({ ...work, attempt: 2 })), 'the repetition did not end confirmed');
      mustEqual(bench.sandbox.timesApplied(work), 1, 'times saved');
      return undefined;
    },
  },
  {
    group: 'writes',
    name: 'a state this system cannot show has no writeback',
    run(bench) {
      const shows = bench.adapter.shows(bench.sandbox.settings, 'application', 'no.such.state');
      must(!shows, 'it would be written a state that no machine has');
      return undefined;
    },
  },
  {
    group: 'writes',
    name: 'only the elements it asks for reach a vendor call',
    run(bench) {
      const work = bench.sandbox.newWork();
      const { settings } = bench.sandbox;
      const asked = bench.adapter.elementsFor(settings, work.targetState, bench.context().mapping);
      mustEqual(
        Object.keys(work.elements).filter((name) => !asked.includes(name)),
        [],
        'elements that were not asked for',
      );
      return undefined;
    },
  },
];
