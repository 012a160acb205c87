// The ATS side of tests that are ordered through Interlock (Greenhouse's assessment partner contract): it calls us, and is told when a result is there.
import type { Adapter } from '../port.ts';
import { stillToRead, tell } from './outbound.ts';
import { type AssessmentSettings, settingsSchema } from './settings.ts';

const capabilities = {
  idempotencyKey: true,
  precondition: 'none',
  // It is told, and then comes to read: until it did, nothing is known.
  readLagMs: 10_000,
  concurrency: 4,
  rateLimit: null,
  reads: false,
  writes: true,
} as const;

export const completed = 'active.screening.completed';

/** Kind `ats`: whoever orders a test speaks for the recruiter. Its own ids are those of orders ("interviews"). */
export const assessment: Adapter<AssessmentSettings> = {
  name: 'assessment',
  title: 'Assessment partner API (orders of tests)',
  kind: 'ats',
  capabilities,
  settings: settingsSchema,
  secrets: { apiKey: { description: 'The key that the ATS sends: 40 random letters and digits; never 171 or more' } },
  elementsFor: (settings, targetState) =>
    settings.callback && targetState === completed ? ['screening.orderId', 'screening.orderUrl'] : [],
  shows: (settings, machine, state) => settings.callback && machine === 'application' && state === completed,
  verify: () => ({
    ok: false,
    code: 'missing_signature',
    detail: 'An assessment connection takes orders at /assessment/{connection}, no webhooks',
  }),
  translate: () => [{ kind: 'ignored', reason: 'one_way' }],
  read: async () => null,
  apply: (work, context) => tell(work, context, capabilities),
  confirm: stillToRead,
  acknowledgement: { status: 200, body: '' },
};
