// Any screening tool that posts its results as signed Standard Webhooks; nothing is written back to it.
import type { Adapter } from '../port.ts';
import { translateResult, verifyResult } from './inbound.ts';
import { type ScreeningSettings, settingsSchema } from './settings.ts';

const oneWay = async () => ({ outcome: { kind: 'refused', reason: 'one_way' } }) as const;

/** Kind `screening`, inbound only. Ids in its events are those of `settings.applicationSystem`. */
export const screening: Adapter<ScreeningSettings> = {
  name: 'screening',
  title: 'Screening tool (Standard Webhooks)',
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
  secrets: { signingSecret: { description: 'The secret the tool signs with: whsec_ and base64' } },
  refSystem: (settings) => settings.applicationSystem,
  elementsFor: () => [],
  shows: () => false,
  verify: (request, secrets) => verifyResult(request, secrets),
  translate: translateResult,
  read: async () => null,
  apply: oneWay,
  confirm: oneWay,
  acknowledgement: { status: 202, body: '' },
};
