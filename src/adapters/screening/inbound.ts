// A screening tool's results, as signed Standard Webhooks: the application's id in the ATS, and what was found.
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { fingerprint } from '../../core/canonical-json.ts';
import { readOrderId } from '../../core/deciding/order-id.ts';
import { keptOut, readFields } from '../../core/dictionary/mapping.ts';
import { limits } from '../../core/limits.ts';
import type { InboundRequest, Secrets, TranslateContext, TranslatedEvent, Translation, Verdict } from '../port.ts';
import { missingSignature, sameBytes } from '../signatures.ts';
import { signedByKey } from './public-key.ts';
import { eventFor, type ScreeningSettings } from './settings.ts';

const headerNames = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;

/** Checks the `v1,` and `v1a,` signatures against every active secret, and the timestamp against the time of receipt. */
export function verifyResult(request: InboundRequest, secrets: readonly Secrets[]): Verdict {
  const missing = headerNames.find((name) => !request.headers[name]);
  if (missing) return missingSignature(missing);
  const [id, seconds, signatures] = headerNames.map((name) => request.headers[name] ?? '') as [string, string, string];
  const sentAt = /^\d{1,12}$/.test(seconds) ? Number(seconds) * 1000 : Number.NaN;
  const given = signatures.split(' ').slice(0, signaturesMax);
  const expected = secrets.map((set) => signatureOf(set.signingSecret, id, sentAt, request.body));
  const fits = expected.flatMap((wanted) =>
    given.map((one) => wanted !== null && sameBytes(Buffer.from(one), Buffer.from(wanted))),
  );
  const byKey = secrets.map((set) => signedByKey(set.signingSecret, { id, seconds, body: request.body }, given));
  if (![...fits, ...byKey].includes(true)) {
    const detail =
      'No signature in webhook-signature was made with the signingSecret of this connection ("whsec_" and base64 for v1, "whpk_" and the public key for v1a), over "{id}.{timestamp}.{body}" with the body as sent.';
    return { ok: false, code: 'bad_signature', detail };
  }
  if (Math.abs(request.receivedAt - sentAt) <= limits.webhookToleranceMs) return { ok: true };
  const detail = 'webhook-timestamp lies more than five minutes from receipt; check the clocks of both sides.';
  return { ok: false, code: 'stale_timestamp', detail };
}

/** More than a sender in the middle of changing its secrets has. */
const signaturesMax = 10;

const identifier = z.union([z.string().min(1).max(limits.identifierCharsMax), z.number().int()]).transform(String);
const envelopeSchema = z.looseObject({ type: z.string().min(1).max(100) });
const resultSchema = z.looseObject({
  timestamp: z.iso.datetime({ offset: true }),
  data: z
    .looseObject({
      application: z.object({ system: z.string().optional(), id: identifier }).optional(),
      session: z.looseObject({ id: identifier }).optional(),
      order: z
        .looseObject({ id: z.string().refine((id) => readOrderId(id) !== null, 'is no id of an order of ours') })
        .nullish(),
      score: z.number().min(0).optional(),
      scoreMax: z.number().positive().optional(),
      reportUrl: z
        .url({ protocol: /^https$/ })
        .max(2_000)
        .optional(),
      recommendation: z.string().min(1).max(200).optional(),
    })
    .refine(({ score = 0, scoreMax = 100 }) => score <= scoreMax, {
      path: ['score'],
      error: 'is above scoreMax (100 unless given)',
    })
    .refine(({ application, order, session }) => application ?? order ?? session, {
      path: ['application'],
      error: 'is missing, and so are order and session',
    }),
});
type Data = z.infer<typeof resultSchema>['data'];
/** Only a finished screening has a result; what an earlier event says of one is not taken. */
const withResult: readonly string[] = ['screening.completed', 'screening.rescored', 'screening.passed'];

/** One claim about the application. `ref` is its id in `settings.applicationSystem`; the tool's own session id comes along as another name. */
export function translateResult(payload: unknown, context: TranslateContext<ScreeningSettings>): Translation[] {
  const externalId = context.headers['webhook-id'] ?? `body:${fingerprint(payload).slice(0, 32)}`;
  const quarantined = (reason: string, detail: string): Translation[] => [
    { kind: 'quarantined', externalId, reason, detail },
  ];
  const envelope = envelopeSchema.safeParse(payload);
  if (!envelope.success) return quarantined('body_not_understood', 'The body must be {type, timestamp, data}');
  const { type } = envelope.data;
  const event = eventFor(context.settings, type);
  if (event === 'ignore') return [{ kind: 'ignored', reason: 'type_ignored' }];
  if (event === undefined)
    return quarantined(
      'unknown_type',
      `"${type}" is none of our screening events; map it in the connection's types and replay`,
    );
  const result = resultSchema.safeParse(payload);
  if (!result.success) {
    const issue = result.error.issues[0];
    return quarantined('data_not_understood', `"${issue?.path.join('.')}": ${issue?.message}`);
  }
  const { data, timestamp } = result.data;
  // The score becomes a share of its own maximum, so that 4 of 5 and 80 of 100 are the same and cannot be confused.
  const read = readFields(context.mapping, 'result', payload);
  const told = data.application?.system;
  if (told !== undefined && told !== context.settings.applicationSystem) {
    return quarantined(
      'other_application_system',
      `The application is one of another system than "${context.settings.applicationSystem}"`,
    );
  }
  return [
    {
      kind: 'event',
      externalId,
      machine: 'application',
      ...namesOf(data, context.connection),
      claim: { kind: 'event', type: event },
      occurredAt: new Date(timestamp).toISOString(),
      ...keptOut(read),
      data: withResult.includes(event) ? read.data : {},
    },
  ];
}

/** The application by the name that most others know too: its id in the ATS, else our order for it, else the tool's own session. */
function namesOf(
  { application, order, session }: Data,
  connection: string,
): Pick<TranslatedEvent, 'ref' | 'system' | 'alsoKnownAs'> {
  const inner = session ? [{ system: connection, ref: session.id }] : [];
  const ordered = order ? readOrderId(order.id) : null;
  const names = [...(order && ordered ? [{ system: ordered.connection, ref: order.id }] : []), ...inner];
  if (application) return { ref: application.id, ...(inner.length > 0 ? { alsoKnownAs: inner } : {}) };
  const [first, ...others] = names;
  return {
    ref: first?.ref ?? '',
    system: first?.system ?? connection,
    ...(others.length > 0 ? { alsoKnownAs: others } : {}),
  };
}

/** Null when the secret is missing or is not base64, and when the timestamp is no number. */
function signatureOf(secret: string | undefined, id: string, sentAt: number, body: Uint8Array): string | null {
  if (!secret || Number.isNaN(sentAt)) return null;
  try {
    return new Webhook(secret).sign(id, new Date(sentAt), Buffer.from(body));
  } catch {
    return null;
  }
}
