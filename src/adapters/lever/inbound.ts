// Checks Lever's signatures, which are inside the body, and says in our words what a webhook reports.
import { z } from 'zod';
import { fingerprint } from '../../core/canonical-json.ts';
import { parseJson } from '../../core/parse-json.ts';
import type { InboundRequest, Secrets, TranslateContext, Translation, Verdict } from '../port.ts';
import { sha256FromHex, verifySha256 } from '../signatures.ts';
import { instantOfMs } from '../values.ts';
import { events, type Saying } from './events.ts';
import type { LeverSettings } from './settings.ts';

/** Lever's repetitions are not documented; three days are longer than any vendor's that are. */
const ageMaxMs = 3 * 24 * 3_600_000;
const aheadMaxMs = 5 * 60_000;

/** Every webhook has a token of its own, and reports one event. */
const tokenFields: Readonly<Record<string, string>> = {
  applicationCreated: 'applicationCreatedToken',
  candidateStageChange: 'stageChangeToken',
  candidateArchiveChange: 'archiveChangeToken',
  candidateHired: 'hiredToken',
};

const signed = z.looseObject({
  event: z.string().max(100).optional().catch(undefined),
  signature: z.string(),
  token: z.string().min(1).max(500),
  triggeredAt: z.union([z.number(), z.string().max(30)]),
});

/** Hex HMAC-SHA256 over `token` and `triggeredAt`, both in the body, which is itself not signed. */
export function verify(request: InboundRequest, secrets: readonly Secrets[]): Verdict {
  const parsed = parseJson(request.body);
  const given = signed.safeParse(parsed.ok ? parsed.value : null);
  if (!given.success)
    return {
      ok: false,
      code: 'missing_signature',
      detail:
        'The body lacks "signature", "token" or "triggeredAt". Lever signs webhooks that have a signature token: look at the webhook in Lever.',
    };
  const { event, signature, token, triggeredAt } = given.data;
  const ageMs = request.receivedAt - Number(triggeredAt);
  if (!(ageMs < ageMaxMs && ageMs > -aheadMaxMs))
    return {
      ok: false,
      code: 'stale_timestamp',
      detail: '"triggeredAt" is not of the last three days. Somebody may be repeating an old webhook.',
    };
  const field = event === undefined ? undefined : tokenFields[event];
  const fields = field === undefined ? Object.values(tokenFields) : [field];
  const verdicts = fields.map((name) =>
    verifySha256(sha256FromHex(signature), 'signature', secrets, name, `${token}${triggeredAt}`),
  );
  return verdicts.find((one) => one.ok) ?? (verdicts[0] as Verdict);
}

const envelope = z.looseObject({
  event: z.string().min(1).max(100),
  triggeredAt: z.union([z.number(), z.string().max(30)]).nullish(),
  data: z.unknown().optional(),
});

type Context = TranslateContext<LeverSettings>;

/** Pure, and never throws: what it does not understand is quarantined. */
export function translate(payload: unknown, context: Context): Translation[] {
  const outer = envelope.safeParse(payload);
  if (!outer.success) return [notUnderstood(payload, 'The body has no "event" as Lever sends it.')];
  const { event, data } = outer.data;
  const say = events.get(event);
  if (!say) return [{ kind: 'ignored', reason: 'unknown_event' }];
  // The settings screen tries a webhook with a signed body that is about nobody.
  if (data === undefined || data === null || isEmpty(data)) return [{ kind: 'ignored', reason: 'connection_check' }];
  const said = say(data, context.settings);
  if (!said) return [notUnderstood(payload, `The data of "${event}" lacks what this event always carries.`)];
  const { triggeredAt } = outer.data;
  const id = `sha256:${fingerprint([event, triggeredAt ?? null, payload])}`;
  const receivedAt = new Date(context.receivedAt).toISOString();
  return said.map((one, index) =>
    // Several statements of one delivery are told apart by their place.
    translated(
      one,
      index === 0 ? id : `${id}.${index}`,
      (at) => instantOfMs(triggeredAt) ?? instantOfMs(at) ?? receivedAt,
    ),
  );
}

function translated(said: Saying, externalId: string, occurred: (at: number | null) => string): Translation {
  if (said.kind === 'ignored') return said;
  if (said.kind === 'unmapped') return unmapped(said, externalId);
  const { at, ...rest } = said;
  return { ...rest, externalId, occurredAt: occurred(at) };
}

const isEmpty = (data: unknown): boolean => typeof data === 'object' && data !== null && Object.keys(data).length === 0;

const notUnderstood = (payload: unknown, detail: string): Translation => ({
  kind: 'quarantined',
  externalId: `sha256:${fingerprint([payload])}`,
  reason: 'not_understood',
  detail: `${detail} Compare it with Lever's webhook reference, and replay it after a fix.`,
});

const unmapped = ({ what, id }: Extract<Saying, { kind: 'unmapped' }>, externalId: string): Translation => ({
  kind: 'quarantined',
  externalId,
  reason: what === 'stage' ? 'unknown_stage' : 'unknown_archive_reason',
  ...(what === 'stage' ? { stage: id } : {}),
  detail:
    what === 'stage'
      ? `The stage with the id "${id}" is mapped to no state. Add it to "stages" in the settings of this connection and replay.`
      : `The archive reason with the id "${id}" has no meaning here. Add it to "archiveReasons" in the settings of this connection and replay.`,
});
