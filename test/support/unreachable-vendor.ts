// A Greenhouse that nobody answers for: what it says and shows is for the test to say.
import { expect } from 'vitest';
import { addConnection } from '../../src/services/connections/manage-connections.ts';
import type { Context } from '../../src/services/context.ts';

/** Adds the connection `vendor`; `stages`: the stage that each state shows as. */
export async function addUnreachableVendor(context: Context, stages: Readonly<Record<string, string>>): Promise<void> {
  const baseUrl = 'http://127.0.0.1:9';
  const added = await addConnection(
    context,
    { kind: 'cli', id: 'test' },
    {
      id: 'vendor',
      scope: {},
      adapter: 'greenhouse',
      settings: { baseUrl, authUrl: baseUrl, stages, rejectionReasonId: 14, allowCandidateEmails: true },
      secrets: { clientId: 'a', clientSecret: 'b', webhookSecret: 'c' },
    },
  );
  expect(added).toEqual({ ok: true });
}
