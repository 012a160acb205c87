// Checks Ashby's webhook signatures and says in our words what a webhook reports.
import { z } from 'zod';
import { fingerprint } from '../../core/canonical-json.ts';
import type { InboundRequest, Secrets, TranslateContext, Translation, Verdict } from '../port.ts';
import { missingSignature, sha256FromHex, verifySha256 } from '../signatures.ts';
import { instant } from '../values.ts';
import { actions, type Saying } from './actions.ts';
import type { AshbySettings } from './settings.ts';

/** `Ashby-Signature: sha256=<hex>` over the body exactly as sent. */
export function verify(request: InboundRequest, secrets: readonly Secrets[]): Verdict {
  const header = request.headers['ashby-signature'];
  if (!header) return missingSignature('Ashby-Signature');
  const [, hex] = /^sha256=(\S+)$/.exec(header.trim()) ?? [];
  return verifySha256(sha256FromHex(hex ?? ''), 'Ashby-Signature', secrets, 'webhookSecret', request.body);
}

const envelope = z.looseObject({
  action: z.string().min(1).max(100),
  webhookActionId: z
    .string()
    .regex(/^[\x21-\x7e]{1,100}$/)
    .nullish()
    .catch(null),
  data: z.unknown().optional(),
});
type Envelope = z.infer<typeof envelope>;
type Context = TranslateContext<AshbySettings>;

/** Pure, and never throws: what it does not understand is quarantined. */
export function translate(payload: unknown, context: Context): Translation[] {
  const outer = envelope.safeParse(payload);
  if (!outer.success) return [notUnderstood(payload, 'The body has no "action" as Ashby sends it.')];
  const { action, data } = outer.data;
  const say = actions.get(action);
  if (!say) return [{ kind: 'ignored', reason: 'unknown_action' }];
  const said = say(data, context.settings, context.mapping);
  if (!said) return [notUnderstood(payload, `The data of "${action}" lacks what this action always carries.`)];
  return said.map((one, index) => translated(one, outer.data, index, payload, context));
}

function translated(
  said: Saying,
  outer: Envelope,
  index: number,
  payload: unknown,
  { receivedAt }: Context,
): Translation {
  if (said.kind === 'ignored') return said;
  const first = externalId(outer, said.ref, payload);
  // Several statements of one delivery are told apart by their place.
  const id = index === 0 ? first : `${first}.${index}`;
  if (said.kind === 'unmapped') return unmapped(said, id);
  const { at, ...rest } = said;
  return {
    ...rest,
    externalId: id,
    occurredAt: instant(at) ?? new Date(receivedAt).toISOString(),
  };
}

/**
 * `webhookActionId` names what somebody did, and stays the same over repetitions, over the several webhooks that one act
 * causes and, as one can act on many at once, over things: only together with the action and the thing does it name a message.
 */
const externalId = ({ action, webhookActionId, data }: Envelope, ref: string, payload: unknown): string =>
  webhookActionId ? `${webhookActionId}.${action}.${ref}` : `sha256:${fingerprint([ref, action, data, payload])}`;

const notUnderstood = (payload: unknown, detail: string): Translation => ({
  kind: 'quarantined',
  externalId: `sha256:${fingerprint([payload])}`,
  reason: 'not_understood',
  detail: `${detail} Compare it with Ashby's webhook reference, and replay it after a fix.`,
});

const unmapped = ({ what, name }: Extract<Saying, { kind: 'unmapped' }>, id: string): Translation => ({
  kind: 'quarantined',
  externalId: id,
  reason: what === 'stage' ? 'unknown_stage' : 'unknown_archive_reason',
  ...(what === 'stage' ? { stage: name } : {}),
  detail:
    what === 'stage'
      ? `The stage "${name.slice(0, 100)}" is mapped to no state. Add it to "stages" in the settings of this connection and replay, or name it as it was in Ashby.`
      : `The archive reason with the id "${name}" has no meaning here. Add it to "archiveReasons" in the settings of this connection and replay.`,
});
