// Brings a SmartRecruiters application to a canonical state: reads it, compares, writes its status, reads back.
import { isDeepStrictEqual } from 'node:util';
import { writeFields } from '../../core/dictionary/mapping.ts';
import { isWithin } from '../../core/machine/machine.ts';
import { applyByReading, confirmByReading, type Target, type Written } from '../apply.ts';
import type { Capabilities, Carried, Reading, Work } from '../port.ts';
import { call, readApplication, type SmartrecruitersContext } from './application.ts';
import { nameIn } from './ref.ts';
import { entryOf, type SmartrecruitersTarget, type Status, targetOf } from './settings.ts';

export const capabilities: Capabilities = {
  idempotencyKey: false,
  precondition: 'read_before_write',
  // Not published; taken as for the others.
  readLagMs: 1_000,
  // 8 are allowed, and a single one for reading candidates.
  concurrency: 4,
  rateLimit: { requests: 10, perMs: 1_000 },
  reads: true,
  writes: true,
};

/** Null when SmartRecruiters has no such application. Throws when it could not be read. */
export async function read(ref: string, context: SmartrecruitersContext): Promise<Reading | null> {
  const found = await readApplication(ref, true, context);
  if (found.kind === 'failed')
    throw new Error(
      `SmartRecruiters could not be read: ${found.answer.kind === 'answer' ? `status ${found.answer.status}` : found.answer.failure}.`,
    );
  return found.kind === 'shows' ? found.reading : null;
}

export async function apply(work: Work, context: SmartrecruitersContext): Promise<Carried> {
  const target = targetFor(work, context);
  return 'refused' in target ? target.refused : applyByReading(target, work, capabilities);
}

export async function confirm(work: Work, context: SmartrecruitersContext): Promise<Carried> {
  const target = targetFor(work, context);
  return 'refused' in target ? target.refused : confirmByReading(target);
}

const refused = (reason: string): { refused: Carried } => ({ refused: { outcome: { kind: 'refused', reason } } });

function targetFor(work: Work, context: SmartrecruitersContext): Target<Status> | { refused: Carried } {
  const { ref } = work;
  const { settings } = context;
  const wanted = targetOf(settings, work.targetState);
  if (ref === null) return refused('ref_unknown');
  if (!wanted) return refused('state_not_mapped');
  return {
    creates: false,
    alike: (state) => isDeepStrictEqual(targetOf(settings, state), wanted),
    read: () => readApplication(ref, false, context),
    shows: ({ native }) =>
      wanted.entry === null ? native.status === wanted.status : entryOf(settings, native) === wanted.entry,
    expected: (reading) => work.expectedStates.some((state) => isIn(reading, state, context)),
    isConflict: (answer) => answer.status === 409,
    write: () => putStatus(ref, wanted, work, context),
  };
}

/** True when the reading is what SmartRecruiters shows for that state. */
function isIn({ native, states }: Reading<Status>, state: string, { settings }: SmartrecruitersContext): boolean {
  const target = targetOf(settings, state);
  if (target?.entry && target.entry === entryOf(settings, native)) return true;
  return (states ?? []).some((one) => isWithin(one, state) || isWithin(state, one));
}

/** The short form without a job acts on whichever assignment is the primary one by now: never used. */
async function putStatus(
  ref: string,
  { status, subStatus, reasonId }: SmartrecruitersTarget,
  work: Work,
  context: SmartrecruitersContext,
): Promise<Written> {
  const name = nameIn(ref);
  if (!name) return { refusal: 'target_missing' };
  const { startsOn } = writeFields(context.mapping, 'hire', work.elements).body;
  const body = {
    status,
    ...(subStatus === null ? {} : { subStatus }),
    // A day with us, a moment there.
    ...(status === 'HIRED' && typeof startsOn === 'string' ? { startsOn: `${startsOn}T00:00:00.000Z` } : {}),
    ...(reasonId === undefined ? {} : { reason: reasonId }),
  };
  const answer = await call(context, 'PUT', `/candidates/${name.candidateId}/jobs/${name.jobId}/status`, body);
  return { answer, precondition: 'read_before_write' };
}
