// Lanes that do not move are counted with their reason, in the metrics and once in the log.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sweep } from '../../src/services/delivery/sweep.ts';
import { watchStuck } from '../../src/services/delivery/watch-stuck.ts';
import { type Dispatch, openDispatch } from '../support/dispatch.ts';

let dispatch: Dispatch;
const said: Record<string, unknown>[] = [];
beforeEach(async () => {
  said.length = 0;
  const log = { info: () => {}, error: () => {}, warn: (fields: Record<string, unknown>) => void said.push(fields) };
  dispatch = await openDispatch({ log });
  await dispatch.connect('greenhouse');
});
afterEach(async () => dispatch[Symbol.asyncDispose]());

async function shown(): Promise<Record<string, number>> {
  const metric = await dispatch.service.context.metrics.registry.getSingleMetric('interlock_lanes_stuck')?.get();
  return Object.fromEntries((metric?.values ?? []).map((one) => [String(one.labels.reason), one.value]));
}

test('nothing is stuck that was just sent; what was lost twice is; what was confirmed is not', async () => {
  const look = watchStuck(dispatch.service.context);
  await dispatch.subject();
  await dispatch.subject();
  await look();
  expect(await shown()).toEqual({});
  await dispatch.elapse(31);
  await sweep(dispatch.service.context);
  await look();
  expect(await shown()).toEqual({ retrying: 2 });
  await look();
  const about = said.filter((fields) => 'writebacks' in fields && 'reason' in fields);
  expect(about).toEqual([{ connection: 'greenhouse', reason: 'retrying', writebacks: 2 }]);
  for (const command of dispatch.sent.slice(-2)) await dispatch.answer(command, { kind: 'confirmed' });
  await look();
  expect(await shown()).toEqual({});
});

test('a dead writeback is, at once', async () => {
  const look = watchStuck(dispatch.service.context);
  await dispatch.subject();
  for (const command of dispatch.sent) await dispatch.answer(command, { kind: 'refused', reason: 'http_422' });
  await look();
  expect(await shown()).toEqual({ dead: 1 });
});
