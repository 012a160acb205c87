// Checks Workable's webhook signatures and says in our words what a webhook shows: the candidate as it was when the webhook left.
import { z } from 'zod';
import { fingerprint } from '../../core/canonical-json.ts';
import { keptOut } from '../../core/dictionary/mapping.ts';
import type { InboundRequest, Secrets, TranslateContext, Translation, Verdict } from '../port.ts';
import { missingSignature, sha256FromHex, verifySha256 } from '../signatures.ts';
import { instant } from '../values.ts';
import { type Candidate, candidate, candidateId, elementsOf, nowOf } from './candidate.ts';
import { statesOfPlace, type WorkableSettings } from './settings.ts';

const signatureHeader = 'x-workable-signature';

/** Hex of HMAC-SHA256 over the body exactly as sent. */
export function verify({ headers, body }: InboundRequest, secrets: readonly Secrets[]): Verdict {
  const header = headers[signatureHeader];
  if (!header) return missingSignature(signatureHeader);
  return verifySha256(sha256FromHex(header.trim()), signatureHeader, secrets, 'webhookSecret', body);
}

const envelope = z.looseObject({
  event_type: z.string().min(1).max(100),
  fired_at: z.string().nullish(),
  data: z.unknown(),
});
const named = z.looseObject({ id: candidateId });
type Envelope = z.infer<typeof envelope>;
type Context = TranslateContext<WorkableSettings>;

/** Pure, and never throws: what it does not understand is quarantined. */
export function translate(payload: unknown, context: Context): Translation[] {
  const outer = envelope.safeParse(payload);
  if (!outer.success)
    return [quarantined(payload, 'not_understood', 'The body has no "event_type" as Workable sends it.')];
  const { event_type: type, data } = outer.data;
  const ignored = nothing.get(type);
  if (ignored) return [{ kind: 'ignored', reason: ignored }];
  if (type !== 'candidate_created' && type !== 'candidate_moved') return [{ kind: 'ignored', reason: 'unknown_event' }];
  const whole = candidate.safeParse(data);
  if (whole.success) return said(whole.data, outer.data, payload, context);
  const ref = named.safeParse(data);
  if (!ref.success) return [quarantined(payload, 'not_understood', `"${type}" names no candidate.`)];
  // It names the candidate and does not show where: the candidate is read.
  return [{ ...common(ref.data.id, outer.data, payload, context), claim: claimed([]), data: {}, look: true }];
}

/** Known, and nothing that a machine has an event for. */
const nothing: ReadonlyMap<string, string> = new Map([
  ['candidate_deleted', 'deleted_in_target'],
  ['employee_created', 'employee_not_kept'],
  ['employee_updated', 'employee_not_kept'],
  ['employee_published', 'employee_not_kept'],
  ['onboarding_completed', 'employee_not_kept'],
  ['timeoff_updated', 'employee_not_kept'],
]);

function said(shown: Candidate, event: Envelope, payload: unknown, context: Context): Translation[] {
  const { id, job } = shown;
  const read = elementsOf(shown, context.mapping);
  const from = { ...common(id, event, payload, context), requisition: job.shortcode, data: read.data };
  const place = nowOf(shown);
  const states = statesOfPlace(context.settings, place);
  const isNew = event.event_type === 'candidate_created';
  const stageId = isNew ? `${from.externalId}.stage` : from.externalId;
  const inStage: Translation =
    states.length > 0
      ? { ...from, externalId: stageId, claim: claimed(states) }
      : {
          kind: 'quarantined',
          externalId: stageId,
          reason: 'unknown_stage',
          detail: `The stage "${place.stage.slice(0, 100)}" is mapped to no state. Add it to "stages" in the settings of this connection and replay.`,
          stage: place.stage,
        };
  if (!isNew) return [inStage.kind === 'event' ? { ...inStage, ...keptOut(read) } : inStage];
  // A new one is put into any stage: by hand, from another job, or as a sourced candidate.
  const { 'rejection.reason': _, 'withdrawal.reason': __, ...who } = from.data;
  return [{ ...from, ...keptOut(read), data: who, claim: { kind: 'event', type: 'application.received' } }, inStage];
}

const claimed = (targets: readonly string[]) => ({ kind: 'stage', targets }) as const;

function common(ref: string, { event_type: type, fired_at: at }: Envelope, payload: unknown, context: Context) {
  const occurredAt = instant(at) ?? new Date(context.receivedAt).toISOString();
  // Whether the body's own "id" is that of the event is not documented, so it is not relied on.
  const externalId = `sha256:${fingerprint([ref, type, at ?? null, payload])}`;
  return { kind: 'event', machine: 'application', ref, externalId, occurredAt } as const;
}

const quarantined = (
  payload: unknown,
  reason: string,
  detail: string,
  externalId = `sha256:${fingerprint([payload])}`,
): Translation => ({ kind: 'quarantined', externalId, reason, detail });
