// HMAC signatures of webhooks: made one way, compared in constant time, checked against every active secret.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secrets, Verdict } from './port.ts';

type Bytes = string | Uint8Array;

/** HMAC-SHA256 over the parts, one after the other. */
function hmacSha256(secret: Bytes, ...parts: Bytes[]): Buffer {
  const hmac = createHmac('sha256', secret);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

/** Compares in constant time; a wrong length is simply unequal. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The 32 bytes of a SHA-256 written as hex, or null when the text is not that. */
export function sha256FromHex(text: string): Buffer | null {
  return /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : null;
}

/** Checks one signature against the named field of every active secret set. `header` names it in the advice. */
export function verifySha256(
  given: Buffer | null,
  header: string,
  secrets: readonly Secrets[],
  field: string,
  ...signed: Bytes[]
): Verdict {
  if (!given)
    return {
      ok: false,
      code: 'bad_signature',
      detail: `The ${header} header does not hold a SHA-256 signature in the form this vendor sends.`,
    };
  // Every secret is tried, so that the time taken tells nothing about which one fits.
  const fits = secrets
    .map((set) => set[field])
    .filter((secret) => secret !== undefined && secret !== '')
    .map((secret) => sameBytes(hmacSha256(secret as string, ...signed), given));
  if (fits.includes(true)) return { ok: true };
  return {
    ok: false,
    code: 'bad_signature',
    detail: `The signature in ${header} was not made with the ${field} of this connection. Check that both sides hold the same secret and that nothing between them changes the body.`,
  };
}

/** The verdict for a request that has no signature at all. */
export function missingSignature(header: string): Verdict {
  return {
    ok: false,
    code: 'missing_signature',
    detail: `The request has no ${header} header. Set the webhook's secret in the vendor's product, and let proxies pass the header on.`,
  };
}
