// A screening tool's results, as signed Standard Webhooks: the application's id in the ATS, and what was found.
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { fingerprint } from '../../core/canonical-json.ts';
import { limits } from '../../core/limits.ts';
import type { InboundRequest, Secrets, TranslateContext, Translation, Verdict } from '../port.ts';
import { missingSignature, sameBytes } from '../signatures.ts';
import { eventFor, type ScreeningSettings } from './settings.ts';

const headerNames = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;

/** Checks the `v1,` signatures against every active secret, and the timestamp against the time of receipt. */
export function verifyResult(request: InboundRequest, secrets: readonly Secrets[]): Verdict {
  const missing = headerNames.find((name) => !request.headers[name]);
  if (missing) return missingSignature(missing);
  const [id, seconds, signatures] = headerNames.map((name) => request.headers[name] ?? '') as [string, string, string];
  const sentAt = /^\d{1,12}$/.test(seconds) ? Number(seconds) * 1000 : Number.NaN;
  const given = signatures.split(' ').filter((signature) => signature.startsWith('v1,'));
  const expected = secrets.map((set) => signatureOf(set.signingSecret, id, sentAt, request.body));
  const fits = expected.flatMap((wanted) =>
    given.map((one) => wanted !== null && sameBytes(Buffer.from(one), Buffer.from(wanted))),
  );
  if (!fits.includes(true)) {
    const detail =
      'No v1 signature in webhook-signature was made with the signingSecret of this connection ("whsec_" and base64), over "{id}.{timestamp}.{body}" with the body as sent.';
    return { ok: false, code: 'bad_signature', detail };
  }
  if (Math.abs(request.receivedAt - sentAt) <= limits.webhookToleranceMs) return { ok: true };
  const detail = 'webhook-timestamp lies more than five minutes from receipt; check the clocks of both sides.';
  return { ok: false, code: 'stale_timestamp', detail };
}

const identifier = z.union([z.string().min(1).max(limits.identifierCharsMax), z.number().int()]).transform(String);
const envelopeSchema = z.looseObject({ type: z.string().min(1).max(100) });
const resultSchema = z.looseObject({
  timestamp: z.iso.datetime({ offset: true }),
  data: z
    .looseObject({
      application: z.object({ system: z.string().optional(), id: identifier }),
      session: z.looseObject({ id: identifier }).optional(),
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
    }),
});
/** Only a finished screening has a result; what an earlier event says of one is not taken. */
const withResult: readonly string[] = ['screening.completed', 'screening.rescored', 'screening.passed'];
type Result = z.infer<typeof resultSchema>;

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
  if (data.application.system !== undefined && data.application.system !== context.settings.applicationSystem) {
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
      ref: data.application.id,
      claim: { kind: 'event', type: event },
      occurredAt: new Date(timestamp).toISOString(),
      data: withResult.includes(event) ? elementsOf(data) : {},
      ...(data.session ? { alsoKnownAs: [{ system: context.connection, ref: data.session.id }] } : {}),
    },
  ];
}

/** Our score is always out of 100, so that 4 of 5 and 80 of 100 are the same and cannot be confused. */
function elementsOf({ score, scoreMax, reportUrl, recommendation }: Result['data']): Record<string, unknown> {
  const all = {
    'screening.score': score === undefined ? undefined : Math.round((10_000 * score) / (scoreMax ?? 100)) / 100,
    'screening.scoreMax': scoreMax,
    'screening.reportUrl': reportUrl,
    'screening.recommendation': recommendation,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
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
