// Checkpoints: what a signed Merkle root over part of the log says, how it is spelled, signed, checked and written on one line.
import { createHash, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../canonical-json.ts';

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const decimal = z.string().regex(/^\d{1,20}$/);

/** One checkpoint, as it is signed, kept and answered. */
export const checkpointSchema = z.strictObject({
  kind: z.literal('checkpoint'),
  /** From 1, without a gap. */
  n: z.number().int().positive(),
  /** With `fence` the place where it ends: it covers what lies before that and not before the fence of the one before. */
  epoch: z.number().int().positive(),
  /** A transaction id; every transaction below it had ended. */
  fence: decimal,
  /** Rows it covers, and rows that all up to it cover. */
  count: z.number().int().positive(),
  total: z.number().int().positive(),
  /** RFC 6962 tree head over the chain hashes of its rows, by epoch, transaction id, subject and version; hex. */
  root: hex,
  /** `checkpointHash` of the one before; zeros for the first. */
  prev: hex,
  /** Of the PostgreSQL cluster that held the log. */
  systemIdentifier: decimal,
  timeline: z.number().int().positive(),
  /** `keyId` of the key that signed it. */
  key: z.string().regex(/^[0-9a-f]{16}$/),
  /** ISO 8601, UTC, microseconds, by the database's clock. */
  sealedAt: z.string().max(40),
  /** Ed25519, base64. */
  signature: z.base64().max(100),
});

export type SignedCheckpoint = z.infer<typeof checkpointSchema>;
export type Checkpoint = Omit<SignedCheckpoint, 'signature'>;

/** What the first checkpoint follows. */
export const checkpointStart = '0'.repeat(64);

/** What a signature is over, and what the next checkpoint names as `prev`. */
const spelled = ({ signature: _, ...said }: Checkpoint & { signature?: string }): Buffer =>
  Buffer.from(`il.checkpoint.v1\n${canonicalJson(said)}`);

/** SHA-256 of everything it says but the signature, hex. */
export const checkpointHash = (checkpoint: Checkpoint): string =>
  createHash('sha256').update(spelled(checkpoint)).digest('hex');

export const signCheckpoint = (checkpoint: Checkpoint, privateKey: KeyObject): SignedCheckpoint => ({
  ...checkpoint,
  signature: sign(null, spelled(checkpoint), privateKey).toString('base64'),
});

export const isSignedBy = (checkpoint: SignedCheckpoint, publicKey: KeyObject): boolean =>
  verify(null, spelled(checkpoint), publicKey, Buffer.from(checkpoint.signature, 'base64'));

/** The first 16 hex digits of the SHA-256 of an Ed25519 public key. */
export const keyId = (publicKey: KeyObject): string =>
  hash('sha256', publicKey.export({ format: 'der', type: 'spki' }), 'hex').slice(0, 16);

export const publicKeyPem = (publicKey: KeyObject): string =>
  publicKey.export({ format: 'pem', type: 'spki' }).toString();

/** All Ed25519 public keys of a PEM text, by their id. Throws when a block is none. */
export function readPublicKeys(pem: string): Map<string, KeyObject> {
  const blocks = pem.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [];
  return new Map(
    blocks.map((block) => {
      const key = createPublicKey(block);
      if (key.asymmetricKeyType !== 'ed25519') throw new Error(`This is an ${key.asymmetricKeyType} key, not Ed25519.`);
      return [keyId(key), key];
    }),
  );
}

/** As files of anchors and exports hold it, without the line's end. */
export const checkpointToLine = (checkpoint: SignedCheckpoint): string => canonicalJson(checkpoint);

/** Null for a line that is no checkpoint. */
export function checkpointOfLine(line: string): SignedCheckpoint | null {
  try {
    return checkpointSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

/** True when both say the same; signatures of one key over the same are equal too. */
export const sameCheckpoint = (one: Checkpoint, other: Checkpoint): boolean =>
  checkpointHash(one) === checkpointHash(other);
