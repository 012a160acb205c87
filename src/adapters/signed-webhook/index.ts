// For any system without an adapter: it gets signed Standard Webhooks and proves what it shows.
import type { VendorAnswer } from '../http.ts';
import type { Adapter } from '../port.ts';
import { applyBySigning, confirmBySigning, readShown } from './outbound.ts';
import { type SignedWebhookSettings, settingsSchema, wants } from './settings.ts';

const capabilities = {
  idempotencyKey: true,
  precondition: 'read_before_write',
  readLagMs: 500,
  concurrency: 8,
  rateLimit: null,
  reads: true,
  writes: true,
} as const;

/** Outbound only. Kind `hris`, because the last systems of the chain are what usually lacks an adapter; it causes no transitions, so no authority follows from it. */
export const signedWebhook: Adapter<SignedWebhookSettings> = {
  name: 'signed-webhook',
  title: 'Signed webhook (any system)',
  kind: 'hris',
  capabilities,
  settings: settingsSchema,
  secrets: {
    signingSecret: { description: 'The secret we sign with: whsec_ and base64' },
    nextSigningSecret: {
      description: 'During a change: the new secret; both sign until it is moved to signingSecret',
      optional: true,
    },
    readToken: { description: 'Bearer token for reading the state, where the receiver asks for one', optional: true },
  },
  elementsFor: (settings) => settings.elements,
  showsElements: (settings) => settings.elements,
  shows: wants,
  verify: () => ({
    ok: false,
    code: 'missing_signature',
    detail: 'A signed-webhook connection takes no webhooks; post events to /v1/events',
  }),
  translate: () => [{ kind: 'ignored', reason: 'one_way' }],
  canRead: ({ confirm }) => confirm.mode === 'read',
  async read(ref, context) {
    const shown = await readShown({ ref, subject: null }, context);
    if (shown.kind === 'failed') throw new Error(unreadable(shown.answer));
    return shown.kind === 'missing' ? null : shown.reading;
  },
  apply: (work, context) => applyBySigning(work, context, capabilities),
  confirm: confirmBySigning,
  acknowledgement: { status: 202, body: '' },
};

const unreadable = (answer: VendorAnswer): string =>
  `The receiver could not be read: ${answer.kind === 'answer' ? `status ${answer.status}` : answer.failure}.`;
