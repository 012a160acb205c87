// What each Lever webhook event says about an opportunity. Bodies carry ids alone and are not signed: each is looked up first.
import { z } from 'zod';
import type { TranslatedEvent } from '../port.ts';
import { mainStage, statesOfStage } from '../stage-map.ts';
import { type LeverSettings, meaningOf } from './settings.ts';

/** One statement; `at` is when it was archived, ms since 1970, where the body says so. */
export type Saying =
  | (Omit<TranslatedEvent, 'externalId' | 'occurredAt'> & { at: number | null })
  | { kind: 'ignored'; reason: string }
  | { kind: 'unmapped'; what: 'stage' | 'archive_reason'; id: string };

/** Null for data that lacks what its event always carries. */
type Say = (data: unknown, settings: LeverSettings) => Saying[] | null;

const id = z.string().regex(/^[A-Za-z0-9-]{1,64}$/);
const archived = z.looseObject({ reason: id, archivedAt: z.number().nullish().catch(null) }).nullish();
/** Ids of opportunities are those that candidates had before there were opportunities. */
const about = z
  .union([z.looseObject({ opportunityId: id }), z.looseObject({ candidateId: id })])
  .transform((data) => ({ ...data, ref: String('opportunityId' in data ? data.opportunityId : data.candidateId) }));

const moved = z.looseObject({ toStageId: id });
const archiveChanged = z.looseObject({ toArchived: archived, fromArchived: archived });
type ArchiveChange = z.infer<typeof archiveChanged>;

export const events: ReadonlyMap<string, Say> = new Map<string, Say>([
  ['applicationCreated', on(z.looseObject({}), (ref) => created(ref))],
  ['candidateStageChange', on(moved, (ref, { toStageId }, settings) => [stageChange(ref, toStageId, settings)])],
  ['candidateArchiveChange', on(archiveChanged, (ref, change, settings) => [archiveChange(ref, change, settings)])],
  ['candidateHired', on(z.looseObject({}), (ref) => [inState(ref, ['hired'], {}, null)])],
  ...nothing('deleted_in_target', 'candidateDeleted', 'contactDeleted'),
  ...nothing('interview_details', 'interviewCreated', 'interviewUpdated', 'interviewDeleted'),
  ...nothing('details_changed', 'contactCreated', 'contactUpdated'),
]);

/** It may begin anywhere: people are added straight to an interview. */
const created = (ref: string): Saying[] => [
  said(ref, { kind: 'event', type: 'application.received' }),
  inState(ref, [], {}, null),
];

function stageChange(ref: string, stage: string, { stages, sameAs }: LeverSettings): Saying {
  const targets = statesOfStage(stages, mainStage(sameAs, stage));
  return targets.length === 0 ? { kind: 'unmapped', what: 'stage', id: stage } : inState(ref, targets, {}, null);
}

function archiveChange(ref: string, { toArchived, fromArchived }: ArchiveChange, settings: LeverSettings): Saying {
  // Which stage it is in now is not said, and is read.
  if (!toArchived) return inState(ref, [], takenBack(settings, fromArchived), null);
  const { reason } = toArchived;
  const as = meaningOf(settings, reason);
  if (!as) return { kind: 'unmapped', what: 'archive_reason', id: reason };
  return inState(ref, [as], {}, toArchived.archivedAt ?? null);
}

function takenBack(settings: LeverSettings, from: ArchiveChange['fromArchived']): Readonly<Record<string, unknown>> {
  const hired = from ? meaningOf(settings, from.reason) === 'hired' : false;
  return { [hired ? 'hire.revertReason' : 'reopen.reason']: 'unarchived in Lever' };
}

function on<Data>(schema: z.ZodType<Data>, say: (ref: string, data: Data, settings: LeverSettings) => Saying[]): Say {
  return (data, settings) => {
    const whom = about.safeParse(data);
    const parsed = schema.safeParse(data);
    return whom.success && parsed.success ? say(whom.data.ref, parsed.data, settings) : null;
  };
}

function nothing(reason: string, ...names: string[]): [string, Say][] {
  return names.map((name) => [name, () => [{ kind: 'ignored', reason }]]);
}

const inState = (
  ref: string,
  targets: readonly string[],
  data: Readonly<Record<string, unknown>>,
  at: number | null,
): Saying => ({ ...said(ref, { kind: 'stage', targets }), data, at });

const said = (ref: string, claim: TranslatedEvent['claim']): Extract<Saying, { kind: 'event' }> => ({
  kind: 'event',
  machine: 'application',
  ref,
  claim,
  data: {},
  at: null,
  look: true,
});
