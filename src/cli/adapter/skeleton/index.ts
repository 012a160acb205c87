// The port of a new adapter, every member of it.
import type { AdapterNames } from './names.ts';

export const index = ({ name, camel, pascal, title, kind }: AdapterNames): string => `\
// The ${title} adapter. SETUP.md says what to set on either side.
import type { Adapter } from '../port.ts';
import { translate, verify } from './inbound.ts';
import { apply, capabilities, confirm, read } from './outbound.ts';
import { type ${pascal}Settings, ${camel}Settings, targetOf } from './settings.ts';

export const ${camel}: Adapter<${pascal}Settings> = {
  name: '${name}',
  title: '${title}',
  kind: '${kind}',
  capabilities,
  settings: ${camel}Settings,
  secrets: {
    apiKey: { description: 'The key that requests carry.' },
    webhookSecret: { description: 'The secret that webhooks are signed with.' },
  },
  // Nothing but what a write into that state needs.
  elementsFor: () => [],
  shows: (settings, machine, state) => machine === 'application' && targetOf(settings, state) !== null,
  verify,
  translate,
  read,
  apply,
  confirm,
  // What this vendor takes for "received".
  acknowledgement: { status: 200, body: '{}' },
};
`;
