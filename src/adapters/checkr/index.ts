// Checkr: background checks of new hires come in by webhook; nothing is ordered or written there.
import type { Adapter } from '../port.ts';
import { translateWebhook, verifyWebhook } from './inbound.ts';
import { type CheckrSettings, settingsSchema } from './settings.ts';

const oneWay = async () => ({ outcome: { kind: 'refused', reason: 'one_way' } }) as const;

/** Kind `screening`, inbound only, about the onboarding machine. Its own ids are those of candidates. */
export const checkr: Adapter<CheckrSettings> = {
  name: 'checkr',
  title: 'Checkr',
  kind: 'screening',
  capabilities: {
    idempotencyKey: false,
    precondition: 'none',
    readLagMs: 0,
    concurrency: 1,
    rateLimit: null,
    reads: false,
    writes: false,
  },
  settings: settingsSchema,
  secrets: {
    webhookSecret: { description: 'What Checkr signs with: the API key, or the OAuth client secret of a partner' },
  },
  refSystem: (settings) => settings.newHireSystem,
  elementsFor: () => [],
  shows: () => false,
  verify: (request, secrets) => verifyWebhook(request, secrets),
  translate: translateWebhook,
  read: async () => null,
  apply: oneWay,
  confirm: oneWay,
  acknowledgement: { status: 200, body: '' },
};
