// CodeSignal's webhooks: a signature over address, event and time alone, and what each event says about a screening.
import { z } from 'zod';
import { fingerprint } from '../../core/canonical-json.ts';
import { keptOut, readFields } from '../../core/dictionary/mapping.ts';
import { limits } from '../../core/limits.ts';
import { parseJson } from '../../core/parse-json.ts';
import type { InboundRequest, Secrets, TranslateContext, TranslatedEvent, Translation, Verdict } from '../port.ts';
import { missingSignature, sha256FromHex, verifySha256 } from '../signatures.ts';
import { resultOf } from './result.ts';
import type { CodeSignalSettings } from './settings.ts';

const signatureHeader = 'x-codesignal-signature';
const id = z.string().min(1).max(limits.identifierCharsMax);
const envelope = z.looseObject({
  event: z.string().min(1).max(100),
  /** Ms since 1970; four digits of a year are enough. */
  triggeredOn: z.number().int().min(0).max(253_402_300_799_999),
  payload: z.looseObject({}),
});
const session = z.looseObject({
  testSessionId: id,
  externalId: z
    .union([id, z.number().int().transform(String)])
    .nullish()
    .catch(null),
});

/**
 * Hex HMAC-SHA256 over `endpointUrl + event + triggeredOn` (developer.codesignal.com, "Authentication"). The body is not
 * covered. The empty one that tries out a new hook has nothing to prove, and nothing follows from it.
 */
export function verifyWebhook(
  request: InboundRequest,
  secrets: readonly Secrets[],
  settings: CodeSignalSettings,
): Verdict {
  const header = request.headers[signatureHeader];
  const parsed = request.body.length === 0 ? null : parseJson(request.body);
  if (parsed === null || (parsed.ok && isEmpty(parsed.value))) return { ok: true };
  if (!header) return missingSignature(signatureHeader);
  const outer = envelope.safeParse(parsed.ok ? parsed.value : undefined);
  const { event, triggeredOn } = outer.success ? outer.data : { event: '', triggeredOn: '' };
  const signed = `${settings.endpointUrl ?? request.url}${event}${triggeredOn}`;
  const verdict = verifySha256(sha256FromHex(header.trim()), signatureHeader, secrets, 'webhookSecret', signed);
  if (verdict.ok || verdict.code !== 'bad_signature') return verdict;
  return { ...verdict, detail: `${verdict.detail} The address counts too, character for character: see endpointUrl.` };
}

const isEmpty = (value: unknown): boolean =>
  value === null || (typeof value === 'object' && Object.keys(value as object).length === 0);

/** What an event means; a text is the code under which those without meaning for an application are counted. */
const meanings: ReadonlyMap<string, { event: string; result?: true } | string> = new Map<
  string,
  { event: string; result?: true } | string
>([
  ['companyTestSessionCreated', { event: 'screening.invited' }],
  ['companyTestSessionStarted', { event: 'screening.started' }],
  // Of sessions that nobody watches over, this is the result; watched over ones have one when they were verified.
  ['companyTestSessionFinished', { event: 'screening.completed', result: true }],
  ['preScreenResultShared', { event: 'screening.completed', result: true }],
  ['preScreenResultVerified', { event: 'screening.completed', result: true }],
  ['preScreenExpired', { event: 'screening.expired' }],
  ['preScreenResultVerificationPending', 'verification_pending'],
  // A retake or the end of the invitation follows, and is told by an event of its own.
  ['preScreenResultNotVerified', 'result_not_verified'],
  // No tool turns anybody down, and nobody withdraws from an application by it.
  ['preScreenCandidateDeclined', 'candidate_declined'],
  ['preScreenIntegrityReviewUpdated', 'integrity_review'],
  ['assessmentCreated', 'assessment_changed'],
  ['assessmentUpdated', 'assessment_changed'],
  ['liveInterviewFinished', 'live_interview'],
  ['liveInterviewFeedbackUpdated', 'live_interview'],
]);

type Context = TranslateContext<CodeSignalSettings>;

/** One claim about the application. `externalId` names it where CodeSignal sends it; the session's own id does from then on. */
export function translateWebhook(payload: unknown, context: Context): Translation[] {
  if (payload === undefined || isEmpty(payload)) return [{ kind: 'ignored', reason: 'hook_tried_out' }];
  const outer = envelope.safeParse(payload);
  if (!outer.success)
    return [
      unclear(
        `body:${fingerprint(payload).slice(0, 32)}`,
        'body_not_understood',
        'The body must be {event, triggeredOn, payload} as CodeSignal sends it',
      ),
    ];
  const { event, triggeredOn, payload: inner } = outer.data;
  const meaning = meanings.get(event);
  if (meaning === undefined) return [{ kind: 'ignored', reason: 'unknown_event' }];
  if (typeof meaning === 'string') return [{ kind: 'ignored', reason: meaning }];
  const about = session.safeParse(inner);
  if (!about.success)
    return [unclear(`${event}:${triggeredOn}`, 'session_missing', `"${event}" always names a testSessionId`)];
  const { testSessionId, externalId } = about.data;
  const { connection, settings, mapping } = context;
  // Of what is signed, and of what it is about: another body under the same signature is a conflict, not a second event.
  const key = `${event}:${testSessionId}:${triggeredOn}`;
  const read = meaning.result === true && settings.readBack;
  const shown = readFields(mapping, 'session', inner);
  const result = meaning.result && !read ? resultOf(inner, mapping) : null;
  if (result?.ok === false) return [unclear(key, result.reason, result.detail)];
  return [
    {
      kind: 'event',
      externalId: key,
      machine: 'application',
      ...namesOf(testSessionId, externalId ?? null, { connection, settings }, read),
      claim: { kind: 'event', type: meaning.event },
      occurredAt: new Date(triggeredOn).toISOString(),
      data: { ...shown.data, ...result?.read.data },
      ...(read ? { look: true as const } : keptOut(result?.read ?? shown)),
    },
  ];
}

/** The application's id comes first, as others know that too; what is read is named by the session. */
function namesOf(
  session: string,
  application: string | null,
  { connection, settings }: Pick<Context, 'connection' | 'settings'>,
  read: boolean,
): Pick<TranslatedEvent, 'ref' | 'system' | 'alsoKnownAs'> {
  const inner = { system: connection, ref: session };
  if (application === null) return inner;
  if (read) return { ...inner, alsoKnownAs: [{ system: settings.applicationSystem, ref: application }] };
  return { ref: application, alsoKnownAs: [inner] };
}

const unclear = (externalId: string, reason: string, detail: string): Translation => ({
  kind: 'quarantined',
  externalId,
  reason,
  detail,
});
