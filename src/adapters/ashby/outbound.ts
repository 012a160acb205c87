// Brings an Ashby application to a canonical state: reads it, compares, writes what differs, reads back.
import { isDeepStrictEqual } from 'node:util';
import { isWithin } from '../../core/machine/machine.ts';
import { applyByReading, confirmByReading, type ReadResult, type Target, type Written } from '../apply.ts';
import type { VendorAnswer } from '../http.ts';
import type { Capabilities, Carried, Reading, Work } from '../port.ts';
import { stageOf } from '../stage-map.ts';
import { type AshbyContext, call, refusalOf, resultsOf, statusOf } from './client.ts';
import { type CustomField, differingFields, hasUnwritable } from './fields.ts';
import { applyToJob, confirmJob, readJob } from './job.ts';
import { type ApplicationNow, readApplication } from './read-application.ts';
import { type AshbySettings, type AshbyTarget, keepsFields, targetOf } from './settings.ts';
import { type PlanStage, stageOfPlan } from './stages.ts';

export const capabilities: Capabilities = {
  idempotencyKey: false,
  // A change of stage names no stage to start from.
  precondition: 'read_before_write',
  readLagMs: 1_000,
  concurrency: 3,
  // Not published but for reports.
  rateLimit: null,
  reads: true,
  writes: true,
};

/** Null when Ashby has no such application, nor job where jobs are followed. Throws when it could not be read. */
export async function read(ref: string, context: AshbyContext): Promise<Reading | null> {
  const application: ReadResult<unknown> = await readApplication(ref, context);
  const found = application.kind === 'missing' && context.settings.jobs ? await readJob(ref, context) : application;
  if (found.kind === 'failed')
    throw new Error(
      `Ashby could not be read: ${found.answer.kind === 'answer' ? `status ${statusOf(found.answer)}` : found.answer.failure}.`,
    );
  return found.kind === 'shows' ? found.reading : null;
}

export async function apply(work: Work, context: AshbyContext): Promise<Carried> {
  if (work.machine === 'requisition') return applyToJob(work, context, capabilities);
  const target = targetFor(work, context);
  return 'refusal' in target ? refused(target.refusal) : applyByReading(target, work, capabilities);
}

export async function confirm(work: Work, context: AshbyContext): Promise<Carried> {
  if (work.machine === 'requisition') return confirmJob(work, context);
  const target = targetFor(work, context);
  return 'refusal' in target ? refused(target.refusal) : confirmByReading(target);
}

const refused = (reason: string): Carried => ({ outcome: { kind: 'refused', reason } });

function targetFor(work: Work, context: AshbyContext): Target<ApplicationNow> | { refusal: string } {
  const { settings } = context;
  const { ref } = work;
  const wanted = targetOf(settings, work.targetState);
  if (ref === null) return { refusal: 'ref_unknown' };
  if (!wanted) return { refusal: 'state_not_mapped' };
  if (keepsFields(wanted) && hasUnwritable(work, context)) return { refusal: 'value_not_writable' };
  const differing = (now: ApplicationNow): CustomField[] =>
    keepsFields(wanted) ? differingFields(work, now, context) : [];
  return {
    creates: false,
    alike: (state) => isDeepStrictEqual(targetOf(settings, state), wanted),
    read: () => readApplication(ref, context),
    shows: ({ native }) => showsPlace(native, wanted) && differing(native).length === 0,
    expected: (reading) => isExpected(reading, work, wanted, settings),
    isConflict: ({ status }) => status === 409,
    statusOf,
    async write(reading) {
      if (!reading) return { refusal: 'target_missing' };
      return bringTo(ref, wanted, reading.native, differing(reading.native), context);
    },
  };
}

function showsPlace(now: ApplicationNow, wanted: AshbyTarget): boolean {
  if (wanted.kind === 'hired') return now.place === 'hired';
  if (wanted.kind === 'archived') return now.place === 'archived' && now.archivedAs === wanted.as;
  return now.place === 'stage' && now.stageTitle === wanted.title;
}

/** True when nobody else has moved it. */
function isExpected(
  { native, state }: Reading<ApplicationNow>,
  { expectedStates }: Work,
  wanted: AshbyTarget,
  { stages }: AshbySettings,
): boolean {
  if (showsPlace(native, wanted)) return true;
  return expectedStates.some((expected) => {
    if (native.place === 'stage' && stageOf(stages, expected) === native.stageTitle) return true;
    return state !== null && (isWithin(state, expected) || isWithin(expected, state));
  });
}

/** Fields first, so that whoever is called by the move finds them filled in; then the stage. Nobody is e-mailed. */
async function bringTo(
  applicationId: string,
  wanted: AshbyTarget,
  now: ApplicationNow,
  values: CustomField[],
  context: AshbyContext,
): Promise<Written> {
  if (now.planId === null) return { refusal: 'interview_plan_unknown' };
  const to = await stageOfPlan(context, now.planId, (stage) => isMeant(stage, wanted));
  if ('refusal' in to) return to;
  if ('failed' in to) return readFirst(unsent(to.failed));
  if (values.length > 0) {
    const order = { objectId: applicationId, objectType: 'Application', values };
    const answer = await call(context, 'customField.setValues', order);
    if (refusalOf(answer) !== null) return { refusal: 'custom_field_refused' };
    if (resultsOf(answer) === undefined || showsPlace(now, wanted)) return readFirst(answer);
  }
  const reason = wanted.kind === 'archived' ? { archiveReasonId: wanted.reasonId } : {};
  return readFirst(
    await call(context, 'application.changeStage', { applicationId, interviewStageId: to.id, ...reason }),
  );
}

/** A plan has one stage for those who are hired and one for those who are archived, whatever their titles. */
function isMeant({ title, type }: PlanStage, wanted: AshbyTarget): boolean {
  if (wanted.kind === 'hired') return type === 'Hired';
  if (wanted.kind === 'archived') return type === 'Archived';
  return title.trim() === wanted.title && type !== 'Hired' && type !== 'Archived';
}

const readFirst = (answer: VendorAnswer): Written => {
  const refusal = refusalOf(answer);
  return refusal === null ? { answer, precondition: 'read_before_write' } : { refusal };
};

/** A failed look-up before the write: nothing was written. */
const unsent = (answer: VendorAnswer): VendorAnswer =>
  answer.kind === 'answer' && [401, 403, 429].includes(statusOf(answer))
    ? answer
    : { kind: 'failure', failure: 'connect', sent: false };
