// The rules that are on from the first start: what no team would want to hear of days later.
import { conditionSchema, type Rule, termsSchema } from './alert.ts';

const rule = (id: string, condition: object, terms: object): Rule => ({
  id,
  enabled: true,
  condition: conditionSchema.parse(condition),
  terms: termsSchema.parse(terms),
});

const day = 24 * 60;

/** They may be changed and turned off, not removed. */
export const defaultRules: readonly Rule[] = [
  rule('circuit-open', { watches: 'circuit_open' }, { severity: 'critical', forMinutes: 2 }),
  rule('dead-letters', { watches: 'dead_letters' }, { severity: 'critical' }),
  rule('confirmed-rate', { watches: 'confirmed_rate' }, { severity: 'critical' }),
  rule('seal-lag', { watches: 'seal_lag' }, { severity: 'critical' }),
  rule('writes-stuck', { watches: 'stuck', cause: 'write_unconfirmed', olderThanMinutes: 15 }, {}),
  rule('latency', { watches: 'latency_p95' }, { forMinutes: 5 }),
  rule('agreement-drift', { watches: 'agreement' }, { forMinutes: 10 }),
  rule('quarantined', { watches: 'quarantined' }, {}),
  rule(
    'incidents-waiting',
    { watches: 'stuck', cause: 'incident_open', olderThanMinutes: 4 * 60 },
    { repeatAfterMinutes: day },
  ),
  rule(
    'late-against-sla',
    { watches: 'stuck', cause: 'late_against_sla', olderThanMinutes: 60 },
    { repeatAfterMinutes: day },
  ),
];
