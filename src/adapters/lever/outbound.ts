// Brings a Lever opportunity to a canonical state: reads it, compares, writes what differs, reads back.
import { isDeepStrictEqual } from 'node:util';
import { isWithin } from '../../core/machine/machine.ts';
import { applyByReading, confirmByReading, type Target, type Written } from '../apply.ts';
import type { VendorAnswer } from '../http.ts';
import type { Capabilities, Carried, Reading, Work } from '../port.ts';
import { stageOf } from '../stage-map.ts';
import { type LeverContext, write } from './client.ts';
import { noteOf } from './notes.ts';
import { type OpportunityNow, readOpportunity } from './opportunity.ts';
import { type LeverTarget, targetOf } from './settings.ts';

export const capabilities: Capabilities = {
  idempotencyKey: false,
  // Lever's writes name no stage to start from.
  precondition: 'read_before_write',
  readLagMs: 1_000,
  concurrency: 4,
  rateLimit: { requests: 10, perMs: 1_000 },
  reads: true,
  writes: true,
};

/** Null when Lever has no such opportunity. Throws when it could not be read. */
export async function read(ref: string, context: LeverContext): Promise<Reading | null> {
  const found = await readOpportunity(ref, false, context);
  if (found.kind === 'failed')
    throw new Error(
      `Lever could not be read: ${found.answer.kind === 'answer' ? `status ${found.answer.status}` : found.answer.failure}.`,
    );
  return found.kind === 'shows' ? found.reading : null;
}

export async function apply(work: Work, context: LeverContext): Promise<Carried> {
  const target = targetFor(work, context);
  return 'refusal' in target ? refused(target.refusal) : applyByReading(target, work, capabilities);
}

export async function confirm(work: Work, context: LeverContext): Promise<Carried> {
  const target = targetFor(work, context);
  return 'refusal' in target ? refused(target.refusal) : confirmByReading(target);
}

const refused = (reason: string): Carried => ({ outcome: { kind: 'refused', reason } });

function targetFor(work: Work, context: LeverContext): Target<OpportunityNow> | { refusal: string } {
  const { settings } = context;
  const { ref } = work;
  const wanted = targetOf(settings, work.targetState);
  if (ref === null) return { refusal: 'ref_unknown' };
  if (!wanted) return { refusal: 'state_not_mapped' };
  const note = wanted.kind === 'stage' ? noteOf(work, settings) : null;
  return {
    creates: false,
    alike: (state) => isDeepStrictEqual(targetOf(settings, state), wanted),
    read: () => readOpportunity(ref, note !== null, context),
    shows: ({ native }) => showsPlace(native, wanted) && (note === null || native.note === note),
    expected: (reading) => isExpected(reading, work, wanted, context),
    isConflict: ({ status }) => status === 409,
    async write(reading) {
      if (!reading) return { refusal: 'target_missing' };
      const path = `/opportunities/${ref}`;
      if (wanted.kind === 'archived') return archive(wanted.reasonId, path, context);
      return bringToStage(reading.native, { stageId: wanted.id, note, path, context });
    },
  };
}

const showsPlace = ({ stageId, archived }: OpportunityNow, wanted: LeverTarget): boolean =>
  wanted.kind === 'archived' ? archived?.as === wanted.as : archived === null && stageId === wanted.id;

/** True when nobody else has moved it: it shows where we last saw it, or what a half-done write of ours leaves behind. */
function isExpected(
  { native, state }: Reading<OpportunityNow>,
  { expectedStates }: Work,
  wanted: LeverTarget,
  { settings }: LeverContext,
): boolean {
  if (showsPlace(native, wanted)) return true;
  return expectedStates.some((expected) => {
    if (!native.archived && stageOf(settings.stages, expected) === native.stageId) return true;
    return state !== null && (isWithin(state, expected) || isWithin(expected, state));
  });
}

async function archive(reason: string, path: string, context: LeverContext): Promise<Written> {
  const { cleanInterviews } = context.settings;
  return readFirst(await write(context, 'PUT', `${path}/archived`, { reason, cleanInterviews }));
}

interface StageWrite {
  stageId: string;
  note: string | null;
  path: string;
  context: LeverContext;
}

/**
 * Whatever differs: the note, then the stage, then the archive, since Lever moves what is archived and leaves it so.
 * In this order, nobody ever sees it active in a stage that it is not to be in.
 */
async function bringToStage(now: OpportunityNow, { stageId, note, path, context }: StageWrite): Promise<Written> {
  const steps: (() => Promise<VendorAnswer>)[] = [];
  if (note !== null && now.note !== note) steps.push(() => write(context, 'POST', `${path}/notes`, { value: note }));
  if (now.stageId !== stageId) steps.push(() => write(context, 'PUT', `${path}/stage`, { stage: stageId }));
  if (now.archived) steps.push(() => write(context, 'PUT', `${path}/archived`, { reason: null }));
  let last: VendorAnswer | undefined;
  for (const step of steps) {
    last = await step();
    if (!isYes(last)) break;
  }
  return last ? readFirst(last) : { refusal: 'nothing_to_write' };
}

const readFirst = (answer: VendorAnswer): Written => ({ answer, precondition: 'read_before_write' });

const isYes = (answer: VendorAnswer): boolean =>
  answer.kind === 'answer' && answer.status >= 200 && answer.status < 300 && answer.json !== undefined;
