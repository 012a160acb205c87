// A screening tool's simulator as certification sees it: orders that it gives a receipt for, and orders that can be read.
import type { Work } from '../../adapters/port.ts';
import { screening } from '../../adapters/screening/index.ts';
import { type ScreeningSettings, settingsSchema } from '../../adapters/screening/settings.ts';
import { orderId } from '../../core/deciding/order-id.ts';
import { startScreening } from '../../sandbox/screening.ts';
import type { ContractHarness, ContractSandbox } from '../harness.ts';

export const signingSecret = `whsec_${Buffer.from('a secret of thirty-two bytes here').toString('base64')}`;
export const settings = settingsSchema.parse({ applicationSystem: 'greenhouse-eu' });
export const application = { system: 'greenhouse-eu', id: '48' };

export const orderSecret = `whsec_${Buffer.from('another secret of thirty-two byte').toString('base64')}`;
/** The contract's connection is called so. */
export const connection = 'contract';
export const ordering = (tool: { url: string }, mode: 'receipt' | 'read', more: Record<string, unknown> = {}) =>
  settingsSchema.parse({
    applicationSystem: 'greenhouse-eu',
    allowPrivate: true,
    orders: {
      url: `${tool.url}/orders`,
      confirm: mode === 'receipt' ? { mode } : { mode, url: `${tool.url}/orders/{ref}` },
      ...more,
    },
  });

let ordered = 0;
export function work(change: Partial<Work> = {}): Work {
  ordered += 1;
  return {
    writeback: `wrb_${ordered}`,
    attempt: 1,
    machine: 'application',
    ref: `app-${ordered}`,
    eventType: 'screening.invited',
    targetState: 'active.screening.invited',
    previousState: 'active.triage',
    expectedStates: ['active.triage'],
    lastWritten: null,
    occurredAt: '2026-11-02T09:00:00.000Z',
    overwrites: [],
    elements: {
      'candidate.email': 'ada@example.com',
      'screening.orderId': orderId({ connection: 'ats-tests', test: 'coding', round: 1 }, 'a'.repeat(20)).replace(
        /a{20}$/,
        ordered.toString(16).padStart(20, '0'),
      ),
      'screening.orderTool': connection,
    },
    subject: `sub_${ordered}`,
    version: 3,
    ...change,
  };
}

async function openTool(mode: 'receipt' | 'read'): Promise<ContractSandbox<ScreeningSettings>> {
  const tool = await startScreening({ signingSecret, orderSecret });
  const desk = tool.orders as NonNullable<typeof tool.orders>;
  return {
    faults: tool.faults,
    webhooks: tool.webhooks,
    settings: ordering(tool, mode),
    secrets: { signingSecret, orderSecret },
    newWork: () => {
      const one = work();
      // The tool knows the application from an invitation that ran out.
      if (mode === 'read') desk.show(one.ref ?? '', 'active.triage');
      return one;
    },
    isApplied: ({ ref, targetState }) => desk.shown(ref ?? '') === targetState,
    timesApplied: ({ ref }) => desk.taken().filter(({ application }) => application.id === ref).length,
    ...(mode === 'read' ? { editByHand: ({ ref }: Work) => desk.show(ref ?? '', 'active.screening.expired') } : {}),
    causeEvent: () => void tool.invite(application),
    close: tool.close,
  };
}
const inbound = { signatureHeader: 'webhook-signature', secretField: 'signingSecret', coversBody: true, echoes: true };

export const receiptBench: ContractHarness<ScreeningSettings> = {
  adapter: screening,
  variant: 'orders with a receipt',
  inbound,
  open: () => openTool('receipt'),
};

export const readBench: ContractHarness<ScreeningSettings> = {
  // Whether a tool can be read is a matter of its settings.
  adapter: { ...screening, capabilities: { ...screening.capabilities, reads: true } },
  variant: 'orders that can be read',
  inbound,
  open: () => openTool('read'),
};
