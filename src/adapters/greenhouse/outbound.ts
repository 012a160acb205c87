// Brings a Greenhouse application to a canonical state: reads it, compares, writes with Greenhouse's own precondition, reads back.
import { isDeepStrictEqual } from 'node:util';
import { writeFields } from '../../core/dictionary/mapping.ts';
import { isWithin } from '../../core/machine/machine.ts';
import { applyByReading, confirmByReading, type ReadResult, type Target, type Written } from '../apply.ts';
import type { VendorAnswer } from '../http.ts';
import type { Capabilities, Carried, Reading, Work } from '../port.ts';
import { stageOf } from '../stage-map.ts';
import { type ApplicationNow, readApplication } from './application.ts';
import { call, type GreenhouseContext } from './client.ts';
import { differingFields, hasUnwritable, showsFields } from './fields.ts';
import { type GreenhouseTarget, targetOf } from './settings.ts';
import { stageNamed } from './stages.ts';

export const capabilities: Capabilities = {
  idempotencyKey: false,
  precondition: 'compare_and_set',
  readLagMs: 1_000,
  concurrency: 4,
  // v1's published figure; v3's is not published.
  rateLimit: { requests: 50, perMs: 10_000 },
  reads: true,
  writes: true,
};

/** Null when Greenhouse has no such application. Throws when it could not be read. */
export async function read(ref: string, context: GreenhouseContext): Promise<Reading | null> {
  const found = await readApplication(ref, context);
  if (found.kind === 'failed')
    throw new Error(
      `Greenhouse could not be read: ${found.answer.kind === 'answer' ? `status ${found.answer.status}` : found.answer.failure}.`,
    );
  return found.kind === 'shows' ? found.reading : null;
}

export async function apply(work: Work, context: GreenhouseContext): Promise<Carried> {
  const wanted = targetOf(context.settings, work.targetState);
  if (work.ref === null) return refused('ref_unknown');
  return wanted
    ? applyByReading(targetFor(work, work.ref, wanted, context), work, capabilities)
    : refused('state_not_mapped');
}

export async function confirm(work: Work, context: GreenhouseContext): Promise<Carried> {
  const wanted = targetOf(context.settings, work.targetState);
  if (work.ref === null) return refused('ref_unknown');
  return wanted ? confirmByReading(targetFor(work, work.ref, wanted, context)) : refused('state_not_mapped');
}

const refused = (reason: string): Carried => ({ outcome: { kind: 'refused', reason } });

function targetFor(
  work: Work,
  ref: string,
  wanted: GreenhouseTarget,
  context: GreenhouseContext,
): Target<ApplicationNow> {
  const path = `/v3/applications/${ref}`;
  const readNow = (): Promise<ReadResult<ApplicationNow>> => readApplication(ref, context);
  return {
    creates: false,
    alike: (state) => isDeepStrictEqual(targetOf(context.settings, state), wanted),
    read: readNow,
    shows: ({ native }) =>
      showsPlace(native, wanted) && (wanted.kind !== 'stage' || showsFields(work, native, context)),
    expected: (reading) => isExpected(reading, work, wanted, context),
    isConflict: (answer) => answer.status === 409 || (answer.status === 422 && speaksOfState(answer.json)),
    async write(reading) {
      if (!reading) return { refusal: 'target_missing' };
      if (wanted.kind === 'hired') return hire(reading.native, work, path, context);
      if (wanted.kind === 'rejected') return reject(reading.native, wanted.reasonId, path, context);
      return bringToStage(reading.native, wanted.name, { work, path, context, readNow });
    },
  };
}

const showsPlace = (now: ApplicationNow, wanted: GreenhouseTarget): boolean => {
  if (wanted.kind === 'hired') return now.status === 'hired';
  if (wanted.kind === 'rejected') return now.status === 'rejected' && now.rejectedAs === wanted.as;
  return now.status === 'in_process' && now.stageName === wanted.name;
};

/** True when nobody else has moved it: it shows where we last saw it, or what a half-done write of ours leaves behind. */
function isExpected(
  { native, state }: Reading<ApplicationNow>,
  { expectedStates }: Work,
  wanted: GreenhouseTarget,
  { settings }: GreenhouseContext,
): boolean {
  if (showsPlace(native, wanted)) return true;
  return expectedStates.some((expected) => {
    if (native.status === 'in_process' && stageOf(settings.stages, expected) === native.stageName) return true;
    // Taking a rejection back is a write of its own before the move.
    if (wanted.kind === 'stage' && native.status === 'in_process' && ['rejected', 'withdrawn'].includes(expected))
      return true;
    return state !== null && (isWithin(state, expected) || isWithin(expected, state));
  });
}

async function hire(now: ApplicationNow, work: Work, path: string, context: GreenhouseContext): Promise<Written> {
  if (now.status !== 'in_process') return { refusal: `${now.status}_in_target` };
  const { body } = writeFields(context.mapping, 'hire', work.elements);
  const answer = await call(context, 'POST', `${path}/hire`, body);
  return { answer, precondition: 'read_before_write' };
}

async function reject(
  now: ApplicationNow,
  reasonId: number,
  path: string,
  context: GreenhouseContext,
): Promise<Written> {
  if (now.status !== 'in_process') return { refusal: `${now.status}_in_target` };
  const answer = await call(context, 'POST', `${path}/reject`, { rejection_reason_id: reasonId });
  return { answer, precondition: 'read_before_write' };
}

interface StageWrite {
  work: Work;
  path: string;
  context: GreenhouseContext;
  readNow: () => Promise<ReadResult<ApplicationNow>>;
}

/** Takes a rejection back if there is one, fills in fields that differ, then moves from the very stage that was read. */
async function bringToStage(before: ApplicationNow, stageName: string, write: StageWrite): Promise<Written> {
  const { work, path, context } = write;
  if (before.status !== 'in_process' && before.status !== 'rejected') return { refusal: `${before.status}_in_target` };
  if (hasUnwritable(work, context)) return { refusal: 'value_not_writable' };
  const to = await stageNamed(context, before.jobId, stageName);
  if ('refusal' in to) return to;
  if ('failed' in to) return { answer: unsent(to.failed), precondition: 'read_before_write' };
  const now = before.status === 'rejected' ? await unreject(write) : before;
  if ('answer' in now) return now;
  const fields = differingFields(work, now, context);
  if (fields.length > 0) {
    const answer = await call(context, 'PATCH', path, { custom_fields: fields });
    if (isRefusal(answer)) return { refusal: 'custom_field_refused' };
    if (!isYes(answer) || now.stageId === to.id) return { answer, precondition: 'read_before_write' };
  }
  return {
    answer: await call(context, 'POST', `${path}/move`, { from_stage_id: now.stageId, to_stage_id: to.id }),
    precondition: 'compare_and_set',
  };
}

/** What the application shows after the rejection was taken back; Greenhouse names no stage while it stands. */
async function unreject({
  path,
  context,
  readNow,
}: StageWrite): Promise<ApplicationNow | { answer: VendorAnswer; precondition: string }> {
  const answer = await call(context, 'POST', `${path}/unreject`, {});
  if (!isYes(answer)) return { answer, precondition: 'read_before_write' };
  const after = await readNow();
  // Not to be seen yet: the next attempt goes on from what it reads then.
  if (after.kind !== 'shows' || after.reading.native.status !== 'in_process')
    return { answer: { kind: 'failure', failure: 'timeout', sent: true }, precondition: 'read_before_write' };
  return after.reading.native;
}

const isYes = (answer: VendorAnswer): boolean =>
  answer.kind === 'answer' && answer.status >= 200 && answer.status < 300;
const isRefusal = (answer: VendorAnswer): boolean =>
  answer.kind === 'answer' && (answer.status === 400 || answer.status === 422);

/** A failed look-up before the write: nothing was written. */
const unsent = (answer: VendorAnswer): VendorAnswer =>
  answer.kind === 'answer' && [401, 403, 429].includes(answer.status)
    ? answer
    : { kind: 'failure', failure: 'connect', sent: false };

/** Greenhouse's "not in that stage" and "not in that status" come as validation errors. */
function speaksOfState(json: unknown): boolean {
  const errors = (json as { errors?: unknown } | null)?.errors;
  if (!Array.isArray(errors)) return false;
  return errors.some(
    (error: { field?: unknown; message?: unknown } | null) =>
      error?.field === 'from_stage_id' ||
      error?.field === 'status' ||
      /from_stage_id|current stage|is currently/i.test(String(error?.message ?? '')),
  );
}
