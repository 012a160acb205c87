// What the simulated Lever holds, and how its API and its webhooks put it.
import { createHmac, randomBytes } from 'node:crypto';
import type { MadeUpPerson } from './kernel/people.ts';

export interface SandboxStage {
  /** A word for the built-in ones, else a UUID. */
  id: string;
  text: string;
}

export interface SandboxReason {
  id: string;
  text: string;
  type: 'hired' | null;
}

interface SandboxNote {
  id: string;
  value: string;
  user: string;
  createdAt: number;
  deletedAt: number | null;
}

export interface SandboxOpportunity {
  id: string;
  contact: string;
  person: MadeUpPerson;
  /** Kept while it is archived. */
  stage: string;
  archived: { reason: string; archivedAt: number } | null;
  stageChanges: readonly { toStageId: string; toStageIndex: number; updatedAt: number; userId: string }[];
  notes: readonly SandboxNote[];
  origin: 'applied' | 'sourced';
  createdAt: number;
  updatedAt: number;
}

/** Events that have a webhook, each with a signature token of its own. */
export type LeverEvent =
  | 'applicationCreated'
  | 'candidateStageChange'
  | 'candidateArchiveChange'
  | 'candidateHired'
  | 'candidateDeleted'
  | 'interviewCreated';

/** For the write log: where an opportunity is and what it says, in Lever's words. */
export const placeOf = ({ stage, archived, notes }: SandboxOpportunity): string =>
  [archived ? `${stage} archived:${archived.reason}` : stage, ...notes.map((note) => `note:${note.value}`)].join(' ');

/** `blank`: answers to writes leave out who it is about. */
export function opportunityRow(one: SandboxOpportunity, blank: boolean): Record<string, unknown> {
  const { person } = one;
  return {
    id: one.id,
    name: blank ? '' : `${person.firstName} ${person.lastName}`,
    contact: one.contact,
    headline: '',
    stage: one.stage,
    confidentiality: 'non-confidential',
    location: '',
    phones: blank ? [] : [{ type: 'mobile', value: person.phone }],
    emails: blank ? [] : [person.email],
    links: [],
    archived: one.archived,
    tags: [],
    sources: ['Referral'],
    stageChanges: one.stageChanges,
    origin: one.origin,
    createdAt: one.createdAt,
    updatedAt: one.updatedAt,
    isAnonymized: false,
    dataProtection: null,
  };
}

export const noteRow = ({ id, value, user, createdAt, deletedAt }: SandboxNote): Record<string, unknown> => ({
  id,
  text: 'Note',
  fields: [{ createdAt, score: null, text: 'Comment', type: 'note', user, value }],
  user,
  secret: false,
  completedAt: createdAt,
  deletedAt,
  createdAt,
});

/** The webhooks a change causes: ids alone. */
export function reports(
  before: SandboxOpportunity | undefined,
  next: SandboxOpportunity,
  reasonOf: (id: string) => SandboxReason | undefined,
): [LeverEvent, Record<string, unknown>][] {
  const about = { opportunityId: next.id, contactId: next.contact };
  if (!before) return [['applicationCreated', { ...about, applicationId: `${next.id.slice(0, -4)}aaaa` }]];
  const said: [LeverEvent, Record<string, unknown>][] = [];
  if (next.stage !== before.stage)
    said.push(['candidateStageChange', { ...about, fromStageId: before.stage, toStageId: next.stage }]);
  if (next.archived?.reason !== before.archived?.reason) {
    said.push(['candidateArchiveChange', { ...about, fromArchived: before.archived, toArchived: next.archived }]);
    if (next.archived && reasonOf(next.archived.reason)?.type === 'hired') said.push(['candidateHired', about]);
  }
  return said;
}

/** Signed as Lever does: over the token and the time, and not over what is said. */
export function signedBody(
  event: LeverEvent,
  data: Readonly<Record<string, unknown>>,
  signatureToken: string,
  triggeredAt: number,
): Record<string, unknown> {
  const token = randomBytes(16).toString('hex');
  const signature = createHmac('sha256', signatureToken).update(`${token}${triggeredAt}`).digest('hex');
  return { token, triggeredAt, signature, event, data };
}
