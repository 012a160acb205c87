// An Ashby connection's settings, and what they say about our states, Ashby's stages and its archive reasons.
import { z } from 'zod';
import { fieldSetting } from '../../core/dictionary/field-setting.ts';
import { aliasesFit, aliasesRule, elementName, stageAliases, stageMap, stageOf } from '../stage-map.ts';

/** Ids are UUIDs of any version. */
const ashbyId = z.guid('is an id of Ashby, not a name');
const reasons = z
  .strictObject({ rejected: z.array(ashbyId).min(1).max(100), withdrawn: z.array(ashbyId).max(100).default([]) })
  .refine(
    ({ rejected, withdrawn }) => new Set([...rejected, ...withdrawn]).size === rejected.length + withdrawn.length,
    'An archive reason has one meaning: name each once.',
  );

const shape = z.strictObject({
  baseUrl: z.url().default('https://api.ashbyhq.com').describe('Where the Ashby API answers.'),
  stages: stageMap.describe('Our state or region to the TITLE of the interview stage; the most specific entry wins.'),
  sameAs: stageAliases.describe(
    'Further stages by title, each with the one of "stages" that it stands for the same as.',
  ),
  archiveReasons: reasons.describe(
    'Ids of archive reasons by what they mean. Interlock archives with the first of each list; without one for withdrawals, those are not written. Of the others, those of type "Other" need to be here; the rest say themselves what they mean.',
  ),
  fields: z
    .record(elementName, fieldSetting(ashbyId))
    .default({})
    .describe(
      'Element to the id of a custom field of applications that shall show it, or to the id with the codec its values are in.',
    ),
  jobs: z
    .strictObject({
      teamId: ashbyId,
      locationId: ashbyId,
      interviewPlanId: ashbyId,
      closedMeans: z.literal('filled').optional(),
    })
    .optional()
    .describe(
      'Requisitions are jobs in Ashby, too: where new ones are made, and whether a job that somebody closes in Ashby counts as filled; Ashby does not say why it was closed. Left out, jobs are heard of and never written.',
    ),
  writeHires: z
    .boolean()
    .default(false)
    .describe(
      'Hire by moving to the stage of type "Hired". Ashby does not say that its API allows this: try it first.',
    ),
});
export const ashbySettings = shape.refine(aliasesFit, aliasesRule);
export type AshbySettings = z.infer<typeof ashbySettings>;

export type ArchivedAs = 'rejected' | 'withdrawn';

/** What a canonical state is in Ashby. */
export type AshbyTarget =
  | { kind: 'stage'; title: string }
  | { kind: 'archived'; reasonId: string; as: ArchivedAs }
  | { kind: 'hired' };

/** Custom fields are kept up for who is in a stage, and for who was hired; of who was archived they stay as they were. */
export const keepsFields = ({ kind }: AshbyTarget): boolean => kind !== 'archived';

/** Null where Ashby cannot show the state with these settings. */
export function targetOf(settings: AshbySettings, state: string): AshbyTarget | null {
  if (state === 'hired') return settings.writeHires ? { kind: 'hired' } : null;
  if (state === 'rejected' || state === 'withdrawn') {
    const reasonId = settings.archiveReasons[state][0];
    return reasonId === undefined ? null : { kind: 'archived', reasonId, as: state };
  }
  const title = stageOf(settings.stages, state);
  return title === null ? null : { kind: 'stage', title };
}
