// BambooHR's applicant tracking tells nobody of its changes: its lists are read, applications from the newest update on, and what is news is passed on.
import { z } from 'zod';
import type { VendorAnswer } from '../http.ts';
import type { Polled, Reading, VendorContext } from '../port.ts';
import { type JobNews, jobSummary, readingOfJob } from './jobs.ts';
import { authorization } from './locate.ts';
import { type BambooHrSettings, baseUrlOf } from './settings.ts';

type Context = VendorContext<BambooHrSettings>;

/** The list does not say when a row changed, so nothing but its status tells whether it is news; a walk over everything comes this often. */
const wholeWalkMs = 3_600_000;
const rememberedMax = 5_000;

const id = z.union([z.number(), z.string()]).transform(String);
const listPage = z.looseObject({
  paginationComplete: z.boolean().nullish(),
  applications: z.array(z.looseObject({ id, status: z.looseObject({ id }) })),
});

const place = z.object({
  /** The page to read next; 1 begins a walk. */
  page: z.number().int().positive(),
  /** This walk goes to the end. */
  whole: z.boolean(),
  /** When the last such walk began, ms since 1970. */
  wholeAt: z.number(),
  /** Status by application, those that were updated last at the end. */
  known: z.array(z.tuple([z.string(), z.string()])),
  /** Status by job opening. */
  jobs: z.array(z.tuple([z.string(), z.string()])).default([]),
});
type Place = z.infer<typeof place>;

/** Job openings, which come in one list, and one page of applications. Rejects when BambooHR could not be read: nothing was missed then. */
export async function poll(cursor: string | null, context: Context): Promise<Polled> {
  const at = beginning(cursor, Date.now());
  const jobs =
    context.settings.trackJobs && at.page === 1 ? await pollJobs(at, context) : { payloads: [], jobs: at.jobs };
  if (!pollsApplications(context.settings))
    return { payloads: jobs.payloads, next: JSON.stringify({ ...at, jobs: jobs.jobs }), more: false };
  const polled = await pollApplications({ ...at, jobs: jobs.jobs }, context);
  return { ...polled, payloads: [...jobs.payloads, ...polled.payloads] };
}

async function pollJobs(at: Place, context: Context): Promise<{ payloads: JobNews[]; jobs: Place['jobs'] }> {
  const listed = await readJobs(context);
  const known = new Map(at.jobs);
  const seenAt = new Date().toISOString();
  const news = listed.filter((job) => known.get(job.id) !== job.status.label);
  for (const job of news) known.delete(job.id);
  return {
    payloads: news.map((job) => ({ jobOpening: job, was: new Map(at.jobs).get(job.id) ?? null, seenAt })),
    jobs: [...known, ...news.map((job): [string, string] => [job.id, job.status.label])].slice(-rememberedMax),
  };
}

/** Every one that was not deleted. */
const readJobs = (context: Context) => read('/applicant_tracking/jobs', context, z.array(jobSummary));

/** What a job opening shows now; null when there is no such thing. Throws when it could not be read. */
export async function readJob(id: string, context: Context): Promise<Reading<unknown> | null> {
  const job = (await readJobs(context)).find((one) => one.id === id);
  return job ? readingOfJob(job) : null;
}

async function pollApplications(at: Place, context: Context): Promise<Polled> {
  const query = new URLSearchParams({ sortBy: 'last_updated', sortOrder: 'DESC', page: String(at.page) });
  const found = await read(`/applicant_tracking/applications?${query}`, context, listPage);
  const known = new Map(at.known);
  const news = found.applications.filter((row) => known.get(row.id) !== row.status.id);
  const payloads: unknown[] = [];
  // The oldest of the page first, as they happened.
  for (const row of [...news].reverse()) {
    const whole = await readOne(row.id, context);
    if (whole !== null) payloads.push(whole);
    known.delete(row.id);
    known.set(row.id, statusOf(whole) ?? row.status.id);
  }
  const ends = found.paginationComplete === true || found.applications.length === 0;
  // Behind a page without any news nothing is new, as far as the list can tell.
  const more = !ends && (at.whole || news.length > 0);
  const next: Place = {
    ...at,
    page: more ? at.page + 1 : 1,
    known: [...known].slice(-rememberedMax),
  };
  return { payloads, next: JSON.stringify(next), more };
}

/** Only with its own statuses mapped, or where job openings are followed, is there anything to poll for. */
export const polls = (settings: BambooHrSettings): boolean => settings.trackJobs || pollsApplications(settings);
const pollsApplications = ({ stages }: BambooHrSettings): boolean => Object.keys(stages).length > 0;

/** A cursor that cannot be read begins anew: what comes again is recognised as a repetition. */
function beginning(cursor: string | null, now: number): Place {
  const parsed = place.safeParse(cursor === null ? null : jsonOf(cursor));
  const at: Place = parsed.success ? parsed.data : { page: 1, whole: false, wholeAt: 0, known: [], jobs: [] };
  if (at.page > 1) return at;
  const whole = now - at.wholeAt >= wholeWalkMs;
  return { ...at, whole, wholeAt: whole ? now : at.wholeAt };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What an application shows now; null when there is no such thing. Throws when it could not be read. */
export async function readApplication(application: string, context: Context): Promise<Reading<unknown> | null> {
  const whole = await readOne(application, context);
  if (whole === null) return null;
  const parsed = z.looseObject({ status: z.looseObject({ label: z.string() }) }).safeParse(whole);
  if (!parsed.success) throw new Error('BambooHR could not be read: not an application.');
  const { label } = parsed.data.status;
  const { stages } = context.settings;
  return { stage: label, state: (Object.hasOwn(stages, label) ? stages[label] : undefined) ?? null, native: whole };
}

async function readOne(application: string, context: Context): Promise<unknown> {
  const path = `/applicant_tracking/applications/${encodeURIComponent(application)}`;
  const answer = await get(path, context);
  if (answer.kind === 'answer' && answer.status === 404) return null;
  if (answer.kind === 'answer' && answer.status === 200 && answer.json !== undefined) return answer.json;
  throw unreadable(answer);
}

/** Between the list and the reading it may have moved on. */
const statusOf = (application: unknown): string | null => {
  const parsed = z.looseObject({ status: z.looseObject({ id }) }).safeParse(application);
  return parsed.success ? parsed.data.status.id : null;
};

async function read<Body>(path: string, context: Context, body: z.ZodType<Body>): Promise<Body> {
  const answer = await get(path, context);
  const parsed = answer.kind === 'answer' && answer.status === 200 ? body.safeParse(answer.json) : undefined;
  if (parsed?.success) return parsed.data;
  throw unreadable(answer);
}

const get = (path: string, context: Context): Promise<VendorAnswer> =>
  context.http.request(
    { method: 'GET', url: `${baseUrlOf(context.settings)}${path}`, headers: authorization(context) },
    context.signal,
  );

const unreadable = (answer: VendorAnswer): Error =>
  new Error(`BambooHR could not be read: ${answer.kind === 'answer' ? `status ${answer.status}` : answer.failure}.`);
