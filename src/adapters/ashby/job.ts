// A requisition as a job of Ashby: it is made as a draft, opened, closed, and never made twice.
import { z } from 'zod';
import { writeFields } from '../../core/dictionary/mapping.ts';
import { limits } from '../../core/limits.ts';
import { isWithin } from '../../core/machine/machine.ts';
import { outcomeOfRead, outcomeOfWrite } from '../answers.ts';
import { applyByReading, confirmByReading, type ReadResult, type Target, type Written } from '../apply.ts';
import type { VendorAnswer } from '../http.ts';
import type { Capabilities, Carried, Work } from '../port.ts';
import { type AshbyContext, call, errorCodeOf, refusalOf, resultsOf, statusOf } from './client.ts';
import type { AshbySettings } from './settings.ts';

const id = z.string().regex(/^[\w-]{1,100}$/);
const text = z.string().nullish().catch(null);
const status = z.enum(['Draft', 'Open', 'Closed', 'Archived']);
type Status = z.infer<typeof status>;
/** A job, in answers and in webhooks alike. */
export const job = z.looseObject({ id, title: text, status, createdAt: text, openedAt: text, closedAt: text });
type Job = z.infer<typeof job>;

/** Which of our states each status stands for; Ashby does not say why a job was closed. */
const standsFor: Readonly<Record<Status, readonly string[]>> = {
  Draft: ['live.drafted', 'live.pending_approval', 'live.approved'],
  Open: ['live.open'],
  Closed: ['filled', 'closed', 'cancelled'],
  Archived: ['closed', 'cancelled'],
};

export const statesOfJob = ({ status: shown }: Pick<Job, 'status'>): readonly string[] => standsFor[shown];

/** What a requisition in this state is as a job; null where Ashby has nothing for it, such as a hold. */
export function jobTarget({ jobs }: AshbySettings, state: string): 'Open' | 'Closed' | null {
  if (!jobs) return null;
  if (state === 'live.open') return 'Open';
  return standsFor.Closed.includes(state) ? 'Closed' : null;
}

/** What Ashby lets follow on each status, until it is what is wanted: closed jobs are opened by way of a draft. */
const ways: Readonly<Record<'Open' | 'Closed', Readonly<Record<Status, readonly Status[]>>>> = {
  Open: { Draft: ['Open'], Open: [], Closed: ['Draft', 'Open'], Archived: ['Draft', 'Open'] },
  Closed: { Draft: ['Archived'], Open: ['Closed'], Closed: [], Archived: [] },
};

export async function readJob(ref: string, context: AshbyContext): Promise<ReadResult<Job>> {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(ref)) return { kind: 'missing' };
  const answer = await call(context, 'job.info', { id: ref });
  // Its description names no code for this one.
  if (['job_not_found', 'invalid_input', 'resource_not_found'].includes(errorCodeOf(answer) ?? ''))
    return { kind: 'missing' };
  const parsed = job.safeParse(resultsOf(answer));
  if (!parsed.success || parsed.data.id !== ref) return { kind: 'failed', answer };
  const states = standsFor[parsed.data.status];
  return {
    kind: 'shows',
    reading: { stage: parsed.data.status, state: states[0] ?? null, states, native: parsed.data },
  };
}

export async function applyToJob(work: Work, context: AshbyContext, capabilities: Capabilities): Promise<Carried> {
  const wanted = jobTarget(context.settings, work.targetState);
  if (!wanted) return { outcome: { kind: 'refused', reason: 'state_not_mapped' } };
  if (work.ref !== null) return applyByReading(jobAt(work.ref, wanted, work, context), work, capabilities);
  // What was never made need not be closed.
  return wanted === 'Closed' ? { outcome: { kind: 'confirmed_already' } } : create(work, context, capabilities);
}

export async function confirmJob(work: Work, context: AshbyContext): Promise<Carried> {
  const wanted = jobTarget(context.settings, work.targetState);
  if (!wanted) return { outcome: { kind: 'refused', reason: 'state_not_mapped' } };
  if (work.ref === null) return { outcome: { kind: 'contradicted', seen: null } };
  return confirmByReading(jobAt(work.ref, wanted, work, context));
}

function jobAt(ref: string, wanted: 'Open' | 'Closed', work: Work, context: AshbyContext): Target<Job> {
  const { settings } = context;
  return {
    creates: false,
    alike: (state) => jobTarget(settings, state) === wanted,
    read: () => readJob(ref, context),
    shows: ({ native }) => ways[wanted][native.status].length === 0,
    // A draft is what we made, or a step on the way to open a closed job again: nobody's decision is lost with it.
    expected: ({ native }) =>
      native.status === 'Draft' ||
      standsFor[native.status].some((state) => work.expectedStates.some((expected) => isWithin(state, expected))),
    isConflict: ({ status: code }) => code === 409,
    statusOf,
    async write(reading) {
      if (!reading) return { refusal: 'target_missing' };
      let written: Written = { refusal: 'nothing_to_write' };
      for (const next of ways[wanted][reading.native.status]) {
        const answer = await call(context, 'job.setStatus', { jobId: ref, status: next });
        if (refusalOf(answer) !== null) return { refusal: 'job_status_refused' };
        written = { answer, precondition: 'read_before_write' };
        if (resultsOf(answer) === undefined) return written;
      }
      return written;
    },
  };
}

/**
 * Makes the draft, and no more: it is opened when it is known by its id, so that its webhooks find the requisition. Ashby takes no
 * key, so a draft of this title that came after the requisition was opened may be the one whose answer was lost, and none is made beside it.
 */
async function create(work: Work, context: AshbyContext, capabilities: Capabilities): Promise<Carried> {
  const { jobs } = context.settings;
  const { title } = writeFields(context.mapping, 'job', work.elements).body;
  if (!jobs || typeof title !== 'string') return { outcome: { kind: 'refused', reason: 'missing_title' } };
  const drafts = await draftsTitled(title, Date.parse(work.occurredAt) - limits.vendorClockToleranceMs, context);
  if ('failed' in drafts) return { outcome: outcomeOfRead(meant(drafts.failed)) };
  if (drafts.found > 0) return { outcome: { kind: 'retryable', reason: 'draft_of_same_title' } };
  const { teamId, locationId, interviewPlanId: defaultInterviewPlanId } = jobs;
  const answer = await call(context, 'job.create', { title, teamId, locationId, defaultInterviewPlanId });
  const made = z.looseObject({ id }).safeParse(resultsOf(answer));
  const precondition = 'read_before_write';
  const more = answer.kind === 'answer' ? { httpStatus: answer.status, precondition } : { precondition };
  if (made.success) return { outcome: { kind: 'accepted', afterMs: 0, ref: made.data.id }, ...more };
  if (refusalOf(answer) !== null) return { outcome: { kind: 'refused', reason: 'job_refused' }, ...more };
  const said = outcomeOfWrite(meant(answer), capabilities.readLagMs);
  return { outcome: said.kind === 'accepted' ? { kind: 'ambiguous', reason: 'no_id' } : said, ...more };
}

const draftList = z.array(z.looseObject({ title: z.string() }));

async function draftsTitled(
  title: string,
  createdAfter: number,
  context: AshbyContext,
): Promise<{ found: number } | { failed: VendorAnswer }> {
  let cursor: { cursor?: string } = {};
  let found = 0;
  for (let page = 0; page < limits.cataloguePagesMax; page += 1) {
    const answer = await call(context, 'job.list', { status: ['Draft'], createdAfter, limit: 100, ...cursor });
    const rows = draftList.safeParse(resultsOf(answer));
    if (!rows.success || answer.kind !== 'answer') return { failed: answer };
    found += rows.data.filter((one) => one.title.trim() === title.trim()).length;
    const more = z.looseObject({ moreDataAvailable: z.literal(true), nextCursor: z.string() }).safeParse(answer.json);
    if (!more.success) break;
    cursor = { cursor: more.data.nextCursor };
  }
  return { found };
}

const meant = (answer: VendorAnswer): VendorAnswer =>
  answer.kind === 'answer' ? { ...answer, status: statusOf(answer) } : answer;
