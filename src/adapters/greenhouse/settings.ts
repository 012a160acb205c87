// A Greenhouse connection's settings, and what they say about our states and Greenhouse's stages.
import { z } from 'zod';
import { isWithin } from '../../core/machine.ts';

const statePath = z
  .string()
  .regex(
    /^active(\.[a-z_]+)*$|^on_hold$/,
    'A state or region of the application machine, such as "active.screening" or "active.offer.accepted".',
  );
const elementName = z
  .string()
  .regex(/^[a-z]+(\.[a-zA-Z]+)+$/, 'An element of the dictionary, such as "screening.score".');
const greenhouseId = z.number().int().positive();

export const greenhouseSettings = z.strictObject({
  baseUrl: z.url().default('https://harvest.greenhouse.io').describe('Where Harvest v3 answers.'),
  authUrl: z.url().default('https://auth.greenhouse.io').describe('Where access tokens are given out.'),
  actingUserId: greenhouseId
    .optional()
    .describe('The Greenhouse user in whose name writes are made; without it a service account of Greenhouse.'),
  stages: z
    .record(statePath, z.string().trim().min(1).max(255))
    .refine((stages) => Object.keys(stages).length > 0, 'Map at least one state.')
    .describe('Our state or region to the NAME of the Greenhouse stage; the most specific entry wins.'),
  rejectionReasonId: greenhouseId.describe('The rejection reason that Interlock rejects with.'),
  withdrawnReasonId: greenhouseId
    .optional()
    .describe('The rejection reason that stands for "candidate withdrew"; without it withdrawals are not written.'),
  fields: z
    .record(elementName, z.string().regex(/^[a-z0-9_]+$/))
    .default({})
    .describe('Element to the name key of an application custom field that shall show it.'),
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
  const name = stageNameOf(settings, state);
  return name === null || !settings.allowCandidateEmails ? null : { kind: 'stage', name };
}

/** The stage of the most specific mapped region around a state. */
export function stageNameOf(settings: GreenhouseSettings, state: string): string | null {
  const around = Object.keys(settings.stages).filter((path) => isWithin(state, path));
  const nearest = around.sort((a, b) => b.length - a.length)[0];
  return nearest === undefined ? null : (settings.stages[nearest] ?? null);
}

/**
 * The canonical states or regions a stage stands for; none when nothing is mapped to it. A stage that several states share
 * stands for the region they have in common, or for each of them where that would be all of `active`.
 */
export function statesOfStage(settings: GreenhouseSettings, stageName: string): string[] {
  const states = Object.entries(settings.stages)
    .filter(([, name]) => name === stageName.trim())
    .map(([path]) => path)
    .sort();
  if (states.length < 2) return states;
  const common = states.reduce(commonRegion);
  return common === '' || common === 'active' ? states : [common];
}

function commonRegion(a: string, b: string): string {
  const [left, right] = [a.split('.'), b.split('.')];
  const differs = left.findIndex((part, index) => part !== right[index]);
  return (differs === -1 ? left : left.slice(0, differs)).join('.');
}
