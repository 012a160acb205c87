// One contract that every adapter keeps against its simulator, whatever the simulator does to it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Adapter } from '../../src/adapters/port.ts';
import { projectFolder } from '../../src/project-folder.ts';
import type { FaultKind } from '../../src/sandbox/kernel/faults.ts';
import { type Bench, type ContractHarness, createBench, isDone, withRef } from './contract-bench.ts';
import { garbage, webhooks } from './contract-webhooks.ts';
import { mappingOf } from './mappings.ts';

export type { ContractHarness, ContractSandbox } from './contract-bench.ts';

export function adapterContract<Settings>(harness: ContractHarness<Settings>): void {
  const { adapter } = harness;
  describe(`${adapter.name}: adapter contract`, () => {
    const bench = createBench(harness);
    beforeAll(bench.start);
    afterAll(bench.stop);
    beforeEach(bench.open);
    afterEach(bench.close);

    if (adapter.capabilities.writes) {
      describe('writes', () => writes(bench));
      describe('faults', () => faults(bench));
      if (adapter.capabilities.reads) describe('reads decide', () => readsDecide(bench, harness));
    }
    if (harness.inbound)
      describe('webhooks', () => webhooks(bench, harness, harness.inbound as NonNullable<typeof harness.inbound>));
    describe('garbage', () => garbage(bench));
    test('SETUP.md says what a person sets', () => setupIsWhole(adapter));
  });
}

function setupIsWhole({ name, secrets }: Pick<Adapter, 'name' | 'secrets'>): void {
  const file = join('src', 'adapters', name, 'SETUP.md');
  const text = readFileSync(join(projectFolder, file), 'utf8');
  expect(text.includes('not_written_yet'), `not_written_yet: ${file}`).toBe(false);
  expect(Object.keys(secrets).filter((secret) => !text.includes(`\`${secret}\``))).toEqual([]);
}

function writes<Settings>(bench: Bench<Settings>): void {
  test('a write ends confirmed, saved once', async () => {
    const work = bench.sandbox.newWork();
    expect(await bench.settle(work)).toSatisfy(isDone);
    expect(bench.sandbox.isApplied(work)).toBe(true);
    expect(bench.sandbox.timesApplied(work)).toBe(1);
  });

  test('the same write again changes nothing', async () => {
    const work = bench.sandbox.newWork();
    await bench.settle(work);
    expect(await bench.settle({ ...work, attempt: 2 })).toSatisfy(isDone);
    expect(bench.sandbox.timesApplied(work)).toBe(1);
  });

  test('a state this system cannot show has no writeback', () => {
    expect(bench.adapter.shows(bench.sandbox.settings, 'application', 'no.such.state')).toBe(false);
  });

  test('only the elements it asks for reach a vendor call', () => {
    const work = bench.sandbox.newWork();
    const asked = bench.adapter.elementsFor(bench.sandbox.settings, work.targetState, mappingOf(bench.adapter.name));
    expect(Object.keys(work.elements).filter((name) => !asked.includes(name))).toEqual([]);
  });
}

function faults<Settings>(bench: Bench<Settings>): void {
  const savedButUnclear: FaultKind[] = ['save_then_500', 'save_then_hang', 'reset'];
  test.each(savedButUnclear)('%s: known in the end, saved once', async (kind) => {
    const work = bench.sandbox.newWork();
    bench.next(kind);
    expect(await bench.settle(work)).toSatisfy(isDone);
    expect(bench.sandbox.isApplied(work)).toBe(true);
    expect(bench.sandbox.timesApplied(work)).toBe(1);
  });

  test('an error before saving is tried again', async () => {
    const work = bench.sandbox.newWork();
    bench.next('error_before');
    expect((await bench.apply(work)).kind).toMatch(/^(retryable|ambiguous)$/);
    expect(bench.sandbox.isApplied(work)).toBe(false);
    expect(await bench.settle(work)).toSatisfy(isDone);
    expect(bench.sandbox.timesApplied(work)).toBe(1);
  });

  test('429 with Retry-After waits as long as it says', async () => {
    const work = bench.sandbox.newWork();
    bench.next('rate_limit', { retryAfterSeconds: 7 });
    expect(await bench.apply(work)).toEqual({ kind: 'rate_limited', afterMs: 7_000 });
    expect(bench.sandbox.isApplied(work)).toBe(false);
  });

  test('429 without Retry-After waits some time', async () => {
    const work = bench.sandbox.newWork();
    bench.next('rate_limit_bare');
    const outcome = await bench.apply(work);
    expect(outcome).toMatchObject({ kind: 'rate_limited' });
    expect((outcome as { afterMs: number }).afterMs).toBeGreaterThanOrEqual(1_000);
    expect(bench.sandbox.isApplied(work)).toBe(false);
  });

  test('a login page with 200 is no yes', async () => {
    const work = bench.sandbox.newWork();
    bench.next('html_200');
    expect(await bench.apply(work)).not.toSatisfy(isDone);
    expect(bench.sandbox.isApplied(work)).toBe(false);
    expect(await bench.settle(work)).toSatisfy(isDone);
  });

  test('credentials that are refused open the circuit and kill nothing', async () => {
    const work = bench.sandbox.newWork();
    bench.next('unauthorised', { times: 4 });
    if (bench.adapter.capabilities.reads) bench.next('unauthorised', { on: 'read', times: 4 });
    expect(await bench.apply(work)).toEqual({ kind: 'unauthorised' });
    expect(bench.sandbox.isApplied(work)).toBe(false);
    bench.sandbox.faults.calm();
  });

  test('an expired token is renewed unseen', async () => {
    const { expireTokens } = bench.sandbox;
    if (!expireTokens) return;
    await bench.settle(bench.sandbox.newWork());
    expireTokens();
    const work = bench.sandbox.newWork();
    expect(await bench.apply(work)).toSatisfy(isDone);
    expect(bench.sandbox.isApplied(work)).toBe(true);
  });

  test('a write that is cut off from outside is not reported as done', async () => {
    const work = bench.sandbox.newWork();
    const outcome = await bench.apply(work, AbortSignal.abort());
    expect(outcome.kind).toMatch(/^(retryable|ambiguous)$/);
    expect(bench.sandbox.isApplied(work)).toBe(false);
  });
}

function readsDecide<Settings>(bench: Bench<Settings>, harness: ContractHarness<Settings>): void {
  test('200 that saved nothing is contradicted, never confirmed', async () => {
    const work = bench.sandbox.newWork();
    bench.next('save_nothing');
    const said = await bench.apply(work);
    expect(said).not.toSatisfy(isDone);
    expect(bench.sandbox.isApplied(work)).toBe(false);
    if (said.kind === 'accepted') expect((await bench.confirm(withRef(work, said))).kind).toBe('contradicted');
    expect(await bench.settle(work)).toSatisfy(isDone);
    expect(bench.sandbox.timesApplied(work)).toBe(1);
  });

  test('a slow reader is waited for, not written to again', async () => {
    const work = bench.sandbox.newWork();
    bench.next('read_lag', { ms: 150 });
    const said = await bench.apply(work);
    expect(said.kind).toBe('accepted');
    expect(await bench.settle(work, said)).toSatisfy(isDone);
    expect(bench.sandbox.timesApplied(work)).toBe(1);
  });

  test('nothing is written on a read that fails', async () => {
    for (const kind of ['error_before', 'html_200', 'reset', 'rate_limit'] as const) {
      const work = bench.sandbox.newWork();
      bench.next(kind, { on: 'read' });
      expect((await bench.apply(work)).kind).toBe(kind === 'rate_limit' ? 'rate_limited' : 'retryable');
      expect(bench.sandbox.isApplied(work)).toBe(false);
    }
  });

  test('what a person changed in between is seen and not overwritten', async () => {
    const work = bench.sandbox.newWork();
    if (!bench.sandbox.editByHand) return;
    bench.sandbox.editByHand(work);
    expect((await bench.apply(work)).kind).toBe('conflict');
    expect(bench.sandbox.isApplied(work)).toBe(false);
  });

  test('what a person wrote is overwritten where that was decided', async () => {
    const work = bench.sandbox.newWork();
    if (!bench.sandbox.editByHand) return;
    bench.sandbox.editByHand(work);
    expect(await bench.settle({ ...work, overwrites: ['*'] })).toSatisfy(isDone);
    expect(bench.sandbox.isApplied(work)).toBe(true);
  });

  test('a stage that is gone is refused with a reason', async () => {
    const work = bench.sandbox.newWork();
    if (!bench.sandbox.breakMapping) return;
    bench.sandbox.breakMapping(work);
    expect(await bench.apply(work)).toEqual({ kind: 'refused', reason: expect.stringMatching(/^[a-z0-9_]+$/) });
    expect(bench.sandbox.isApplied(work)).toBe(false);
  });

  test('an id the vendor does not know is refused, and reads as nothing', async () => {
    if (harness.unknownRef === undefined) return;
    const work = { ...bench.sandbox.newWork(), ref: harness.unknownRef };
    expect(await bench.apply(work)).toEqual({ kind: 'refused', reason: 'target_missing' });
    expect(await bench.adapter.read(harness.unknownRef, bench.context())).toBeNull();
  });

  test('confirming only looks', async () => {
    const work = bench.sandbox.newWork();
    expect((await bench.confirm(work)).kind).toBe('contradicted');
    expect(bench.sandbox.isApplied(work)).toBe(false);
  });
}
