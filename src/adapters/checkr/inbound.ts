// Checkr's webhooks: the signature, and what a report says about a new hire's background check.
import { z } from 'zod';
import { fingerprint } from '../../core/canonical-json.ts';
import { type FieldsRead, keptOut, readFields } from '../../core/dictionary/mapping.ts';
import { limits } from '../../core/limits.ts';
import { parseJson } from '../../core/parse-json.ts';
import type { InboundRequest, Secrets, TranslateContext, TranslatedEvent, Translation, Verdict } from '../port.ts';
import { missingSignature, sha256FromHex, verifySha256 } from '../signatures.ts';
import { type CheckrSettings, reportUrlOf } from './settings.ts';

const signatureHeader = 'x-checkr-signature';

/** Hex HMAC-SHA256 over the body: as it came, or as compact JSON, which is what the vendor's own sample signs. */
export function verifyWebhook(request: InboundRequest, secrets: readonly Secrets[]): Verdict {
  const header = request.headers[signatureHeader];
  if (!header) return missingSignature(signatureHeader);
  const given = sha256FromHex(header.trim());
  const asSent = verifySha256(given, signatureHeader, secrets, 'webhookSecret', request.body);
  if (asSent.ok) return asSent;
  const parsed = parseJson(request.body);
  if (!parsed.ok || parsed.value === undefined) return asSent;
  return verifySha256(given, signatureHeader, secrets, 'webhookSecret', JSON.stringify(parsed.value));
}

const id = z.string().min(1).max(limits.identifierCharsMax);
const envelope = z.looseObject({
  id,
  object: z.literal('event'),
  type: z.string().min(1).max(100),
  created_at: z.iso.datetime({ offset: true }),
  data: z.looseObject({ object: z.looseObject({ id, object: z.string().max(100) }) }),
  account_id: z.string().nullish(),
});
const report = z.looseObject({ id, candidate_id: id, status: z.string(), tags: z.array(z.string()).nullish() });
type Report = z.infer<typeof report>;
type Event = z.infer<typeof envelope>;
type Context = TranslateContext<CheckrSettings>;

/** One claim about the new hire's onboarding, or a reason why there is none. */
export function translateWebhook(payload: unknown, context: Context): Translation[] {
  const outer = envelope.safeParse(payload);
  if (!outer.success) {
    const key = `body:${fingerprint(payload).slice(0, 32)}`;
    return [unclear(key, 'body_not_understood', 'The body must be an event as Checkr sends it')];
  }
  const event = outer.data;
  const { accountId } = context.settings;
  if (accountId !== undefined && event.account_id !== accountId) return [{ kind: 'ignored', reason: 'other_account' }];
  const meaning = meanings.get(event.type);
  if (meaning === undefined) return [{ kind: 'ignored', reason: ignoredAs(event.type) }];
  const about = report.safeParse(event.data.object);
  if (!about.success)
    return [
      unclear(
        event.id,
        'report_not_included',
        'The report itself is not in it: turn on include_object for this webhook',
      ),
    ];
  return [meaning(event, about.data, context)];
}

/** What of a report's life a machine has an event for. */
const meanings: ReadonlyMap<string, (event: Event, about: Report, context: Context) => Translation> = new Map([
  // The new hire has consented and the provider is at work.
  [
    'report.created',
    (event, about, context) =>
      said(event, about, context, 'check.requested', readFields(context.mapping, 'requested', about)),
  ],
  ['report.completed', completed],
] satisfies [string, (event: Event, about: Report, context: Context) => Translation][]);

/** `consider` asks a person to weigh it and no more: what may follow is a legal process with times of its own. */
function completed(event: Event, about: Report, context: Context): Translation {
  const read = readFields(context.mapping, 'report', about);
  const found = read.data['check.result'];
  if (found === undefined)
    return unclear(
      event.id,
      'unknown_result',
      'A completed report is neither clear nor consider; look at it in Checkr',
    );
  const type = found === 'clear' ? 'check.cleared' : 'check.flagged';
  return said(event, about, context, type, read);
}

function said(
  event: Event,
  about: Report,
  { connection, settings }: Context,
  type: string,
  read: FieldsRead,
): TranslatedEvent {
  const named = about.tags?.find((one) => one.startsWith(settings.tagPrefix))?.slice(settings.tagPrefix.length);
  const candidate = { system: connection, ref: about.candidate_id };
  const url = reportUrlOf(settings, about.id);
  return {
    kind: 'event',
    externalId: event.id,
    machine: 'onboarding',
    ...(id.safeParse(named).success ? { ref: named as string, alsoKnownAs: [candidate] } : candidate),
    claim: { kind: 'event', type },
    occurredAt: new Date(event.created_at).toISOString(),
    data: { ...read.data, ...(url === undefined ? {} : { 'check.reportUrl': url }) },
    ...keptOut(read),
  };
}

/** `report.suspended` becomes `report_suspended`; what is not of the vendor's form is not repeated. */
const ignoredAs = (type: string): string =>
  /^[a-z_]{1,40}\.[a-z_]{1,40}$/.test(type) ? type.replace('.', '_') : 'unknown_type';

const unclear = (externalId: string, reason: string, detail: string): Translation => ({
  kind: 'quarantined',
  externalId,
  reason,
  detail,
});
