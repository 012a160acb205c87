// The contract test of a new adapter: complete as it stands, so that it fails until the adapter and the simulator are.
import type { AdapterNames } from './names.ts';

/** Apart, since the rule of who may import what reads this file too. */
const runner = "'vitest'";

export const contractTest = ({ name, camel, pascal, title }: AdapterNames): string => `\
// ${title}: the adapter contract on the simulator, and what is ${title}'s own.
import { expect, test } from ${runner};
import { ${camel} } from '../../src/adapters/${name}/index.ts';
import { type ${pascal}Settings, ${camel}Settings } from '../../src/adapters/${name}/settings.ts';
import type { Work } from '../../src/adapters/port.ts';
import { adapters } from '../../src/adapters/registry.ts';
import { start${pascal} } from '../../src/sandbox/${name}.ts';
import { adapterContract } from '../support/adapter-contract.ts';

const secrets = { apiKey: 'sandbox-key', webhookSecret: 'sandbox-webhook-secret' };
const stages = {
  'active.received': 'Applied',
  'active.screening': 'Assessment',
  'active.interview': 'Interview',
  'active.offer': 'Offer',
};

let works = 0;
function workOn(ref: string): Work {
  works += 1;
  return {
    writeback: \`wrb_\${works}\`,
    attempt: 1,
    machine: 'application',
    ref,
    eventType: 'screening.invited',
    targetState: 'active.screening.invited',
    previousState: 'active.received',
    expectedStates: ['active.received'],
    lastWritten: null,
    occurredAt: '2026-03-01T10:00:00.000Z',
    overwrites: [],
    elements: {},
    subject: \`sub_\${works}\`,
    version: 2,
  };
}

adapterContract<${pascal}Settings>({
  adapter: ${camel},
  unknownRef: '999999999',
  inbound: { signatureHeader: 'x-${name}-signature', secretField: 'webhookSecret', coversBody: true, echoes: true },
  async open() {
    const sandbox = await start${pascal}(secrets);
    return {
      ...sandbox,
      settings: ${camel}Settings.parse({ baseUrl: sandbox.url, stages }),
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
});

test('it is in the registry', () =>
  expect(adapters.get('${name}'), 'not_written_yet: its line in src/adapters/registry.ts').toBe(${camel}));

// Below: what only this vendor does, one test for each of its pitfalls. \`expireTokens\` joins \`open\` where tokens expire.
`;
