// One harmless read at the vendor, of something that is not there: shows whether address and credentials are right.
import type { Adapter, Secrets } from '../../adapters/port.ts';
import { limits } from '../../core/limits.ts';
import { mappingFor } from '../../services/connections/system-settings.ts';
import type { Context } from '../../services/context.ts';

export type Tried = { kind: 'answered' | 'failed' | 'not_tried'; detail: string };

/** No system gives its first object the number 0. */
const nobodysRef = '0';

/** Never rejects. */
export async function tryToRead(
  context: Context,
  adapter: Adapter,
  account: { connection: string; settings: unknown; secrets: Secrets },
): Promise<Tried> {
  if (!adapter.capabilities.reads) return { kind: 'not_tried', detail: 'nothing is ever read from this system' };
  const { allowPrivate } = (account.settings ?? {}) as { allowPrivate?: unknown };
  const vendor = allowPrivate === true ? context.vendorHttp.open : context.vendorHttp.guarded;
  let said: string | null = null;
  let refused = false;
  const http: typeof vendor = {
    async request(request, signal) {
      const answer = await vendor.request(request, signal);
      said = answer.kind === 'answer' ? `HTTP ${answer.status}` : failures[answer.failure];
      refused ||= answer.kind === 'answer' && (answer.status === 401 || answer.status === 403);
      return answer;
    },
  };
  const failure = await adapter
    .read(nobodysRef, {
      ...account,
      mapping: mappingFor(context.dictionary, adapter),
      http,
      signal: AbortSignal.timeout(limits.vendorTimeoutMs),
    })
    .then(
      () => null,
      (error: unknown) => String((error as Error)?.message ?? error),
    );
  if (refused)
    return {
      kind: 'failed',
      detail: `the vendor refused the credentials (${said}); look at the secrets and at what that user may do`,
    };
  if (failure !== null) return { kind: 'failed', detail: said ? `${failure} Last answer: ${said}` : failure };
  return said === null
    ? { kind: 'not_tried', detail: 'these settings give no address to read at' }
    : { kind: 'answered', detail: `address and credentials are right (${said})` };
}

const failures = {
  connect: 'no connection to that address',
  timeout: `no answer within ${limits.vendorTimeoutMs / 1_000} s`,
  reset: 'the connection broke off',
  too_large: 'the answer is too large',
  blocked: 'a private address; INTERLOCK_ALLOW_PRIVATE_ADDRESSES allows them',
  redirect: 'it redirects elsewhere, which is not followed',
} as const;
