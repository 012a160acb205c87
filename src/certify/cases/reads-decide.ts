// The contract of adapters that can read: what the target shows decides, never what it answered.
import { isDone, withRef } from '../bench.ts';
import { type ContractCase, notOffered } from '../contract-case.ts';
import { must, mustEqual } from '../must.ts';

const code = /^[a-z0-9_]+$/;

export const readsDecide: readonly ContractCase[] = [
  {
    group: 'reads decide',
    name: '200 that saved nothing is contradicted, never confirmed',
    column: 'saved_nothing',
    async run(bench) {
      const work = bench.sandbox.newWork();
      bench.next('save_nothing');
      const said = await bench.apply(work);
      must(!isDone(said), `200 that saved nothing was called ${said.kind}`);
      must(!bench.sandbox.isApplied(work), 'it was saved all the same');
      if (said.kind === 'accepted')
        mustEqual((await bench.confirm(withRef(work, said))).kind, 'contradicted', 'what looking again said');
      must(isDone(await bench.settle(work)), 'the write did not end confirmed');
      mustEqual(bench.sandbox.timesApplied(work), 1, 'times saved');
      return undefined;
    },
  },
  {
    group: 'reads decide',
    name: 'a slow reader is waited for, not written to again',
    async run(bench) {
      const work = bench.sandbox.newWork();
      bench.next('read_lag', { ms: 150 });
      const said = await bench.apply(work);
      mustEqual(said.kind, 'accepted', 'outcome');
      must(isDone(await bench.settle(work, said)), 'the write did not end confirmed');
      mustEqual(bench.sandbox.timesApplied(work), 1, 'times saved');
      return undefined;
    },
  },
  {
    group: 'reads decide',
    name: 'nothing is written on a read that fails',
    async run(bench) {
      for (const kind of ['error_before', 'html_200', 'reset', 'rate_limit'] as const) {
        const work = bench.sandbox.newWork();
        bench.next(kind, { on: 'read' });
        const expected = kind === 'rate_limit' ? 'rate_limited' : 'retryable';
        mustEqual((await bench.apply(work)).kind, expected, `outcome of a read that ended in ${kind}`);
        must(!bench.sandbox.isApplied(work), 'it was written all the same');
      }
      return undefined;
    },
  },
  {
    group: 'reads decide',
    name: 'what a person changed in between is seen and not overwritten',
    column: 'edited_by_hand',
    async run(bench) {
      const work = bench.sandbox.newWork();
      if (!bench.sandbox.editByHand) return notOffered('the thing is made by the write, so nobody can have edited it');
      bench.sandbox.editByHand(work);
      const { kind } = await bench.apply(work);
      if (bench.sandbox.isApplied(work))
        bench.violation('inversion', 'an older write lies over a later change by hand');
      mustEqual(kind, 'conflict', 'outcome');
      must(!bench.sandbox.isApplied(work), 'it was overwritten');
      return undefined;
    },
  },
  {
    group: 'reads decide',
    name: 'what a person wrote is overwritten where that was decided',
    async run(bench) {
      const work = bench.sandbox.newWork();
      if (!bench.sandbox.editByHand) return notOffered('the thing is made by the write, so nobody can have edited it');
      bench.sandbox.editByHand(work);
      must(isDone(await bench.settle({ ...work, overwrites: ['*'] })), 'the write did not end confirmed');
      must(bench.sandbox.isApplied(work), 'the write was not saved');
      return undefined;
    },
  },
  {
    group: 'reads decide',
    name: 'a stage that is gone is refused with a reason',
    column: 'renamed_stage',
    async run(bench) {
      const work = bench.sandbox.newWork();
      if (!bench.sandbox.breakMapping) return notOffered('it takes any state, so no stage of its can be gone');
      bench.sandbox.breakMapping(work);
      const outcome = await bench.apply(work);
      must(outcome.kind === 'refused', `a stage that is gone ended in ${outcome.kind}`);
      must(code.test(outcome.reason), 'the reason is no code');
      must(!bench.sandbox.isApplied(work), 'it was saved all the same');
      return undefined;
    },
  },
  {
    group: 'reads decide',
    name: 'an id the vendor does not know is refused, and reads as nothing',
    async run(bench) {
      const { unknownRef } = bench.harness;
      if (unknownRef === undefined) return notOffered('it creates what it does not know');
      const work = { ...bench.sandbox.newWork(), ref: unknownRef };
      mustEqual(await bench.apply(work), { kind: 'refused', reason: 'target_missing' }, 'outcome');
      mustEqual(await bench.adapter.read(unknownRef, bench.context()), null, 'reading');
      return undefined;
    },
  },
  {
    group: 'reads decide',
    name: 'confirming only looks',
    async run(bench) {
      const work = bench.sandbox.newWork();
      mustEqual((await bench.confirm(work)).kind, 'contradicted', 'outcome');
      must(!bench.sandbox.isApplied(work), 'looking wrote');
      return undefined;
    },
  },
];
