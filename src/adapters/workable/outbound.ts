// Brings a Workable candidate to a canonical state: reads it, compares, moves, disqualifies or reverts, reads back.
import { isDeepStrictEqual } from 'node:util';
import { isWithin } from '../../core/machine/machine.ts';
import { applyByReading, confirmByReading, type Target, type Written } from '../apply.ts';
import type { VendorAnswer } from '../http.ts';
import type { Capabilities, Carried, Reading, Work } from '../port.ts';
import { type CandidateNow, call, readCandidate, type WorkableContext } from './candidate.ts';
import { targetOf, type WorkableTarget } from './settings.ts';
import { type Stage, slugOf } from './stages.ts';

export const capabilities: Capabilities = {
  idempotencyKey: false,
  precondition: 'read_before_write',
  // Not published; taken as for the others.
  readLagMs: 1_000,
  concurrency: 2,
  // Widely quoted for account tokens; not in a text of Workable's.
  rateLimit: { requests: 10, perMs: 10_000 },
  reads: true,
  writes: true,
};

/** Null when Workable has no such candidate. Throws when it could not be read. */
export async function read(ref: string, context: WorkableContext): Promise<Reading | null> {
  const found = await readCandidate(ref, context);
  if (found.kind === 'failed')
    throw new Error(
      `Workable could not be read: ${found.answer.kind === 'answer' ? `status ${found.answer.status}` : found.answer.failure}.`,
    );
  return found.kind === 'shows' ? found.reading : null;
}

export async function apply(work: Work, context: WorkableContext): Promise<Carried> {
  const target = targetFor(work, context);
  return 'refused' in target ? target.refused : applyByReading(target, work, capabilities);
}

export async function confirm(work: Work, context: WorkableContext): Promise<Carried> {
  const target = targetFor(work, context);
  return 'refused' in target ? target.refused : confirmByReading(target);
}

const refused = (reason: string): { refused: Carried } => ({ refused: { outcome: { kind: 'refused', reason } } });
const precondition = 'read_before_write';

function targetFor(work: Work, context: WorkableContext): Target<CandidateNow> | { refused: Carried } {
  const { ref } = work;
  const wanted = targetOf(context.settings, work.targetState);
  if (ref === null) return refused('ref_unknown');
  if (!wanted) return refused('state_not_mapped');
  return {
    creates: false,
    alike: (state) => isDeepStrictEqual(targetOf(context.settings, state), wanted),
    read: () => readCandidate(ref, context),
    shows: ({ native }) => isAt(native, wanted),
    expected: (reading) => isExpected(reading, work, context),
    isConflict: (answer) => answer.status === 409,
    write(reading) {
      if (!reading) return Promise.resolve({ refusal: 'target_missing' });
      if (wanted.kind === 'disqualified') return disqualify(ref, reading.native, wanted, context);
      return bringToStage(ref, reading.native, wanted, context);
    },
  };
}

function isAt(now: CandidateNow, wanted: WorkableTarget): boolean {
  if (wanted.kind === 'disqualified') return now.disqualified && now.withdrew === wanted.withdrew;
  if (now.disqualified) return false;
  return wanted.kind === 'hired' ? now.stageKind === 'hired' : now.stageKind !== 'hired' && now.stage === wanted.name;
}

/** True when nobody else has moved it: it shows where we last saw it, or what a half-done write of ours leaves behind. */
function isExpected(
  { native, states }: Reading<CandidateNow>,
  { expectedStates, targetState }: Work,
  { settings }: WorkableContext,
): boolean {
  return expectedStates.some((expected) => {
    const target = targetOf(settings, expected);
    if (target && isAt(native, target)) return true;
    // Taking a disqualification back is a write of its own before the move.
    const reverts = ['rejected', 'withdrawn'].includes(expected) && !['rejected', 'withdrawn'].includes(targetState);
    if (reverts && !native.disqualified) return true;
    return (states ?? []).some((state) => isWithin(state, expected) || isWithin(expected, state));
  });
}

async function disqualify(
  ref: string,
  now: CandidateNow,
  { withdrew, reasonId }: Extract<WorkableTarget, { kind: 'disqualified' }>,
  context: WorkableContext,
): Promise<Written> {
  if (now.disqualified) return { refusal: 'disqualified_in_target' };
  const body = { withdrew, ...(reasonId === undefined ? {} : { disqualify_reason_id: reasonId }) };
  return { answer: await act(ref, 'disqualify', body, context), precondition };
}

/** Takes a disqualification back if there is one, then moves; that answers 200 with nothing in it. */
async function bringToStage(
  ref: string,
  before: CandidateNow,
  wanted: Exclude<WorkableTarget, { kind: 'disqualified' }>,
  context: WorkableContext,
): Promise<Written> {
  const isMeant = (stage: Stage): boolean =>
    wanted.kind === 'hired' ? stage.kind === 'hired' : stage.kind !== 'hired' && stage.name.trim() === wanted.name;
  const to = await slugOf(context, before.job, isMeant);
  if ('refusal' in to) return to;
  if ('failed' in to) return { answer: unsent(to.failed), precondition };
  if (before.disqualified) {
    const answer = await act(ref, 'revert', {}, context);
    const after = isYes(answer) ? await readCandidate(ref, context) : undefined;
    if (after?.kind !== 'shows' || after.reading.native.disqualified || isAt(after.reading.native, wanted))
      // Refused, not to be seen yet, or done already: what is read then decides.
      return { answer, precondition };
  }
  return { answer: await act(ref, 'move', { target_stage: to.slug }, context), precondition };
}

const act = (ref: string, name: string, body: object, context: WorkableContext): Promise<VendorAnswer> =>
  call(context, 'POST', `/candidates/${ref}/${name}`, { member_id: context.settings.memberId, ...body });

const isYes = (answer: VendorAnswer): boolean =>
  answer.kind === 'answer' && answer.status >= 200 && answer.status < 300;

/** A failed look-up before the write: nothing was written. */
const unsent = (answer: VendorAnswer): VendorAnswer =>
  answer.kind === 'answer' && [401, 403, 429].includes(answer.status)
    ? answer
    : { kind: 'failure', failure: 'connect', sent: false };
