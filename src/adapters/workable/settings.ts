// A Workable connection's settings, and what they say about our states and Workable's stages.
import { z } from 'zod';
import { stageMap, stageOf, statesOfStage } from '../stage-map.ts';

const workableId = z.string().regex(/^[A-Za-z0-9]{1,40}$/, 'An id as Workable writes it, such as "1f395d".');

export const workableSettings = z.strictObject({
  baseUrl: z.url().describe('Where the account answers, such as "https://acme.workable.com/spi/v3".'),
  memberId: workableId.describe('The member in whose name writes are made; Workable demands one.'),
  stages: stageMap.describe(
    'Our state or region to the NAME of the stage; the most specific entry wins. The stage of the kind "hired" is known by its kind.',
  ),
  rejectionReasonId: workableId.optional().describe('The disqualification reason that Interlock rejects with, if any.'),
  withdrawalReasonId: workableId.optional().describe('The same for candidates who withdrew.'),
});
export type WorkableSettings = z.infer<typeof workableSettings>;

/** What a canonical state is in Workable. */
export type WorkableTarget =
  | { kind: 'stage'; name: string }
  | { kind: 'hired' }
  | { kind: 'disqualified'; withdrew: boolean; reasonId: string | undefined };

/** Null where Workable cannot show the state with these settings. */
export function targetOf(settings: WorkableSettings, state: string): WorkableTarget | null {
  if (state === 'hired') return { kind: 'hired' };
  if (state === 'rejected') return { kind: 'disqualified', withdrew: false, reasonId: settings.rejectionReasonId };
  if (state === 'withdrawn') return { kind: 'disqualified', withdrew: true, reasonId: settings.withdrawalReasonId };
  const name = stageOf(settings.stages, state);
  return name === null ? null : { kind: 'stage', name };
}

/** Where a candidate stands: disqualified ones keep their stage, and take it up again when that is reverted. */
export interface Place {
  stage: string;
  stageKind: string | null;
  disqualified: boolean;
  withdrew: boolean;
}

/** The canonical states that a place stands for; none when nothing is mapped to its stage. */
export function statesOfPlace({ stages }: WorkableSettings, place: Place): string[] {
  if (place.disqualified) return [place.withdrew ? 'withdrawn' : 'rejected'];
  return place.stageKind === 'hired' ? ['hired'] : statesOfStage(stages, place.stage);
}
