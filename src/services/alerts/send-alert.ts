// Sends one message of an alert over one channel: a signed webhook through the guard of vendor calls, or mail.
import { signedHeaders } from '../../adapters/signed-webhook/outbound.ts';
import { type ChannelTerms, channelSchema } from '../../core/alerts/channel.ts';
import { limits } from '../../core/limits.ts';
import type { Context } from '../context.ts';

/** What receivers get: `type` is `alert.` and what is told. Ids, names of rules and connections, and figures; nothing else. */
export interface AlertMessage {
  type: `alert.${'firing' | 'repeated' | 'over' | 'test'}`;
  id: string;
  timestamp: string;
  /** One sentence for people. */
  text: string;
  /** Where it can be looked at. */
  url: string;
  data: Readonly<Record<string, string | number | null>>;
}

export interface Sent {
  status: 'sent' | 'failed';
  /** A code of ours or the status that came back, with the time it took: `HTTP 204 in 83 ms`. It may be kept. */
  answer: string;
  /** What the receiver said, at most 300 characters, for whoever asked just now: never kept, never logged. */
  text: string;
  /** Trying again is of no use. */
  final: boolean;
}

type Parts = Pick<Context, 'vault' | 'vendorHttp' | 'mailer' | 'now' | 'deadline'>;

/** Never rejects for what a receiver or a network does. */
export async function sendAlert(
  context: Parts,
  terms: ChannelTerms,
  message: AlertMessage,
  withinMs: number = limits.alertLeaseMs / 2,
): Promise<Sent> {
  const started = performance.now();
  const late = context.deadline(withinMs, new AbortController().signal);
  const sending = terms.kind === 'webhook' ? post(context, terms, message, late) : mail(context, terms, message);
  const sent = await Promise.race([sending, overdue(late)]);
  return {
    ...sent,
    answer: `${sent.answer} in ${Math.round(performance.now() - started)} ms`,
    text: sent.text.slice(0, 300),
  };
}

/** Another than a connection's may be, so that one can never be read as the other. */
const placeOf = (channel: string): string => `alert-channel/${channel}`;

export const sealChannel = ({ vault }: Pick<Context, 'vault'>, id: string, terms: ChannelTerms): Buffer =>
  vault.sealSecrets(placeOf(id), { terms: JSON.stringify(terms) });

export const openChannel = (
  { vault }: Pick<Context, 'vault'>,
  row: { id: string; terms_ct: Uint8Array },
): ChannelTerms => channelSchema.parse(JSON.parse(vault.unsealSecrets(placeOf(row.id), row.terms_ct).terms ?? 'null'));

async function post(
  context: Parts,
  { url, signingSecret, allowPrivate }: Extract<ChannelTerms, { kind: 'webhook' }>,
  message: AlertMessage,
  late: AbortSignal,
): Promise<Sent> {
  const body = JSON.stringify(message);
  const headers = signedHeaders(message.id, body, { signingSecret: signingSecret ?? '' }, context.now());
  if (headers === null) return { status: 'failed', answer: 'signing secret cannot be used', text: '', final: true };
  const http = allowPrivate ? context.vendorHttp.open : context.vendorHttp.guarded;
  const answer = await http.request(
    { method: 'POST', url, headers, raw: { body, contentType: 'application/json' } },
    late,
  );
  if (answer.kind === 'failure')
    return { status: 'failed', answer: failures[answer.failure], text: '', final: answer.failure === 'blocked' };
  const { status, text } = answer;
  // 410 is the receiver's word for "send no more" (Standard Webhooks).
  return {
    status: status >= 200 && status < 300 ? 'sent' : 'failed',
    answer: `HTTP ${status}`,
    text,
    final: status === 410,
  };
}

/** A server that says a little again and again would otherwise keep its sender beyond the lease. */
const overdue = (late: AbortSignal): Promise<Sent> =>
  new Promise((resolve) => {
    const end = (): void => resolve({ status: 'failed', answer: 'no answer in time', text: '', final: false });
    late.addEventListener('abort', end, { once: true });
  });

async function mail(
  context: Parts,
  { to }: Extract<ChannelTerms, { kind: 'mail' }>,
  message: AlertMessage,
): Promise<Sent> {
  if (!context.mailer)
    return { status: 'failed', answer: 'INTERLOCK_SMTP_URL is not set in this process', text: '', final: false };
  const figures = Object.entries(message.data).map(([name, value]) => `${name}: ${value ?? '-'}`);
  const answer = await context.mailer.send({
    to,
    subject: `[Interlock] ${message.text}`,
    text: [`${message.text}.`, '', ...figures, '', message.url, ''].join('\n'),
    id: message.id,
  });
  const final = answer.kind === 'failed' && answer.final;
  return {
    status: answer.kind === 'taken' ? 'sent' : 'failed',
    answer: `SMTP ${answer.code}`,
    text: answer.text,
    final,
  };
}

const failures = {
  connect: 'no connection to that address',
  timeout: 'no answer in time',
  reset: 'the connection broke off',
  too_large: 'the answer is too large',
  blocked: 'a private address, or plain http',
  redirect: 'it redirects elsewhere, which is not followed',
} as const;
