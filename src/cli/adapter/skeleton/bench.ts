// The bench of a new adapter: its simulator as certification sees it.
import type { AdapterNames } from './names.ts';

export const bench = ({ name, camel, pascal, title }: AdapterNames): string => `\
// ${title}'s simulator as certification sees it: settings, secrets, one change to write, and what became of it.
import { ${camel} } from '../../adapters/${name}/index.ts';
import { type ${pascal}Settings, ${camel}Settings } from '../../adapters/${name}/settings.ts';
import { start${pascal} } from '../../sandbox/${name}.ts';
import type { ContractHarness } from '../harness.ts';
import { workOn } from '../work-on.ts';

export const secrets = { apiKey: 'sandbox-key', webhookSecret: 'sandbox-webhook-secret' };
const stages = {
  'active.received': 'Applied',
  'active.screening': 'Assessment',
  'active.interview': 'Interview',
  'active.offer': 'Offer',
};

export const settingsFor = (url: string, more: Record<string, unknown> = {}): ${pascal}Settings =>
  ${camel}Settings.parse({ baseUrl: url, stages, ...more });

/** \`expireTokens\` joins \`open\` where tokens expire. */
export const ${camel}Bench: ContractHarness<${pascal}Settings> = {
  adapter: ${camel},
  unknownRef: '999999999',
  inbound: { signatureHeader: 'x-${name}-signature', secretField: 'webhookSecret', coversBody: true, echoes: true },
  async open() {
    const sandbox = await start${pascal}(secrets);
    return {
      ...sandbox,
      settings: settingsFor(sandbox.url),
      secrets,
      newWork: () => workOn(sandbox.createApplication()),
      isApplied: (work) => sandbox.application(work.ref ?? '')?.stage === 'Assessment',
      timesApplied: (work) =>
        sandbox.log
          .entries(work.ref ?? '')
          .filter((one) => one.by === 'api' && one.to === 'Assessment' && one.from !== one.to).length,
      editByHand: (work) => sandbox.editByHand(work.ref ?? '', 'Interview'),
      breakMapping: () => sandbox.removeStage('Assessment'),
      causeEvent: () => void sandbox.createApplication(),
    };
  },
};
`;
