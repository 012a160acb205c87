// BambooHR as an HRIS: accepted offers become pre-hires there, and hires are seen to be active.
import type { VendorAnswer } from '../http.ts';
import type { Adapter } from '../port.ts';
import { translateWebhook, verifyWebhook } from './inbound.ts';
import { readEmployee } from './locate.ts';
import { applyToEmployee, confirmEmployee, readingOf } from './outbound.ts';
import { type BambooHrSettings, fieldsOf, settingsSchema, statusFor } from './settings.ts';

const capabilities = {
  idempotencyKey: false,
  precondition: 'read_before_write',
  readLagMs: 1_000,
  // The vendor publishes no numbers; creates of one company are kept few at a time.
  concurrency: 4,
  rateLimit: null,
  reads: true,
  writes: true,
} as const;

/** Kind `hris`; ids are employee ids. Shows `active.offer.accepted` and `hired`, and `withdrawn` where the settings name a status for it. */
export const bamboohr: Adapter<BambooHrSettings> = {
  name: 'bamboohr',
  title: 'BambooHR',
  kind: 'hris',
  capabilities,
  settings: settingsSchema,
  secrets: {
    apiKey: { description: 'API key of a user whose access level may add employees and edit the mapped fields' },
    webhookPrivateKey: {
      description: 'Private key of the webhook; BambooHR shows it once, when the webhook is created',
      optional: true,
    },
  },
  elementsFor: (settings, targetState) =>
    statusFor(settings, targetState) === undefined ? [] : Object.keys(fieldsOf(settings)),
  shows: (settings, machine, state) => machine === 'application' && statusFor(settings, state) !== undefined,
  verify: (request, secrets) => verifyWebhook(request, secrets),
  translate: translateWebhook,
  async read(ref, context) {
    const there = await readEmployee(ref, context);
    if (there.kind === 'failed') throw new Error(unreadable(there.answer));
    return there.kind === 'missing' ? null : readingOf(there.employee, context.settings);
  },
  apply: (work, context) => applyToEmployee(work, context, capabilities),
  confirm: confirmEmployee,
  acknowledgement: { status: 200, body: '' },
};

const unreadable = (answer: VendorAnswer): string =>
  `BambooHR could not be read: ${answer.kind === 'answer' ? `status ${answer.status}` : answer.failure}.`;
