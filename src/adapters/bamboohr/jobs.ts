// Job openings of BambooHR's applicant tracking: heard of by their status, as requisitions; its API can begin one, and change none.
import { z } from 'zod';
import { fingerprint } from '../../core/canonical-json.ts';
import { keptOut, readFields } from '../../core/dictionary/mapping.ts';
import type { Reading, TranslateContext, Translation } from '../port.ts';
import type { BambooHrSettings } from './settings.ts';

/** In front of the ids of job openings: employees have ids of their own. */
export const jobPrefix = 'job/';

const text = z.string().max(200);
/** As in `GET /applicant_tracking/jobs`. */
export const jobSummary = z.looseObject({
  id: z.union([z.number().int(), z.string().regex(/^\d{1,20}$/)]).transform(String),
  status: z.looseObject({ label: text }),
});

/** What a poll makes of a job whose status is news. `was`: the status it had when it was read before. */
const jobNews = z.strictObject({ jobOpening: z.unknown(), was: text.nullable(), seenAt: z.iso.datetime() });
export type JobNews = z.infer<typeof jobNews>;

const states: Readonly<Record<string, readonly string[]>> = {
  Draft: ['live.drafted', 'live.pending_approval', 'live.approved'],
  Open: ['live.open'],
  'On Hold': ['on_hold'],
  Filled: ['filled', 'closed'],
  Canceled: ['cancelled'],
};
/** BambooHR asks for none of these reasons, and the machine does. */
const reasons: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'On Hold': { 'hold.reason': 'put on hold in BambooHR' },
  Canceled: { 'requisition.cancelReason': 'cancelled in BambooHR' },
};

export const looksLikeJob = (payload: unknown): boolean =>
  typeof payload === 'object' && payload !== null && 'jobOpening' in payload;

/** One claim, or a quarantine for a status that BambooHR's description does not know. `ref` is `job/<id>`. */
export function translateJob(payload: unknown, { mapping }: TranslateContext<BambooHrSettings>): Translation[] {
  const news = jobNews.safeParse(payload);
  const job = news.success ? jobSummary.safeParse(news.data.jobOpening) : undefined;
  if (!news.success || !job?.success) {
    const externalId = `job:${fingerprint(payload).slice(0, 32)}`;
    const detail = 'Not a job opening as BambooHR describes it';
    return [{ kind: 'quarantined', externalId, reason: 'job_not_understood', detail }];
  }
  const { was, seenAt } = news.data;
  const { id, status } = job.data;
  const externalId = `job:${id}:status:${status.label}:${seenAt}`;
  const targets = statesOf(status.label);
  if (!targets) {
    const detail = `The status "${status.label}" of job openings is not one that BambooHR describes`;
    return [{ kind: 'quarantined', externalId, reason: 'unknown_stage', stage: status.label, detail }];
  }
  // One that is only being drafted is nothing to anybody else yet.
  if (status.label === 'Draft' && was === null) return [{ kind: 'ignored', reason: 'job_drafted' }];
  const again = status.label === 'Open' && (was === 'Filled' || was === 'Canceled');
  const read = readFields(mapping, 'job_opening', news.data.jobOpening);
  return [
    {
      kind: 'event',
      externalId,
      machine: 'requisition',
      ref: `${jobPrefix}${id}`,
      claim: { kind: 'stage', targets },
      occurredAt: seenAt,
      data: {
        ...read.data,
        ...reasons[status.label],
        ...(again ? { 'reopen.reason': 'opened again in BambooHR' } : {}),
      },
      ...keptOut(read),
    },
  ];
}

/** What a job opening shows. */
export function readingOfJob({ status, ...native }: z.infer<typeof jobSummary>): Reading {
  const shown = statesOf(status.label);
  return {
    stage: status.label,
    state: shown?.[0] ?? null,
    ...(shown ? { states: shown } : {}),
    native: { ...native, status },
  };
}

const statesOf = (label: string): readonly string[] | null =>
  Object.hasOwn(states, label) ? (states[label] ?? null) : null;
