// What Lever shows for one opportunity, in its own words and in ours.
import { z } from 'zod';
import { readFields } from '../../core/dictionary/mapping.ts';
import type { ReadResult } from '../apply.ts';
import { mainStage, statesOfStage } from '../stage-map.ts';
import { call, type LeverContext } from './client.ts';
import { latestNote } from './notes.ts';
import { type ArchivedAs, meaningOf } from './settings.ts';

/** The parts of an opportunity that a write needs. */
export interface OpportunityNow {
  /** Kept while it is archived; the stage of the settings that it stands for the same as, if there is one. */
  stageId: string | null;
  /** Null unless archived; `as` is null for a reason that the settings do not name. */
  archived: { reasonId: string; as: ArchivedAs | null } | null;
  /** What our latest note says; null when there is none, undefined when it was not asked for. */
  note: string | null | undefined;
}

const answered = z.looseObject({
  data: z.looseObject({
    id: z.string(),
    stage: z.string().nullish(),
    archived: z.looseObject({ reason: z.string() }).nullish(),
    origin: z.unknown().optional(),
  }),
});

/** `withNote` costs a second request. */
export async function readOpportunity(
  ref: string,
  withNote: boolean,
  context: LeverContext,
): Promise<ReadResult<OpportunityNow>> {
  if (!/^[A-Za-z0-9-]{1,64}$/.test(ref)) return { kind: 'missing' };
  const answer = await call(context, 'GET', `/opportunities/${ref}`);
  if (answer.kind === 'answer' && answer.status === 404) return { kind: 'missing' };
  const parsed = answer.kind === 'answer' && answer.status === 200 ? answered.safeParse(answer.json) : undefined;
  if (!parsed?.success || parsed.data.data.id !== ref) return { kind: 'failed', answer };
  const notes = withNote ? await latestNote(ref, context) : { text: undefined };
  if ('failed' in notes) return { kind: 'failed', answer: notes.failed };

  const { data } = parsed.data;
  const { settings } = context;
  const stageId = data.stage ? mainStage(settings.sameAs, data.stage) : null;
  const archived = data.archived
    ? { reasonId: data.archived.reason, as: meaningOf(settings, data.archived.reason) }
    : null;
  // The stage that an archived one has stands for nothing.
  const states = archived ? (archived.as ? [archived.as] : []) : statesOfStage(settings.stages, stageId ?? '');
  return {
    kind: 'shows',
    reading: {
      stage: archived ? `archived:${archived.reasonId}` : (data.stage ?? ''),
      state: states[0] ?? null,
      states,
      elements: { ...elementsOf(data, context), ...(archived ? reasonOf(archived) : {}) },
      native: { stageId, archived, note: notes.text },
    },
  };
}

function elementsOf(data: { origin?: unknown }, { mapping }: LeverContext): Record<string, unknown> {
  const { 'application.appliedAt': appliedAt, ...elements } = readFields(mapping, 'opportunity', data).data;
  // One that was sourced did not apply when it was entered.
  return data.origin === 'applied' ? { ...elements, 'application.appliedAt': appliedAt } : elements;
}

/** What was decided, by the id of its reason. */
function reasonOf({ reasonId, as }: NonNullable<OpportunityNow['archived']>): Record<string, string> {
  if (as === 'rejected') return { 'rejection.reason': reasonId };
  return as === 'withdrawn' ? { 'withdrawal.reason': reasonId } : {};
}
