// One thing that somebody said, checked and in our words, on its way to a decision; and what is answered.

import type { ConnectionId } from '../ids.ts';
import type { MachineName, SystemKind } from '../machine/definition.ts';
import type { Claim } from './decide.ts';

export type SubjectName = { kind: 'id'; id: string } | { kind: 'ref'; system: string; ref: string };

export interface Intake {
  /** `connection:<id>` or `client:<id>`; with `externalId` the permanent dedupe key. */
  source: string;
  /** The connection it came from; null for an API client. */
  connection: ConnectionId | null;
  by: SystemKind;
  externalId: string;
  /** SHA-256 over the canonical body: the same id with another body is a conflict. */
  fingerprint: string;
  machine: MachineName;
  /** Null for a payload that was not understood: it is quarantined with `code` and `detail`. */
  claim: Claim | null;
  /** The payload only names a thing: it waits, as it came, until that was read. Its claim is null. */
  look?: true;
  quarantine?: { code: string; detail: string; stage?: string };
  subject: SubjectName | null;
  alsoKnownAs: readonly { system: string; ref: string }[];
  /** The profile that the system keeps of the human, by its own id. */
  profile?: { system: string; ref: string };
  /** The requisition an application belongs to, as its system names it. */
  requisition: { system: string; ref: string } | null;
  /** The sender means this version of the machine and no other; null: whichever the subject runs. */
  machineVersion: number | null;
  /** ISO 8601, UTC. */
  occurredAt: string;
  receivedAt: string;
  /** Element values by name, valid against the dictionary; for a quarantined payload, the payload. */
  data: Readonly<Record<string, unknown>>;
}

export const dispositions = ['applied', 'duplicate', 'echo', 'stale', 'refused', 'quarantined', 'parked'] as const;
export type Disposition = (typeof dispositions)[number];

export interface CausedWriteback {
  id: string;
  connection: ConnectionId;
  status: string;
  confirmedAt: string | null;
}

/** What was recorded; the answer to the sender is made of it. */
export interface Recorded {
  event: string;
  disposition: Disposition;
  code: string | null;
  detail: Readonly<Record<string, unknown>> | null;
  subject: string | null;
  /** The subject's version after the transition; null when there was none. */
  version: number | null;
  writebacks: CausedWriteback[];
  /** For a duplicate: the first one's disposition, and whether the body differed. */
  original?: { disposition: Disposition; sameBody: boolean };
}
