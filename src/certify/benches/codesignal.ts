// CodeSignal's simulator as certification sees it: settings, secrets, one change to write, and what became of it.
import { codesignal } from '../../adapters/codesignal/index.ts';
import { type CodeSignalSettings, settingsSchema } from '../../adapters/codesignal/settings.ts';
import { startCodeSignal } from '../../sandbox/codesignal.ts';
import type { ContractHarness } from '../harness.ts';

export const webhookSecret = 'key-of-the-webhook';
export const settings = settingsSchema.parse({ applicationSystem: 'greenhouse-eu' });

export const codesignalBench: ContractHarness<CodeSignalSettings> = {
  adapter: codesignal,
  inbound: {
    signatureHeader: 'x-codesignal-signature',
    secretField: 'webhookSecret',
    coversBody: false,
    echoes: false,
  },
  async open() {
    const tool = await startCodeSignal({ webhookSecret });
    return {
      faults: tool.faults,
      webhooks: tool.webhooks,
      settings,
      secrets: { webhookSecret },
      newWork: () => {
        throw new Error('Nothing is written to CodeSignal.');
      },
      isApplied: () => false,
      timesApplied: () => 0,
      causeEvent: () => void tool.invite('48'),
      close: tool.close,
    };
  },
};
