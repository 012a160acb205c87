// The Ashby adapter: webhooks in, Ashby's API out. SETUP.md says what to set on either side.
import { type SystemMapping, writtenElements } from '../../core/dictionary/mapping.ts';
import type { Adapter } from '../port.ts';
import { catalogue, needs } from './catalogue.ts';
import { translate, verify } from './inbound.ts';
import { jobTarget } from './job.ts';
import { apply, capabilities, confirm, read } from './outbound.ts';
import { type AshbySettings, ashbySettings, keepsFields, targetOf } from './settings.ts';

const elementsFor = (settings: AshbySettings, targetState: string, mapping: SystemMapping): readonly string[] => {
  if (jobTarget(settings, targetState) === 'Open') return writtenElements(mapping, 'job');
  const target = targetOf(settings, targetState);
  return target && keepsFields(target) ? Object.keys(settings.fields) : [];
};

export const ashby: Adapter<AshbySettings> = {
  name: 'ashby',
  title: 'Ashby',
  kind: 'ats',
  capabilities,
  settings: ashbySettings,
  secrets: {
    apiKey: { description: 'An API key of Ashby that only this connection uses.' },
    webhookSecret: { description: 'The secret token that is entered with the webhooks in Ashby.' },
  },
  elementsFor,
  shows(settings, machine, state) {
    if (machine === 'requisition') return jobTarget(settings, state) !== null;
    return machine === 'application' && targetOf(settings, state) !== null;
  },
  showsElements: (settings, machine, state, mapping) =>
    machine === 'application' ? elementsFor(settings, state, mapping) : [],
  verify,
  translate,
  read,
  apply,
  confirm,
  catalogue,
  needs,
  acknowledgement: { status: 200, body: '{}' },
};
