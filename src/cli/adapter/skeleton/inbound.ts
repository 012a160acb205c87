// The inbound part of a new adapter: refuses and quarantines everything until the vendor's signature and payloads are written.
import type { AdapterNames } from './names.ts';

export const inbound = ({ name, pascal, title }: AdapterNames): string => `\
// Checks ${title}'s webhook signatures and says in our words what a webhook reports.
import { fingerprint } from '../../core/canonical-json.ts';
import type { InboundRequest, Secrets, TranslateContext, Translation, Verdict } from '../port.ts';
import { missingSignature, sha256FromHex, verifySha256 } from '../signatures.ts';
import { instant } from '../values.ts';
import { type ${pascal}Settings, type Place, statesOf } from './settings.ts';

/** The header that carries the signature, in lower case. */
const signatureHeader = 'x-${name}-signature';

/** The hexadecimal SHA-256 in the header, however the vendor wraps it; undefined until that is written. */
function signatureIn(_header: string): string | undefined {
  return undefined;
}

/** Over the body exactly as sent, unless the vendor signs something else. */
export function verify({ headers, body }: InboundRequest, secrets: readonly Secrets[]): Verdict {
  const header = headers[signatureHeader];
  if (!header) return missingSignature(signatureHeader);
  const hex = signatureIn(header);
  if (hex === undefined)
    return {
      ok: false,
      code: 'bad_signature',
      detail: 'not_written_yet: signatureIn in src/adapters/${name}/inbound.ts',
    };
  return verifySha256(sha256FromHex(hex), signatureHeader, secrets, 'webhookSecret', body);
}

/** What a payload reports: which thing, what of it, when by the vendor's clock; undefined until that is written. */
function says(_payload: unknown): Said | 'nothing_for_us' | 'not_understood' | undefined {
  return undefined;
}

/** Something new, something that moved, or something that the payload only names, so that it has to be read. */
type Said = { ref: string; at: string | null } & (
  | { is: 'received' }
  | { is: 'moved'; place: Place }
  | { is: 'changed' }
);

/** Pure, and never throws: what it does not understand is quarantined. */
export function translate(payload: unknown, context: TranslateContext<${pascal}Settings>): Translation[] {
  const said = says(payload);
  if (said === undefined)
    return [quarantined(payload, 'not_written_yet', 'not_written_yet: says in src/adapters/${name}/inbound.ts')];
  if (said === 'nothing_for_us') return [{ kind: 'ignored', reason: said }];
  if (said === 'not_understood')
    return [quarantined(payload, said, 'Compare the payload with the webhook reference, and replay it after a fix.')];
  // The vendor's own id of the event is better, where it has one.
  const externalId = \`sha256:\${fingerprint([said.ref, said.is, said.at, payload])}\`;
  const occurredAt = instant(said.at) ?? new Date(context.receivedAt).toISOString();
  const event = { kind: 'event', machine: 'application', externalId, ref: said.ref, occurredAt, data: {} } as const;
  switch (said.is) {
    case 'received':
      return [{ ...event, claim: { kind: 'event', type: 'application.received' } }];
    case 'changed':
      return [{ ...event, claim: { kind: 'stage', targets: [] }, look: true }];
    case 'moved': {
      const targets = statesOf(context.settings, said.place);
      if (targets.length > 0) return [{ ...event, claim: { kind: 'stage', targets } }];
      const detail = 'The stage is mapped to no state. Add it to "stages" and replay.';
      return [{ ...quarantined(payload, 'unknown_stage', detail), stage: said.place.stage }];
    }
  }
}

const quarantined = (
  payload: unknown,
  reason: string,
  detail: string,
): Extract<Translation, { kind: 'quarantined' }> => ({
  kind: 'quarantined',
  externalId: \`sha256:\${fingerprint([payload])}\`,
  reason,
  detail,
});
`;
