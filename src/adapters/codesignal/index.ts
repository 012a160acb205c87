// CodeSignal: invitations, starts and results of its assessments come in by webhook; nothing is written there.
import type { Adapter } from '../port.ts';
import { translateWebhook, verifyWebhook } from './inbound.ts';
import { readSession } from './read.ts';
import { type CodeSignalSettings, settingsSchema } from './settings.ts';

const oneWay = async () => ({ outcome: { kind: 'refused', reason: 'one_way' } }) as const;

/** Kind `screening`, inbound only. Events name applications by the ids of `settings.applicationSystem`, else by the test session. */
export const codesignal: Adapter<CodeSignalSettings> = {
  name: 'codesignal',
  title: 'CodeSignal',
  kind: 'screening',
  capabilities: {
    idempotencyKey: false,
    precondition: 'none',
    readLagMs: 0,
    concurrency: 1,
    rateLimit: null,
    // Only a result is read, and by its session: no stage is asked after.
    reads: false,
    writes: false,
  },
  settings: settingsSchema,
  secrets: {
    webhookSecret: { description: 'Secret key of the webhook, as CodeSignal shows it' },
    apiKey: { description: 'API key that may read test sessions; only where results are read back', optional: true },
  },
  refSystem: (settings) => settings.applicationSystem,
  elementsFor: () => [],
  shows: () => false,
  verify: verifyWebhook,
  translate: translateWebhook,
  read: readSession,
  apply: oneWay,
  confirm: oneWay,
  // Anything but 200 holds up everything behind it.
  acknowledgement: { status: 200, body: '' },
};
