// What travels over the bus: only ids, codes and numbers, nothing that the tables could not keep, and ids that let retries through.
import { describe, expect, test } from 'vitest';
import {
  type Command,
  commandId,
  commandSchema,
  type Result,
  resultId,
  resultSchema,
} from '../../src/core/delivery/message.ts';

const command: Command = {
  id: 'wrb_1',
  attempt: 1,
  connection: 'greenhouse-eu',
  mode: 'apply',
  ttlMs: 20_000,
};
const result: Result = {
  id: 'wrb_1',
  attempt: 1,
  connection: 'greenhouse-eu',
  mode: 'apply',
  outcome: { kind: 'confirmed' },
  reported: { httpStatus: 200, precondition: 'etag', tookMs: 12.5 },
};

describe('a command', () => {
  test('is taken as it is', () => {
    expect(commandSchema.parse(command)).toEqual(command);
  });

  test.each<[string, object]>([
    ['with a name in it', { ...command, name: 'Ada Lovelace' }],
    ['without an attempt', { ...command, attempt: 0 }],
    ['with half an attempt', { ...command, attempt: 1.5 }],
    ['for a connection that would be another subject', { ...command, connection: 'ats.>' }],
    ['for nobody', { ...command, connection: '' }],
    ['of an unknown mode', { ...command, mode: 'delete' }],
    ['that is never too late', { ...command, ttlMs: 0 }],
  ])('%s is refused', (_, wrong) => {
    expect(commandSchema.safeParse(wrong).success).toBe(false);
  });
});

describe('a result', () => {
  test.each<[string, Result]>([
    ['of a write', result],
    ['of a probe', { ...result, mode: 'probe', outcome: { kind: 'shows', seen: 'active.offer' } }],
    ['of a probe that found an unmapped stage', { ...result, mode: 'probe', outcome: { kind: 'shows', seen: null } }],
    ['that never reached the vendor', { ...result, reported: { tookMs: 0 } }],
  ])('%s is taken as it is', (_, right) => {
    expect(resultSchema.parse(right)).toEqual(right);
  });

  test.each<[string, object]>([
    ['with the vendor’s answer in it', { ...result, body: '{"name":"Ada"}' }],
    ['with more in its report', { ...result, reported: { tookMs: 1, url: 'https://vendor.example/ada' } }],
    ['with an outcome nobody knows', { ...result, outcome: { kind: 'done' } }],
    ['with a status that no column holds', { ...result, reported: { tookMs: 1, httpStatus: 3_000_000_000 } }],
    ['with an id that no column holds', { ...result, id: 'wrb_\u0000' }],
    ['that saw what no column holds', { ...result, mode: 'probe', outcome: { kind: 'shows', seen: 'a\u0000' } }],
    ['that took less than nothing', { ...result, reported: { tookMs: -1 } }],
  ])('%s is refused', (_, wrong) => {
    expect(resultSchema.safeParse(wrong).success).toBe(false);
  });
});

describe('message ids', () => {
  test('a retry has another, so that a broker does not take it for a repetition', () => {
    const ids = [
      command,
      { ...command, attempt: 2 },
      { ...command, mode: 'confirm' as const },
      { ...command, id: 'wrb_2' },
    ].map(commandId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(commandId(command)).toBe('wrb_1.1.apply');
  });

  test('the same message has the same', () => {
    expect(commandId({ ...command })).toBe(commandId(command));
    expect(resultId({ ...result, reported: { tookMs: 99 } })).toBe(resultId(result));
  });

  test('a late truth about an attempt is another result than its first', () => {
    expect(resultId({ ...result, outcome: { kind: 'ambiguous', reason: 'timeout' } })).not.toBe(resultId(result));
  });
});
