// The ATS that orders tests: being told of a result keeps the adapters' contract, and nobody else's address is ever called.
import { describe, expect, test } from 'vitest';
import { assessment } from '../../src/adapters/assessment/index.ts';
import { mayCall, resultUrlOf, settingsSchema } from '../../src/adapters/assessment/settings.ts';
import { createVendorHttp } from '../../src/adapters/http.ts';
import {
  apiKey,
  assessmentBench,
  connection,
  settings,
  testOf,
  workFor,
} from '../../src/certify/benches/assessment.ts';
import { orderId, readOrderId } from '../../src/core/deciding/order-id.ts';
import { startAssessmentAts } from '../../src/sandbox/assessment.ts';
import { adapterContract } from '../support/adapter-contract.ts';
import { mappingOf } from '../support/mappings.ts';

describe('told, and then read', () => adapterContract(assessmentBench));

describe('who is told', () => {
  test('only where this very connection has an order, and what was ordered elsewhere is nobody’s business here', async () => {
    await using ats = await startAssessmentAts({ apiKey });
    await using http = createVendorHttp({ allowPrivateAddresses: true, timeoutMs: 2_000, bodyBytesMax: 10_000 });
    const { signal } = new AbortController();
    const context = { connection, mapping: mappingOf('assessment'), settings, secrets: { apiKey }, http, signal };
    const work = workFor(ats);
    const other = orderId({ connection: 'other', test: 'coding', round: 1 }, 'b'.repeat(20));
    const { 'screening.orderUrl': url } = work.elements;
    const not = { outcome: { kind: 'confirmed_already' }, precondition: 'not_ordered_here' };
    for (const elements of [
      {},
      { 'screening.orderUrl': url },
      { 'screening.orderId': other, 'screening.orderUrl': url },
    ]) {
      expect(await assessment.apply({ ...work, elements }, context)).toEqual(not);
      expect(await assessment.confirm({ ...work, elements }, context)).toEqual(not);
    }
    expect(ats.at(testOf(work)).told).toBe(false);
    expect(await assessment.apply(work, context)).toMatchObject({ outcome: { kind: 'accepted' }, httpStatus: 200 });
    expect(ats.at(testOf(work)).told).toBe(true);
    // A yes is no proof: until somebody reads, nothing is known.
    expect(await assessment.confirm(work, context)).toEqual({ outcome: { kind: 'contradicted', seen: null } });
    const gone = { ...work, elements: { ...work.elements, 'screening.orderUrl': ats.callbackUrl('1') } };
    expect(await assessment.apply(gone, context)).toMatchObject({ outcome: { kind: 'refused', reason: 'http_404' } });
    const wrongKey = { ...context, secrets: { apiKey: 'x' } };
    expect(await assessment.apply(work, wrongKey)).toMatchObject({ outcome: { kind: 'unauthorised' } });
    const elsewhere = { ...work.elements, 'screening.orderUrl': 'https://evil.example/x' };
    expect(await assessment.apply({ ...work, elements: elsewhere }, context)).toEqual({
      outcome: { kind: 'refused', reason: 'callback_not_allowed' },
    });
  });

  test.each([
    ['https://app.greenhouse.io/integrations/testing_partners/take_home_tests/1', true],
    ['https://greenhouse.io/x', true],
    ['https://app.greenhouse.io.evil.example/x', false],
    ['https://evilgreenhouse.io/x', false],
    ['http://app.greenhouse.io/x', false],
    ['https://user:pass@app.greenhouse.io/x', false],
    ['ftp://app.greenhouse.io/x', false],
    ['app.greenhouse.io/x', false],
    ['', false],
  ])('%s: %s', (address, allowed) => {
    const strict = settingsSchema.parse({
      applicationSystem: 'g',
      tests: {},
      resultUrl: 'https://t.example/{interview}',
    });
    expect(mayCall(strict, address)).toBe(allowed);
  });
});

describe('settings', () => {
  const good = { applicationSystem: 'greenhouse', tests: {}, resultUrl: 'https://t.example/{interview}' };
  test.each<[string, Record<string, unknown>, boolean]>([
    ['nothing but what is needed', {}, true],
    ['a test with a dot in its id', { tests: { 'a.b': { name: 'A', tool: 't' } } }, false],
    ['a test without a tool', { tests: { a: { name: 'A' } } }, false],
    ['a result address without its place', { resultUrl: 'https://t.example/' }, false],
    ['a result address over http', { resultUrl: 'http://t.example/{interview}' }, false],
    ['something unknown', { surprise: 1 }, false],
  ])('%s: %s', (_, change, accepted) => {
    expect(settingsSchema.safeParse({ ...good, ...change }).success).toBe(accepted);
  });
  test('where a result is read', () => {
    expect(resultUrlOf(settings, 'a.b/c')).toBe('https://tool.example/results/a.b%2Fc');
  });
});

describe('ids of orders', () => {
  const order = { connection: 'greenhouse-tests', test: 'Coding_1-b', round: 12 };
  test('say what was ordered, and nothing else is one', () => {
    const id = orderId(order, '0123456789abcdef0123');
    expect(readOrderId(id)).toEqual(order);
    for (const other of [
      `${id}0`,
      id.replace('.12.', '.0.'),
      id.toUpperCase(),
      '48',
      null,
      7,
      undefined,
      '',
      'a.b.1.c',
    ])
      expect(readOrderId(other)).toBeNull();
  });
});
