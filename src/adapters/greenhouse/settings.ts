// A Greenhouse connection's settings, and what they say about our states and Greenhouse's stages.
import { z } from 'zod';
import { fieldSetting } from '../../core/dictionary/field-setting.ts';
import { elementName, stageMap, stageOf } from '../stage-map.ts';

const greenhouseId = z.number().int().positive();

export const greenhouseSettings = z.strictObject({
  baseUrl: z.url().default('https://harvest.greenhouse.io').describe('Where Harvest v3 answers.'),
  authUrl: z.url().default('https://auth.greenhouse.io').describe('Where access tokens are given out.'),
  actingUserId: greenhouseId
    .optional()
    .describe('The Greenhouse user in whose name writes are made; without it a service account of Greenhouse.'),
  stages: stageMap.describe('Our state or region to the NAME of the Greenhouse stage; the most specific entry wins.'),
  rejectionReasonId: greenhouseId.describe('The rejection reason that Interlock rejects with.'),
  withdrawnReasonId: greenhouseId
    .optional()
    .describe('The rejection reason that stands for "candidate withdrew"; without it withdrawals are not written.'),
  fields: z
    .record(elementName, fieldSetting(z.string().regex(/^[a-z0-9_]+$/)))
    .default({})
    .describe(
      'Element to the name key of an application custom field that shall show it, or to {field, codec, with} where the field has a form of its own.',
    ),
  closedJobMeans: z
    .literal('filled')
    .optional()
    .describe(
      'A job that somebody closes in Greenhouse counts as filled; without it nothing follows, as Greenhouse does not say why.',
    ),
  allowCandidateEmails: z
    .boolean()
    .describe(
      'Greenhouse runs the stage transition rules on every move, which may e-mail the candidate, and offers no way out. False: no moves are written.',
    ),
});
export type GreenhouseSettings = z.infer<typeof greenhouseSettings>;

/** What a canonical state is in Greenhouse. */
export type GreenhouseTarget =
  | { kind: 'stage'; name: string }
  | { kind: 'rejected'; reasonId: number; as: 'rejected' | 'withdrawn' }
  | { kind: 'hired' };

/** Null where Greenhouse cannot show the state with these settings. */
export function targetOf(settings: GreenhouseSettings, state: string): GreenhouseTarget | null {
  if (state === 'hired') return { kind: 'hired' };
  if (state === 'rejected') return { kind: 'rejected', reasonId: settings.rejectionReasonId, as: 'rejected' };
  if (state === 'withdrawn')
    return settings.withdrawnReasonId === undefined
      ? null
      : { kind: 'rejected', reasonId: settings.withdrawnReasonId, as: 'withdrawn' };
  const name = stageOf(settings.stages, state);
  return name === null || !settings.allowCandidateEmails ? null : { kind: 'stage', name };
}
