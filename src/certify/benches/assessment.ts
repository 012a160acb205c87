// An ATS that orders tests, as certification sees it: told of a result, and counted only once it came and read it.
import { assessment } from '../../adapters/assessment/index.ts';
import { type AssessmentSettings, settingsSchema } from '../../adapters/assessment/settings.ts';
import type { Adapter, Work } from '../../adapters/port.ts';
import { orderId } from '../../core/deciding/order-id.ts';
import { type AssessmentSandbox, startAssessmentAts } from '../../sandbox/assessment.ts';
import type { ContractHarness } from '../harness.ts';

export const apiKey = 'k'.repeat(40);
export const settings = settingsSchema.parse({
  applicationSystem: 'greenhouse',
  tests: { coding: { name: 'Coding test', tool: 'coding-tool' } },
  resultUrl: 'https://tool.example/results/{interview}',
  callbackHosts: ['127.0.0.1'],
  allowPrivate: true,
});
/** The contract's connection is called so. */
export const connection = 'contract';

let made = 0;
export function workFor(ats: AssessmentSandbox): Work {
  made += 1;
  const { id } = ats.place(`app-${made}`);
  return {
    writeback: `wrb_${made}`,
    attempt: 1,
    machine: 'application',
    ref: null,
    eventType: 'screening.completed',
    targetState: 'active.screening.completed',
    previousState: null,
    expectedStates: ['active.screening.invited'],
    lastWritten: null,
    occurredAt: '2026-11-02T09:00:00.000Z',
    overwrites: [],
    elements: {
      'screening.orderId': orderId({ connection, test: 'coding', round: 1 }, 'a'.repeat(20)),
      'screening.orderUrl': ats.callbackUrl(id),
    },
    subject: `sub_${made}`,
    version: 4,
  };
}
export const testOf = ({ elements }: Work): string => String(elements['screening.orderUrl']).split('/').at(-1) ?? '';

let ats: AssessmentSandbox;
// Reading the status is the proof: here the ATS's own memory stands for the reading that the service records.
const adapter: Adapter<AssessmentSettings> = {
  ...assessment,
  confirm: async (work, context) => {
    const said = await assessment.confirm(work, context);
    return ats.at(testOf(work)).told ? { outcome: { kind: 'confirmed' } } : said;
  },
};
export const assessmentBench: ContractHarness<AssessmentSettings> = {
  adapter,
  async open() {
    ats = await startAssessmentAts({ apiKey });
    return {
      faults: ats.faults,
      webhooks: null,
      settings,
      secrets: { apiKey },
      newWork: () => workFor(ats),
      isApplied: (work) => ats.at(testOf(work)).told,
      timesApplied: (work) =>
        ats.log.entries(testOf(work)).filter(({ to, by }) => by === 'api' && to === 'told').length,
      close: ats.close,
    };
  },
};
