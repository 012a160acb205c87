// Checks Greenhouse's webhook signatures and says in our words what a webhook reports.
import { fingerprint } from '../../core/canonical-json.ts';
import type { InboundRequest, Secrets, TranslateContext, Translation, Verdict } from '../port.ts';
import { missingSignature, sha256FromHex, verifySha256 } from '../signatures.ts';
import { instant } from '../values.ts';
import { actions, type Saying } from './actions.ts';
import { envelope } from './payloads.ts';
import type { GreenhouseSettings } from './settings.ts';

/** `Signature: sha256 <hex>` over the body exactly as sent. */
export function verify(request: InboundRequest, secrets: readonly Secrets[]): Verdict {
  const header = request.headers.signature;
  if (!header) return missingSignature('Signature');
  const [, hex] = /^sha256 (\S+)$/.exec(header.trim()) ?? [];
  return verifySha256(sha256FromHex(hex ?? ''), 'Signature', secrets, 'webhookSecret', request.body);
}

type Context = TranslateContext<GreenhouseSettings>;

/** Pure, and never throws: what it does not understand is quarantined. */
export function translate(payload: unknown, context: Context): Translation[] {
  const outer = envelope.safeParse(payload);
  if (!outer.success) return [notUnderstood(payload, context, 'The body has no "action" as Greenhouse sends it.')];
  const { action } = outer.data;
  const say = actions.get(action);
  if (!say) return [{ kind: 'ignored', reason: 'unknown_action' }];
  const said = say(outer.data.payload, context.settings, context.mapping);
  if (!said)
    return [notUnderstood(payload, context, `The payload of "${action}" lacks what this action always carries.`)];
  return said.map((one, index) => translated(one, { payload, action, index, context }));
}

interface Origin {
  payload: unknown;
  action: string;
  index: number;
  context: Context;
}

function translated(said: Saying, { payload, action, index, context }: Origin): Translation {
  if (said.kind === 'ignored') return said;
  if (said.kind === 'unknown_stage') return unknownStage(said.stage, externalId(context, [payload]));
  const { at, ...rest } = said;
  const id = externalId(context, [said.ref, action, at ?? null, payload]);
  const occurredAt = instant(at) ?? new Date(context.receivedAt).toISOString();
  // Several statements of one delivery are told apart by their place.
  return { ...rest, externalId: index === 0 ? id : `${id}.${index}`, occurredAt };
}

/** The delivery's id, or one derived from object, type, vendor timestamp and canonical body. */
function externalId({ headers }: Context, parts: readonly unknown[]): string {
  const delivery = headers['greenhouse-event-id'];
  return delivery !== undefined && /^[\x21-\x7e]{1,190}$/.test(delivery) ? delivery : `sha256:${fingerprint(parts)}`;
}

const notUnderstood = (payload: unknown, context: Context, detail: string): Translation => ({
  kind: 'quarantined',
  externalId: externalId(context, [payload]),
  reason: 'not_understood',
  detail: `${detail} Compare it with Greenhouse's webhook reference, and replay it after a fix.`,
});

const unknownStage = (stage: string, id: string): Translation => ({
  kind: 'quarantined',
  externalId: id,
  reason: 'unknown_stage',
  stage,
  detail: `The stage "${stage.slice(0, 100)}" is mapped to no state. Add it to "stages" in the settings of this connection and replay, or name it as it was in Greenhouse.`,
});
