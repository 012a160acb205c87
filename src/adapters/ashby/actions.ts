// What each Ashby webhook action says about an application, an offer or a job.
import { z } from 'zod';
import { type FieldsRead, keptOut, readFields, type SystemMapping } from '../../core/dictionary/mapping.ts';
import type { MachineName } from '../../core/machine/definition.ts';
import { isWithin } from '../../core/machine/machine.ts';
import type { TranslatedEvent } from '../port.ts';
import { type Application, application, placeOf } from './application.ts';
import { job, statesOfJob } from './job.ts';
import type { AshbySettings } from './settings.ts';

/** `at` is the vendor's own time of it, where the payload has one. */
type Event = Omit<TranslatedEvent, 'externalId' | 'occurredAt'> & { at: string | null | undefined };
export type Saying =
  | Event
  | { kind: 'ignored'; reason: string }
  | { kind: 'unmapped'; what: 'stage' | 'archive_reason'; name: string; ref: string };

/** Null for data that lacks what its action always carries. */
type Say = (data: unknown, settings: AshbySettings, mapping: SystemMapping) => Saying[] | null;

const id = z.string().regex(/^[\w-]{1,100}$/);
const text = z.string().nullish().catch(null);
const aboutApplication = z.looseObject({ application });
const offer = z.looseObject({
  id,
  applicationId: id,
  acceptanceStatus: text,
  offerStatus: text,
  decidedAt: text,
  latestVersion: z.looseObject({ createdAt: text, approvalStatus: text }).nullish().catch(null),
});
type Offer = z.infer<typeof offer>;
const aboutOffer = z.looseObject({ offer });
const aboutJob = z.looseObject({ job });
type Job = z.infer<typeof job>;

export const actions: ReadonlyMap<string, Say> = new Map<string, Say>([
  [
    'applicationSubmit',
    about(aboutApplication, (data, settings, mapping) => submitted(data.application, settings, mapping)),
  ],
  ['candidateStageChange', about(aboutApplication, (data, settings) => [placed(data.application, settings, {})])],
  // Comes with `candidateStageChange` and `applicationUpdate`, and says the same as they do: one of them moves, the others find it moved.
  [
    'candidateHire',
    about(aboutApplication, (data, _settings, mapping) => [hired(data.application, data.offer, mapping)]),
  ],
  ['offerCreate', about(aboutOffer, (data, _settings, mapping) => offerSays(data.offer, true, mapping))],
  ['offerUpdate', about(aboutOffer, (data, _settings, mapping) => offerSays(data.offer, false, mapping))],
  ['jobCreate', about(aboutJob, (data, settings, mapping) => jobSays(data.job, true, settings, mapping))],
  ['jobUpdate', about(aboutJob, (data, settings, mapping) => jobSays(data.job, false, settings, mapping))],
  // Known, and nothing that a machine has an event for. The reason is what the ignored ones are counted under.
  ...nothing('ping', 'ping'),
  ...nothing('details_changed', 'applicationUpdate', 'candidateMerge', 'interviewPlanTransition', 'openingCreate'),
  ...nothing('deleted_in_target', 'candidateDelete', 'offerDelete'),
  ...nothing('interview_details', 'interviewScheduleCreate', 'interviewScheduleUpdate'),
  ...nothing('configuration', 'jobPostingUpdate', 'jobPostingPublish', 'jobPostingUnpublish'),
  ...nothing('hris_push', 'pushToHRIS'),
  ...nothing('paperwork', 'signatureRequestUpdate', 'surveySubmit'),
]);

/** It may begin anywhere: a recruiter can add somebody straight to an interview. */
function submitted(one: Application, settings: AshbySettings, mapping: SystemMapping): Saying[] {
  const read = readFields(mapping, 'application', one);
  const received = withRead(event(ofApplication(one), 'application.received', one.createdAt), read);
  const place = placeOf(one, settings);
  const inFirst = place?.kind === 'stage' && place.states.some((state) => isWithin('active.received', state));
  return !place || inFirst ? [received] : [received, placed(one, settings, {})];
}

const hired = (one: Application, offer: unknown, mapping: SystemMapping): Saying =>
  withRead(inState(one, ['hired'], {}), readFields(mapping, 'offer', offer));

function placed(one: Application, settings: AshbySettings, data: Readonly<Record<string, unknown>>): Saying {
  const place = placeOf(one, settings);
  if (!place) return { kind: 'ignored', reason: 'no_stage' };
  if (place.kind === 'hired') return inState(one, ['hired'], data);
  if (place.kind === 'stage')
    return place.states.length === 0
      ? { kind: 'unmapped', what: 'stage', name: place.name, ref: one.id }
      : inState(one, place.states, data);
  const { as, reason } = place;
  if (!as) return { kind: 'unmapped', what: 'archive_reason', name: reason?.id ?? 'none', ref: one.id };
  const why = reason?.text ?? reason?.id ?? 'not given in Ashby';
  return inState(one, [as], { [as === 'rejected' ? 'rejection.reason' : 'withdrawal.reason']: why });
}

/** An offer that waits for the candidate was approved, if it had to be, and sent. */
function offerSays(one: Offer, created: boolean, mapping: SystemMapping): Saying[] {
  const at = one.latestVersion?.createdAt;
  const about = { machine: 'application', ref: one.applicationId } as const;
  const drafted = created ? [event(about, 'offer.drafted', at)] : [];
  const { acceptanceStatus, offerStatus } = one;
  if (acceptanceStatus === 'Accepted' || offerStatus === 'CandidateAccepted')
    return [...drafted, withRead(event(about, 'offer.accepted', one.decidedAt), readFields(mapping, 'offer', one))];
  if (acceptanceStatus === 'Declined' || offerStatus === 'CandidateRejected')
    return [...drafted, event(about, 'offer.declined', one.decidedAt)];
  if (acceptanceStatus === 'Cancelled' || offerStatus === 'OfferCancelled')
    return [...drafted, { kind: 'ignored', reason: 'offer_cancelled' }];
  if (offerStatus === 'WaitingOnCandidateResponse')
    return [...drafted, event(about, 'offer.approved', null), event(about, 'offer.extended', null)];
  if (one.latestVersion?.approvalStatus === 'Approved') return [...drafted, event(about, 'offer.approved', null)];
  return created ? drafted : [{ kind: 'ignored', reason: 'details_changed' }];
}

/** A job that was opened later was asked for and agreed to on the way: Ashby reports only that it changed. */
function jobSays(one: Job, created: boolean, settings: AshbySettings, mapping: SystemMapping): Saying[] {
  const { jobs } = settings;
  if (jobs) return [followedJob(one, jobs, readFields(mapping, 'job', one))];
  const about = { machine: 'requisition', ref: one.id } as const;
  if (one.status === 'Draft') return [event(about, 'requisition.drafted', one.createdAt)];
  // Filled, given up or only tidied away: Ashby does not say which.
  if (one.status !== 'Open') return [{ kind: 'ignored', reason: 'job_closed' }];
  const before = created ? [] : ['requisition.submitted', 'requisition.approved'];
  return [...before, 'requisition.opened'].map((type) => event(about, type, one.openedAt ?? one.createdAt));
}

/** Drafts may be ours, and then are not known by their ids yet: a job is spoken of from when it is open. */
function followedJob(one: Job, { closedMeans }: NonNullable<AshbySettings['jobs']>, read: FieldsRead): Saying {
  if (one.status === 'Draft') return { kind: 'ignored', reason: 'job_drafted' };
  if (one.status === 'Archived' || (one.status === 'Closed' && closedMeans === undefined))
    return { kind: 'ignored', reason: 'job_closed' };
  const again = one.status === 'Open' && one.closedAt ? { 'reopen.reason': 'opened again in Ashby' } : {};
  const stage: Event = {
    kind: 'event',
    machine: 'requisition',
    ref: one.id,
    claim: { kind: 'stage', targets: statesOfJob(one) },
    at: one.status === 'Open' ? (one.openedAt ?? one.createdAt) : one.closedAt,
    data: again,
  };
  return withRead(stage, read);
}

function about<Data>(
  schema: z.ZodType<Data>,
  say: (data: Data, settings: AshbySettings, mapping: SystemMapping) => Saying[],
): Say {
  return (data, settings, mapping) => {
    const parsed = schema.safeParse(data);
    return parsed.success ? say(parsed.data, settings, mapping) : null;
  };
}

/** With the values of its elements, and what the mapping kept out. */
const withRead = (one: Event, read: FieldsRead): Event => ({
  ...one,
  data: { ...one.data, ...read.data },
  ...keptOut(read),
});

function nothing(reason: string, ...names: string[]): [string, Say][] {
  return names.map((name) => [name, () => [{ kind: 'ignored', reason }]]);
}

interface About {
  machine: MachineName;
  ref: string;
  requisition?: string;
}

const event = (
  of: About,
  type: string,
  at: string | null | undefined,
  data: Readonly<Record<string, unknown>> = {},
): Event => ({ kind: 'event', ...of, claim: { kind: 'event', type }, at, data });

const inState = (one: Application, targets: readonly string[], data: Readonly<Record<string, unknown>>): Event => ({
  kind: 'event',
  ...ofApplication(one),
  claim: { kind: 'stage', targets },
  at: one.updatedAt,
  data,
});

const ofApplication = ({ id: ref, job }: Application): About => ({
  machine: 'application',
  ref,
  ...(job ? { requisition: job.id } : {}),
});
