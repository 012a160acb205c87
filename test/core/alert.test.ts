// What a rule and a channel may say; the rules of the first start; what of a channel may be shown.
import { describe, expect, test } from 'vitest';
import { alertCauses, conditionSchema, termsSchema } from '../../src/core/alerts/alert.ts';
import { channelSchema, shownPlace } from '../../src/core/alerts/channel.ts';
import { defaultRules } from '../../src/core/alerts/defaults.ts';
import { stuckCauses } from '../../src/store/reports/stuck-sources.ts';

test('the causes of what is stuck are those of the report', () => expect(alertCauses).toEqual(stuckCauses));

describe('the rules of the first start', () => {
  test('watch every kind of figure there is, and are on', () => {
    expect(new Set(defaultRules.map(({ condition }) => condition.watches)).size).toBe(8);
    expect(defaultRules.every(({ enabled }) => enabled)).toBe(true);
    expect(new Set(defaultRules.map(({ id }) => id)).size).toBe(defaultRules.length);
  });
  test('tell of nothing later than after a quarter of an hour, SLAs and incidents apart', () => {
    for (const { id, condition, terms } of defaultRules) {
      const older = condition.watches === 'stuck' ? condition.olderThanMinutes : 0;
      if (!['late-against-sla', 'incidents-waiting'].includes(id)) expect(terms.forMinutes + older).toBeLessThan(16);
    }
  });
});

describe('a rule', () => {
  test.each([
    [{ watches: 'weather' }],
    [{ watches: 'stuck', state: 'active.triage' }],
    [{ watches: 'stuck', atLeast: 0 }],
    [{ watches: 'stuck', owner: 'ann@example.com' }],
    [{ watches: 'confirmed_rate', below: 95 }],
    [{ watches: 'confirmed_rate', windowMinutes: 1 }],
    [{ watches: 'circuit_open', atLeast: 1 }],
  ])('cannot say %o', (given) => expect(conditionSchema.safeParse(given).success).toBe(false));
  test('cannot be louder than every five minutes', () => {
    expect(termsSchema.safeParse({ repeatAfterMinutes: 4 }).success).toBe(false);
  });
});

describe('a channel', () => {
  const url = 'https://hooks.example.com/services/T0/B0/secret';
  test.each([
    [{ kind: 'webhook', url: 'http://hooks.example.com/' }],
    [{ kind: 'webhook', url: 'ftp://hooks.example.com/', allowPrivate: true }],
    [{ kind: 'webhook', url, signingSecret: 'whsec_short' }],
    [{ kind: 'mail', to: [] }],
    [{ kind: 'mail', to: ['nobody'] }],
    [{ kind: 'mail', to: ['a@example.com\nbcc: b@example.com'] }],
    [{ kind: 'pigeon' }],
  ])('cannot be %o', (given) => expect(channelSchema.safeParse(given).success).toBe(false));
  test('shows neither the secret in an address nor whose mail it is', () => {
    expect(shownPlace(channelSchema.parse({ kind: 'webhook', url }))).toBe('hooks.example.com');
    expect(shownPlace(channelSchema.parse({ kind: 'mail', to: ['ann.lee@example.com'] }))).toBe('…@example.com');
  });
});
