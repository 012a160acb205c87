// The Workable adapter: webhooks that show a candidate, moves and disqualifications out. SETUP.md says what to set on either side.
import type { Adapter } from '../port.ts';
import { translate, verify } from './inbound.ts';
import { apply, capabilities, confirm, read } from './outbound.ts';
import { targetOf, type WorkableSettings, workableSettings } from './settings.ts';

export const workable: Adapter<WorkableSettings> = {
  name: 'workable',
  title: 'Workable',
  kind: 'ats',
  capabilities,
  settings: workableSettings,
  secrets: {
    accessToken: { description: 'An access token of the account that may read and write candidates.' },
    webhookSecret: {
      description: 'What Workable signs with: the account’s token, or for an OAuth application its client secret.',
    },
  },
  elementsFor: () => [],
  shows: (settings, machine, state) => machine === 'application' && targetOf(settings, state) !== null,
  verify,
  translate,
  read,
  apply,
  confirm,
  // Anything but 200 is sent again.
  acknowledgement: { status: 200, body: '{}' },
};
