// Checkr's simulator as certification sees it: settings, secrets, one change to write, and what became of it.
import { checkr } from '../../adapters/checkr/index.ts';
import { type CheckrSettings, settingsSchema } from '../../adapters/checkr/settings.ts';
import { startCheckr } from '../../sandbox/checkr.ts';
import type { ContractHarness } from '../harness.ts';

export const webhookSecret = 'secret-of-the-account';
export const settings = settingsSchema.parse({ newHireSystem: 'bamboohr' });

export const checkrBench: ContractHarness<CheckrSettings> = {
  adapter: checkr,
  inbound: { signatureHeader: 'x-checkr-signature', secretField: 'webhookSecret', coversBody: true, echoes: false },
  async open() {
    const provider = await startCheckr({ webhookSecret });
    return {
      faults: provider.faults,
      webhooks: provider.webhooks,
      settings,
      secrets: { webhookSecret },
      newWork: () => {
        throw new Error('Nothing is written to Checkr.');
      },
      isApplied: () => false,
      timesApplied: () => 0,
      async causeEvent() {
        const { id } = provider.order(['interlock:417']);
        // The contract looks at the last delivery, and an invitation says nothing to us.
        await provider.webhooks.drain();
        provider.complete(id, 'clear');
      },
      close: provider.close,
    };
  },
};
