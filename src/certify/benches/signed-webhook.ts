// A receiver of signed webhooks as certification sees it: one that can be read, and one whose receipt is the proof.
import type { Work } from '../../adapters/port.ts';
import { signedWebhook } from '../../adapters/signed-webhook/index.ts';
import { type SignedWebhookSettings, settingsSchema } from '../../adapters/signed-webhook/settings.ts';
import { startWebhookReceiver } from '../../sandbox/webhook-receiver.ts';
import type { ContractHarness, ContractSandbox } from '../harness.ts';

export const secretOf = (name: string): string => `whsec_${Buffer.from(name.padEnd(32, '.')).toString('base64')}`;
export const signingSecret = secretOf('current');
export const nextSigningSecret = secretOf('next');
const readToken = 'token-for-reading';

export type Mode = 'receipt' | 'read';
export const settingsFor = (
  receiver: { url: string; hookUrl: string },
  mode: Mode,
  change: Record<string, unknown> = {},
): SignedWebhookSettings =>
  settingsSchema.parse({
    url: receiver.hookUrl,
    allowPrivate: true,
    states: ['active.offer', 'hired'],
    elements: ['offer.startDate'],
    confirm: mode === 'receipt' ? { mode } : { mode, url: `${receiver.url}/states/{subject}` },
    ...change,
  });

let made = 0;
export function work(change: Partial<Work> = {}): Work {
  made += 1;
  return {
    writeback: `wrb_${made}`,
    attempt: 1,
    machine: 'application',
    ref: null,
    eventType: 'offer.accepted',
    targetState: 'active.offer.accepted',
    previousState: 'active.offer.extended',
    expectedStates: [change.previousState ?? 'active.offer.extended'],
    lastWritten: null,
    occurredAt: '2026-11-02T09:00:00.000Z',
    overwrites: [],
    elements: { 'offer.startDate': '2027-01-04' },
    subject: `sub_${made}`,
    version: 9,
    ...change,
  };
}

async function open(mode: Mode): Promise<ContractSandbox<SignedWebhookSettings>> {
  const receiver = await startWebhookReceiver({ signingSecret, readToken, receipts: mode === 'receipt' });
  const known = (): Work => {
    const one = work();
    receiver.editByHand(one.subject, one.previousState as string);
    return one;
  };
  return {
    faults: receiver.faults,
    webhooks: null,
    settings: settingsFor(receiver, mode),
    secrets: { signingSecret, readToken },
    newWork: known,
    isApplied: ({ subject, targetState }) => receiver.shown(subject)?.state === targetState,
    timesApplied: ({ subject, targetState }) =>
      receiver.log.entries(subject).filter(({ by, to }) => by === 'api' && to === targetState).length,
    ...(mode === 'read'
      ? { editByHand: ({ subject }: Work) => receiver.editByHand(subject, 'active.offer.declined') }
      : {}),
    close: receiver.close,
  };
}

export const readBench: ContractHarness<SignedWebhookSettings> = {
  adapter: signedWebhook,
  variant: 'proof by reading',
  open: () => open('read'),
};

export const receiptBench: ContractHarness<SignedWebhookSettings> = {
  // Such a receiver cannot be read.
  adapter: { ...signedWebhook, capabilities: { ...signedWebhook.capabilities, reads: false } },
  variant: 'proof by receipt',
  open: () => open('receipt'),
};
