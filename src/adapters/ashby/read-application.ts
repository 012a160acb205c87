// Reads one application and says what it shows.
import type { ReadResult } from '../apply.ts';
import { application, placeOf } from './application.ts';
import { type AshbyContext, call, errorCodeOf, resultsOf } from './client.ts';
import type { ArchivedAs } from './settings.ts';

/** The parts of an application that a write needs. */
export interface ApplicationNow {
  place: 'stage' | 'hired' | 'archived';
  /** Of the stage that it stands for the same as, by the settings. */
  stageTitle: string | null;
  planId: string | null;
  archivedAs: ArchivedAs | null;
  /** Custom fields by id: each with the value, and the label of a value that was selected. */
  fields: ReadonlyMap<string, readonly unknown[]>;
}

/** Ids of Ashby are UUIDs; anything else is not asked for. */
const isId = (ref: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(ref);

export async function readApplication(ref: string, context: AshbyContext): Promise<ReadResult<ApplicationNow>> {
  if (!isId(ref)) return { kind: 'missing' };
  const answer = await call(context, 'application.info', { applicationId: ref });
  if (errorCodeOf(answer) === 'application_not_found') return { kind: 'missing' };
  const parsed = application.safeParse(resultsOf(answer));
  if (!parsed.success || parsed.data.id !== ref) return { kind: 'failed', answer };
  const place = placeOf(parsed.data, context.settings);
  // One that is in no stage cannot be moved.
  if (!place) return { kind: 'missing' };
  const native: ApplicationNow = {
    place: place.kind,
    stageTitle: place.kind === 'stage' ? place.main : null,
    planId: parsed.data.currentInterviewStage?.interviewPlanId ?? null,
    archivedAs: place.kind === 'archived' ? place.as : null,
    fields: new Map((parsed.data.customFields ?? []).map((one) => [one.id, [one.value, one.valueLabel]])),
  };
  if (place.kind === 'hired') return { kind: 'shows', reading: { stage: 'Hired', state: 'hired', native } };
  if (place.kind === 'archived')
    return { kind: 'shows', reading: { stage: `Archived: ${place.reason?.text ?? ''}`, state: place.as, native } };
  const { name: stage, states } = place;
  return { kind: 'shows', reading: { stage, state: states[0] ?? null, states, native } };
}
