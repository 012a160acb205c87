// An application as Ashby puts it, in answers and in webhooks alike, and which of our states its place stands for.
import { z } from 'zod';
import { mainStage, statesOfStage } from '../stage-map.ts';
import type { ArchivedAs, AshbySettings } from './settings.ts';

const id = z.string().regex(/^[\w-]{1,100}$/);
const text = z.string().nullish().catch(null);

export const application = z.looseObject({
  id,
  status: z.enum(['Hired', 'Archived', 'Active', 'Lead']).nullish().catch(null),
  createdAt: text,
  updatedAt: text,
  currentInterviewStage: z
    .looseObject({ id, title: z.string(), type: text, interviewPlanId: id.nullish().catch(null) })
    .nullish(),
  archiveReason: z.looseObject({ id, text, reasonType: text }).nullish(),
  customFields: z
    .array(z.looseObject({ id, value: z.unknown().optional(), valueLabel: z.unknown().optional() }))
    .nullish()
    .catch(null),
  job: z.looseObject({ id }).nullish().catch(null),
});
export type Application = z.infer<typeof application>;

/** Where it is: in Ashby's words, and in ours; none of ours where the settings do not say. */
export type Place =
  /** `main`: the stage of the settings that it stands for the same as; itself where there is none. */
  | { kind: 'stage'; name: string; main: string; states: readonly string[] }
  | { kind: 'hired' }
  | { kind: 'archived'; reason: NonNullable<Application['archiveReason']> | null; as: ArchivedAs | null };

/** Null for one that is in no stage. */
export function placeOf(one: Application, settings: AshbySettings): Place | null {
  const stage = one.currentInterviewStage;
  // Some answers leave the type of the stage out, and webhooks may leave the status out.
  const status = one.status ?? stage?.type;
  if (status === 'Hired') return { kind: 'hired' };
  if (status === 'Archived') {
    const reason = one.archiveReason ?? null;
    return { kind: 'archived', reason, as: reason && meaningOf(reason, settings) };
  }
  if (!stage) return null;
  const name = stage.title.trim();
  const main = mainStage(settings.sameAs, name);
  return { kind: 'stage', name, main, states: statesOfStage(settings.stages, main) };
}

/** What the settings say of a reason goes before what its type says; "Other" says nothing. */
function meaningOf(
  { id: reasonId, reasonType }: NonNullable<Application['archiveReason']>,
  { archiveReasons }: AshbySettings,
): ArchivedAs | null {
  if (archiveReasons.rejected.includes(reasonId)) return 'rejected';
  if (archiveReasons.withdrawn.includes(reasonId)) return 'withdrawn';
  if (reasonType === 'RejectedByOrg') return 'rejected';
  return reasonType === 'RejectedByCandidate' ? 'withdrawn' : null;
}
