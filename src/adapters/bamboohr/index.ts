// BambooHR as an HRIS: accepted offers become pre-hires there, and hires are seen to be active.
import type { VendorAnswer } from '../http.ts';
import type { Adapter, Work } from '../port.ts';
import { catalogue, needs } from './catalogue.ts';
import { employeeElements } from './fields.ts';
import { translateWebhook, verifyWebhook } from './inbound.ts';
import { applicationPrefix } from './inbound-application.ts';
import { jobPrefix } from './jobs.ts';
import { readEmployee } from './locate.ts';
import { applyToEmployee, confirmEmployee, readingOf } from './outbound.ts';
import { poll, polls, readApplication, readJob } from './poll.ts';
import { type BambooHrSettings, settingsSchema, states, statusFor } from './settings.ts';

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
  elementsFor: (settings, targetState, mapping) =>
    statusFor(settings, targetState) === undefined ? [] : employeeElements(settings, mapping),
  showsElements: (settings, _machine, state, mapping) =>
    state === states.accepted || state === states.hired
      ? employeeElements(settings, mapping).filter((element) => element.startsWith('offer.'))
      : [],
  shows: (settings, machine, state) => machine === 'application' && statusFor(settings, state) !== undefined,
  onboardingRefs: ({ trackOnboarding }) => (trackOnboarding ? /^[0-9]+$/ : null),
  verify: (request, secrets) => verifyWebhook(request, secrets),
  translate: translateWebhook,
  async read(ref, context) {
    if (ref.startsWith(applicationPrefix)) return readApplication(ref.slice(applicationPrefix.length), context);
    if (ref.startsWith(jobPrefix)) return readJob(ref.slice(jobPrefix.length), context);
    const there = await readEmployee(ref, context);
    if (there.kind === 'failed') throw new Error(unreadable(there.answer));
    return there.kind === 'missing' ? null : readingOf(there.employee, context.settings);
  },
  apply: (work, context) => applyToEmployee(asEmployee(work), context, capabilities),
  confirm: (work, context) => confirmEmployee(asEmployee(work), context),
  catalogue,
  needs,
  poll,
  polls,
  acknowledgement: { status: 200, body: '' },
};

/** An application's id says nothing of the employee it becomes: that one is looked for, or made. */
const asEmployee = (work: Work): Work => (work.ref?.startsWith(applicationPrefix) ? { ...work, ref: null } : work);

const unreadable = (answer: VendorAnswer): string =>
  `BambooHR could not be read: ${answer.kind === 'answer' ? `status ${answer.status}` : answer.failure}.`;
