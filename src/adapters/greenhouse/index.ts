// The Greenhouse adapter: webhooks in, Harvest v3 out. SETUP.md says what to set on either side.
import type { Adapter } from '../port.ts';
import { catalogue, needs } from './catalogue.ts';
import { translate, verify } from './inbound.ts';
import { mergedProfiles } from './merge.ts';
import { apply, capabilities, confirm, read } from './outbound.ts';
import { type GreenhouseSettings, greenhouseSettings, targetOf } from './settings.ts';

export const greenhouse: Adapter<GreenhouseSettings> = {
  name: 'greenhouse',
  title: 'Greenhouse',
  kind: 'ats',
  capabilities,
  settings: greenhouseSettings,
  secrets: {
    clientId: { description: 'Client id of a Harvest v3 API credential that only this connection uses.' },
    clientSecret: { description: 'Client secret of that credential.' },
    webhookSecret: { description: 'The secret key that is entered with the webhooks in Greenhouse.' },
  },
  elementsFor(settings, targetState) {
    const target = targetOf(settings, targetState);
    if (target?.kind === 'stage') return Object.keys(settings.fields);
    return target?.kind === 'hired' ? ['offer.startDate'] : [];
  },
  showsElements: (settings, _machine, state) =>
    targetOf(settings, state)?.kind === 'stage' ? Object.keys(settings.fields) : [],
  shows: (settings, machine, state) => machine === 'application' && targetOf(settings, state) !== null,
  verify,
  translate,
  mergedProfiles,
  read,
  apply,
  confirm,
  catalogue,
  needs,
  acknowledgement: { status: 200, body: '{}' },
};
