// The SmartRecruiters adapter: webhooks that name an application, statuses read and written. SETUP.md says what to set on either side.
import type { Adapter } from '../port.ts';
import { handshake, translate, translatedHeaders, verify } from './inbound.ts';
import { apply, capabilities, confirm, read } from './outbound.ts';
import { type SmartrecruitersSettings, smartrecruitersSettings, targetOf } from './settings.ts';

export const smartrecruiters: Adapter<SmartrecruitersSettings> = {
  name: 'smartrecruiters',
  title: 'SmartRecruiters',
  kind: 'ats',
  capabilities,
  settings: smartrecruitersSettings,
  secrets: {
    apiKey: { description: 'The API key that is sent as X-SmartToken.' },
    webhookSecret: { description: 'The secret key of the webhook subscription.' },
  },
  elementsFor: (settings, targetState) =>
    targetOf(settings, targetState)?.status === 'HIRED' ? ['offer.startDate'] : [],
  shows: (settings, machine, state) => machine === 'application' && targetOf(settings, state) !== null,
  translatedHeaders,
  handshake,
  verify,
  translate,
  read,
  apply,
  confirm,
  // Anything but 202 counts as failed.
  acknowledgement: { status: 202, body: '' },
};
