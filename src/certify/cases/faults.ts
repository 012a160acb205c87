// The contract about a vendor that fails: what was saved is known in the end, and nothing is saved twice.
import type { FaultKind } from '../../sandbox/kernel/faults.ts';
import { isDone } from '../bench.ts';
import type { Column } from '../columns.ts';
import { type ContractCase, notOffered } from '../contract-case.ts';
import { must, mustEqual } from '../must.ts';

const savedButUnclear: readonly [FaultKind, Column | null][] = [
  ['save_then_500', 'saved_then_500'],
  ['save_then_hang', 'hang_after'],
  ['reset', null],
];

export const faults: readonly ContractCase[] = [
  ...savedButUnclear.map(
    ([kind, column]): ContractCase => ({
      group: 'faults',
      name: `${kind}: known in the end, saved once`,
      ...(column ? { column } : {}),
      async run(bench) {
        const work = bench.sandbox.newWork();
        bench.next(kind);
        must(isDone(await bench.settle(work)), 'the write did not end confirmed');
        must(bench.sandbox.isApplied(work), 'the write was not saved');
        mustEqual(bench.sandbox.timesApplied(work), 1, 'times saved');
        return undefined;
      },
    }),
  ),
  {
    group: 'faults',
    name: 'an error before saving is tried again',
    async run(bench) {
      const work = bench.sandbox.newWork();
      bench.next('error_before');
      const { kind } = await bench.apply(work);
      must(kind === 'retryable' || kind === 'ambiguous', `an error before saving ended in ${kind}`);
      must(!bench.sandbox.isApplied(work), 'it was saved all the same');
      must(isDone(await bench.settle(work)), 'the write did not end confirmed');
      mustEqual(bench.sandbox.timesApplied(work), 1, 'times saved');
      return undefined;
    },
  },
  {
    group: 'faults',
    name: '429 with Retry-After waits as long as it says',
    column: 'rate_limit',
    async run(bench) {
      const work = bench.sandbox.newWork();
      bench.next('rate_limit', { retryAfterSeconds: 7 });
      mustEqual(await bench.apply(work), { kind: 'rate_limited', afterMs: 7_000 }, 'outcome');
      must(!bench.sandbox.isApplied(work), 'it was saved all the same');
      return undefined;
    },
  },
  {
    group: 'faults',
    name: '429 without Retry-After waits some time',
    column: 'rate_limit_bare',
    async run(bench) {
      const work = bench.sandbox.newWork();
      bench.next('rate_limit_bare');
      const outcome = await bench.apply(work);
      must(outcome.kind === 'rate_limited', `429 ended in ${outcome.kind}`);
      must(outcome.afterMs >= 1_000, `it waits ${outcome.afterMs} ms only`);
      must(!bench.sandbox.isApplied(work), 'it was saved all the same');
      return undefined;
    },
  },
  {
    group: 'faults',
    name: 'a login page with 200 is no yes',
    column: 'html_200',
    async run(bench) {
      const work = bench.sandbox.newWork();
      bench.next('html_200');
      must(!isDone(await bench.apply(work)), 'a login page was taken for a yes');
      must(!bench.sandbox.isApplied(work), 'it was saved all the same');
      must(isDone(await bench.settle(work)), 'the write did not end confirmed');
      return undefined;
    },
  },
  {
    group: 'faults',
    name: 'credentials that are refused open the circuit and kill nothing',
    async run(bench) {
      const work = bench.sandbox.newWork();
      bench.next('unauthorised', { times: 4 });
      if (bench.adapter.capabilities.reads) bench.next('unauthorised', { on: 'read', times: 4 });
      mustEqual(await bench.apply(work), { kind: 'unauthorised' }, 'outcome');
      must(!bench.sandbox.isApplied(work), 'it was saved all the same');
      bench.sandbox.faults.calm();
      return undefined;
    },
  },
  {
    group: 'faults',
    name: 'an expired token is renewed unseen',
    column: 'expired_token',
    async run(bench) {
      const { expireTokens } = bench.sandbox;
      if (!expireTokens) return notOffered('its credentials do not expire');
      await bench.settle(bench.sandbox.newWork());
      expireTokens();
      const work = bench.sandbox.newWork();
      must(isDone(await bench.apply(work)), 'the write did not end confirmed at once');
      must(bench.sandbox.isApplied(work), 'the write was not saved');
      return undefined;
    },
  },
  {
    group: 'faults',
    name: 'a write that is cut off from outside is not reported as done',
    async run(bench) {
      const work = bench.sandbox.newWork();
      const { kind } = await bench.apply(work, AbortSignal.abort());
      must(kind === 'retryable' || kind === 'ambiguous', `a write that was cut off ended in ${kind}`);
      must(!bench.sandbox.isApplied(work), 'it was saved all the same');
      return undefined;
    },
  },
];
