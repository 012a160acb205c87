// Calls Harvest v3 with a bearer token that is shared, kept until shortly before it expires and renewed on a 401.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type AccessToken, takeToken } from '../access-tokens.ts';
import { answeredAt } from '../answers.ts';
import type { VendorAnswer, VendorRequest } from '../http.ts';
import type { VendorContext } from '../port.ts';
import type { GreenhouseSettings } from './settings.ts';

export type GreenhouseContext = VendorContext<GreenhouseSettings>;

const earlyMs = 60_000;
const lifetimeDefaultMs = 50 * 60_000;

const tokenAnswer = z.looseObject({
  access_token: z.string().min(1),
  expires_in: z.number().positive().optional(),
  expires_at: z.string().optional(),
});

/** One call; a 401 is tried once more with another token, which is safe because it was refused. */
export async function call(
  context: GreenhouseContext,
  method: VendorRequest['method'],
  path: string,
  json?: unknown,
): Promise<VendorAnswer> {
  const first = await attempt(context, { method, path, json });
  if (first.answer.kind !== 'answer' || first.answer.status !== 401 || first.used === undefined) return first.answer;
  return (await attempt(context, { method, path, json }, first.used)).answer;
}

/** `used`: the token the call was made with; none when there was none to be had. */
async function attempt(
  context: GreenhouseContext,
  { method, path, json }: { method: VendorRequest['method']; path: string; json: unknown },
  refused?: string,
): Promise<{ answer: VendorAnswer; used?: string }> {
  const token = await takeToken({
    key: keyOf(context),
    refused,
    shared: context.sharedTokens,
    make: () => fetchToken(context),
    signal: context.signal,
  });
  if ('kind' in token) return { answer: token };
  const url = `${trimmed(context.settings.baseUrl)}${path}`;
  const headers = { authorization: `Bearer ${token.value}` };
  const answer = await context.http.request(
    { method, url, headers, ...(json === undefined ? {} : { json }) },
    context.signal,
  );
  return { answer, used: token.value };
}

async function fetchToken({ settings, secrets, http, signal }: GreenhouseContext): Promise<AccessToken | VendorAnswer> {
  const basic = Buffer.from(`${secrets.clientId ?? ''}:${secrets.clientSecret ?? ''}`).toString('base64');
  const form = {
    grant_type: 'client_credentials',
    ...(settings.actingUserId === undefined ? {} : { sub: String(settings.actingUserId) }),
  };
  const answer = await http.request(
    { method: 'POST', url: `${trimmed(settings.authUrl)}/token`, headers: { authorization: `Basic ${basic}` }, form },
    signal,
  );
  if (answer.kind === 'answer' && answer.status < 300) {
    const { data } = tokenAnswer.safeParse(answer.json);
    if (data) return { value: data.access_token, goodUntil: goodUntil(data, answeredAt(answer.headers)) };
  }
  return withoutToken(answer);
}

/** The call itself was never made, and the answer must not be taken for one to it. */
function withoutToken(answer: VendorAnswer): VendorAnswer {
  const notSent = { kind: 'failure', failure: 'connect', sent: false } as const;
  if (answer.kind === 'failure') return { ...answer, sent: false };
  if (answer.status === 429) return answer;
  return answer.status >= 400 && answer.status < 500 ? { ...answer, status: 401 } : notSent;
}

/** By our clock; `madeAt` is the vendor's. */
function goodUntil({ expires_in: seconds, expires_at: at }: z.infer<typeof tokenAnswer>, madeAt: number): number {
  const end = at === undefined ? Number.NaN : Date.parse(at);
  const lifetimeMs = seconds !== undefined ? seconds * 1000 : Number.isNaN(end) ? lifetimeDefaultMs : end - madeAt;
  // A token that lives shorter than the margin is still used for half of its life.
  return Date.now() + Math.max(lifetimeMs - earlyMs, lifetimeMs / 2);
}

/** Other credentials or another acting user need another token. */
const keyOf = ({ connection, settings, secrets }: GreenhouseContext): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        connection,
        settings.authUrl,
        settings.actingUserId ?? null,
        secrets.clientId,
        secrets.clientSecret,
      ]),
    )
    .digest('hex');

const trimmed = (url: string): string => url.replace(/\/+$/, '');
