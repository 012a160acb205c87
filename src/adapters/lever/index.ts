// The Lever adapter: webhooks in, the Lever API out. SETUP.md says what to set on either side.
import type { Adapter } from '../port.ts';
import { catalogue, needs } from './catalogue.ts';
import { translate, verify } from './inbound.ts';
import { apply, capabilities, confirm, read } from './outbound.ts';
import { type LeverSettings, leverSettings, targetOf } from './settings.ts';

const elementsFor = (settings: LeverSettings, targetState: string): readonly string[] =>
  targetOf(settings, targetState)?.kind === 'stage' ? settings.noteElements : [];

export const lever: Adapter<LeverSettings> = {
  name: 'lever',
  title: 'Lever',
  kind: 'ats',
  capabilities,
  settings: leverSettings,
  secrets: {
    apiKey: { description: 'An API key of Lever that only this connection uses.' },
    stageChangeToken: { description: 'Signature token of the webhook for candidateStageChange.' },
    archiveChangeToken: { description: 'Signature token of the webhook for candidateArchiveChange.' },
    applicationCreatedToken: { description: 'Signature token of the webhook for applicationCreated.', optional: true },
    hiredToken: { description: 'Signature token of the webhook for candidateHired.', optional: true },
  },
  elementsFor,
  shows: (settings, machine, state) => machine === 'application' && targetOf(settings, state) !== null,
  showsElements: (settings, machine, state) => (machine === 'application' ? elementsFor(settings, state) : []),
  verify,
  translate,
  read,
  apply,
  confirm,
  catalogue,
  needs,
  acknowledgement: { status: 200, body: '{}' },
};
