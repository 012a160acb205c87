// The per-subject hash chain: proves that no transition was changed, added, dropped or reordered, and survives erasure.
import { createHmac } from 'node:crypto';
import { canonicalJson, sha256 } from '../canonical-json.ts';

/** What the chain covers. No personal data: that is behind `payloadCommit`. */
export interface TransitionHeader {
  subject: string;
  version: number;
  event: string;
  type: string;
  from: string;
  to: string;
  /** Where "resume" and "reopen" lead after it. */
  history: string | null;
  machine: string;
  machineVersion: number;
  machineHash: string;
  source: string;
  by: string;
  /** ISO 8601, UTC. */
  occurredAt: string;
  recordedAt: string;
}

/** What a transition's payload commitment covers: all that the sender of its event said, and how it came. */
export interface CommittedEvent {
  externalId: string;
  fingerprint: string;
  /** ISO 8601, UTC, milliseconds. */
  receivedAt: string;
  claimKind: string;
  claim: string;
  refSystem: string | null;
  refId: string | null;
  data: unknown;
}

/** What the first transition of a subject follows. */
export const chainStart: Buffer = Buffer.alloc(32);

/** `SHA-256("il.v1" ‖ previous ‖ canonical header ‖ payload commitment)`, 32 bytes. */
export const chainHash = (previous: Uint8Array, header: TransitionHeader, payloadCommit: Uint8Array): Buffer =>
  sha256(Buffer.concat([format, previous, Buffer.from(canonicalJson(header)), payloadCommit]));

const format = Buffer.from('il.v1');

/** HMAC-SHA-256 of the canonical payload under the person's key: worthless once that key is destroyed. */
export function payloadCommitment(commitKey: Uint8Array, payload: unknown): Buffer {
  return createHmac('sha256', commitKey).update(canonicalJson(payload)).digest();
}
