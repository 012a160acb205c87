// The asymmetric signatures of Standard Webhooks (`v1a`): made with a key that the tool keeps to itself, checked with its public half.
import { createPublicKey, type KeyObject, verify } from 'node:crypto';

/** True when one of the `v1a,` signatures was made with this `whpk_` key over `{id}.{timestamp}.{body}`; false for any other secret. */
export function signedByKey(
  key: string | undefined,
  { id, seconds, body }: { id: string; seconds: string; body: Uint8Array },
  signatures: readonly string[],
): boolean {
  const publicKey = key?.startsWith('whpk_') ? ed25519(key.slice('whpk_'.length)) : null;
  if (!publicKey) return false;
  const signed = Buffer.concat([Buffer.from(`${id}.${seconds}.`), body]);
  return signatures
    .filter((one) => one.startsWith('v1a,'))
    .map((one) => Buffer.from(one.slice('v1a,'.length), 'base64'))
    .some((signature) => signature.length === 64 && verify(null, signed, publicKey, signature));
}

/** Null for what is not 32 bytes in base64. */
function ed25519(base64: string): KeyObject | null {
  const raw = Buffer.from(base64, 'base64');
  if (raw.length !== 32) return null;
  try {
    return createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') } });
  } catch {
    return null;
  }
}
