// Checks SmartRecruiters' webhook signatures and says which application a webhook names; what became of it is read.
import { z } from 'zod';
import { fingerprint } from '../../core/canonical-json.ts';
import type { Handshake, InboundRequest, Secrets, TranslateContext, Translation, Verdict } from '../port.ts';
import { missingSignature, sha256FromHex, verifySha256 } from '../signatures.ts';
import { refOf } from './ref.ts';
import type { SmartrecruitersSettings } from './settings.ts';

const signatureHeader = 'smartrecruiters-signature';
const timestampHeader = 'smartrecruiters-timestamp';
/** An account has at most this many live keys, each of which signs. */
const signaturesMax = 16;

/** All that `translate` needs beside the ids in the body. */
export const translatedHeaders = ['event-id', 'event-name', 'event-version', timestampHeader] as const;

/** Activating a subscription asks the address to give `X-Hook-Secret` back. */
export function handshake({ headers }: InboundRequest): Handshake | null {
  const secret = headers['x-hook-secret'];
  if (secret === undefined || headers[signatureHeader] !== undefined) return null;
  return /^[\x21-\x7e]{1,500}$/.test(secret) ? { status: 200, headers: { 'x-hook-secret': secret } } : null;
}

/** `v1=<hex>[;v1=<hex>…]` over timestamp, raw body, event-id, event-name, event-version and link, with dots between them. */
export function verify({ headers, body }: InboundRequest, secrets: readonly Secrets[]): Verdict {
  const header = headers[signatureHeader];
  if (!header) return missingSignature(signatureHeader);
  const said = (name: string): string => headers[name] ?? '';
  const signed = [
    `${said(timestampHeader)}.`,
    body,
    `.${said('event-id')}.${said('event-name')}.${said('event-version')}.${said('link')}`,
  ];
  const verdicts = header
    .split(';')
    .slice(0, signaturesMax)
    .map((one) => {
      const [, hex] = /^v1=(\S+)$/.exec(one.trim()) ?? [];
      return verifySha256(sha256FromHex(hex ?? ''), signatureHeader, secrets, 'webhookSecret', ...signed);
    });
  return verdicts.find(({ ok }) => ok) ?? (verdicts[0] as Verdict);
}

const named = z.looseObject({ candidate_id: z.string().min(1).max(100), job_id: z.string().min(1).max(100) });
type Context = TranslateContext<SmartrecruitersSettings>;

/** Pure, and never throws: what it does not understand is quarantined. */
export function translate(payload: unknown, context: Context): Translation[] {
  const name = context.headers['event-name'];
  if (!name) return [notUnderstood(payload, context, 'The delivery has no "event-name" header.')];
  const ignored = nothing.get(name);
  if (ignored) return [{ kind: 'ignored', reason: ignored }];
  if (name !== 'application.created' && name !== 'application.status.updated')
    return [{ kind: 'ignored', reason: 'unknown_event' }];
  const parsed = named.safeParse(payload);
  const ref = parsed.success ? refOf(parsed.data.candidate_id, parsed.data.job_id) : null;
  if (!parsed.success || ref === null)
    return [notUnderstood(payload, context, `"${name}" names no candidate and job.`)];
  const id = externalId(payload, context);
  const common = {
    kind: 'event',
    machine: 'application',
    ref,
    occurredAt: occurredAt(context),
    data: {},
    requisition: parsed.data.job_id,
    look: true,
  } as const;
  const moved: Translation = { ...common, externalId: id, claim: { kind: 'stage', targets: [] } };
  if (name === 'application.status.updated') return [moved];
  // It may begin anywhere: a recruiter can add somebody straight to an interview.
  const received = { kind: 'event', type: 'application.received' } as const;
  return [
    { ...common, externalId: id, claim: received },
    { ...moved, externalId: `${id}.stage` },
  ];
}

/** Known, and nothing that is read or written here. */
const nothing: ReadonlyMap<string, string> = new Map([
  ['job.created', 'requisition_not_kept'],
  ['job.updated', 'requisition_not_kept'],
  ['job.status.updated', 'requisition_not_kept'],
  ['offer.created', 'offer_not_kept'],
  ['offer.updated', 'offer_not_kept'],
  ['application.updated', 'details_changed'],
]);

/** The delivery's id, which is signed too, or one derived from all that tells two deliveries apart. */
function externalId(payload: unknown, { headers }: Context): string {
  const id = headers['event-id'];
  if (id !== undefined && /^[\x21-\x7e]{1,180}$/.test(id)) return id;
  return `sha256:${fingerprint([headers['event-name'] ?? null, headers[timestampHeader] ?? null, payload])}`;
}

/** Seconds since 1970, when it was sent; the body has no time. */
function occurredAt({ headers, receivedAt }: Context): string {
  const seconds = headers[timestampHeader] ?? '';
  return new Date(/^\d{9,11}$/.test(seconds) ? Number(seconds) * 1000 : receivedAt).toISOString();
}

const notUnderstood = (payload: unknown, context: Context, detail: string): Translation => ({
  kind: 'quarantined',
  externalId: externalId(payload, context),
  reason: 'not_understood',
  detail: `${detail} Compare it with SmartRecruiters' webhook reference, and replay it after a fix.`,
});
