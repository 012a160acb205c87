// What each Greenhouse webhook action says about an application, an offer or a job.
import type { z } from 'zod';
import { keptOut, readFields, type SystemMapping } from '../../core/dictionary/mapping.ts';
import type { MachineName } from '../../core/machine/definition.ts';
import type { TranslatedEvent } from '../port.ts';
import { statesOfStage } from '../stage-map.ts';
import {
  applicationPayload,
  jobPayload,
  offerPayload,
  type WebhookApplication,
  type WebhookJob,
  type WebhookOffer,
} from './payloads.ts';
import type { GreenhouseSettings } from './settings.ts';

/** One statement; `at` is the vendor's own time of it, where the payload has one. */
export type Saying =
  | (Omit<TranslatedEvent, 'externalId' | 'occurredAt'> & { at: string | null | undefined })
  | { kind: 'ignored'; reason: string }
  | { kind: 'unknown_stage'; stage: string };

type Data = Readonly<Record<string, unknown>>;

/** What a payload is read with: the settings, and the values of all its elements. */
interface Read {
  settings: GreenhouseSettings;
  data: Data;
}

/** Null for a payload that lacks what its action always carries. */
export type Action = (payload: unknown, settings: GreenhouseSettings, mapping: SystemMapping) => Saying[] | null;

export const actions: ReadonlyMap<string, Action> = new Map([
  ['new_candidate_application', ofPerson(received)],
  ['candidate_stage_change', ofPerson(stageChange)],
  ['reject_candidate', ofPerson(rejected)],
  ['unreject_candidate', ofPerson(reopened)],
  ['hire_candidate', ofPerson(hired)],
  [
    'unhire_candidate',
    ofPerson((application) => event(ofApplication(application), 'hire.reverted', application.last_activity_at)),
  ],
  ['offer_created', about('offer', offerPayload, (offer) => [event(ofOffer(offer), 'offer.drafted', null)])],
  ['offer_approved', about('offer', offerPayload, (offer) => [event(ofOffer(offer), 'offer.approved', null)])],
  ['offer_updated', about('offer', offerPayload, (offer, { data }) => [offerUpdated(offer, data)])],
  ['job_created', about('job', jobPayload, (payload) => [jobCreated(payload)])],
  ['job_approved', about('job', jobPayload, jobApproved)],
  ['job_updated', about('job', jobPayload, (payload, { settings }) => [jobUpdated(payload, settings)])],
  // Known, and nothing that a machine has an event for. The reason is what the ignored ones are counted under.
  ...nothing('ping', 'ping'),
  ...nothing('prospect', 'new_prospect_application'),
  ...nothing('details_changed', 'application_updated', 'update_candidate', 'merge_candidate'),
  ...nothing(
    'deleted_in_target',
    'delete_application',
    'delete_candidate',
    'candidate_anonymized',
    'offer_deleted',
    'interview_deleted',
    'scorecard_deleted',
    'job_deleted',
  ),
  ...nothing(
    'configuration',
    'job_interview_stage_deleted',
    'job_post_created',
    'job_post_updated',
    'job_post_deleted',
    'department_deleted',
    'office_deleted',
  ),
]);

function received(application: WebhookApplication, { data }: Read): Saying {
  if (application.prospect === true) return { kind: 'ignored', reason: 'prospect' };
  return event(
    ofApplication(application),
    'application.received',
    application.applied_at,
    only(data, 'candidate.', 'application.'),
  );
}

function stageChange(application: WebhookApplication, { settings }: Read): Saying {
  const stage = application.current_stage?.name;
  if (stage === undefined) return { kind: 'ignored', reason: 'no_stage' };
  const targets = statesOfStage(settings.stages, stage);
  if (targets.length === 0) return { kind: 'unknown_stage', stage };
  return inStage(ofApplication(application), targets, application.last_activity_at, {});
}

function rejected(application: WebhookApplication, { data }: Read): Saying {
  return inStage(ofApplication(application), ['rejected'], application.rejected_at ?? application.last_activity_at, {
    'rejection.reason': 'not given in Greenhouse',
    ...only(data, 'rejection.'),
  });
}

/** Greenhouse asks for no reason when a rejection is taken back. */
function reopened(application: WebhookApplication): Saying {
  return event(ofApplication(application), 'application.reopened', application.last_activity_at, {
    'reopen.reason': 'unrejected in Greenhouse',
  });
}

function hired(application: WebhookApplication, { data }: Read): Saying {
  return event(ofApplication(application), 'application.hired', application.offer?.resolved_at, only(data, 'offer.'));
}

function offerUpdated(offer: WebhookOffer, data: Data): Saying {
  if (offer.offer_status === 'Accepted') return event(ofOffer(offer), 'offer.accepted', offer.resolved_at, data);
  if (offer.offer_status === 'Rejected') return event(ofOffer(offer), 'offer.declined', offer.resolved_at);
  if (offer.offer_status === 'Created' && offer.sent_on) return event(ofOffer(offer), 'offer.extended', null);
  return { kind: 'ignored', reason: offer.offer_status === 'Deprecated' ? 'offer_deprecated' : 'details_changed' };
}

function jobCreated({ job }: WebhookJob): Saying {
  if (job.status === 'closed') return { kind: 'ignored', reason: 'job_closed' };
  if (job.status === 'open') return event(ofJob(job), 'requisition.opened', job.opened_at ?? job.created_at);
  return event(ofJob(job), 'requisition.drafted', job.created_at);
}

/** Greenhouse does not say why a job is closed: only the settings may say that it was filled. */
function jobUpdated({ job }: WebhookJob, { closedJobMeans }: GreenhouseSettings): Saying {
  if (job.status !== 'closed') return { kind: 'ignored', reason: 'details_changed' };
  if (closedJobMeans === undefined) return { kind: 'ignored', reason: 'job_closed' };
  return event(ofJob(job), 'requisition.filled', job.closed_at);
}

/** Greenhouse reports only the last approval: that it was asked for, and that the job is open now, goes with it. */
function jobApproved({ job, approval_flow: flow }: WebhookJob): Saying[] {
  if (flow?.approval_flow_type !== 'open_job') return [{ kind: 'ignored', reason: 'other_approval' }];
  const types = [
    'requisition.submitted',
    'requisition.approved',
    ...(job.status === 'open' ? ['requisition.opened'] : []),
  ];
  return types.map((type) => event(ofJob(job), type, null));
}

/** `object`: how the dictionary's mapping names this kind of payload. */
function about<Payload>(
  object: string,
  schema: z.ZodType<Payload>,
  say: (payload: Payload, read: Read) => Saying[],
): Action {
  return (payload, settings, mapping) => {
    const parsed = schema.safeParse(payload);
    if (!parsed.success) return null;
    const read = readFields(mapping, object, payload);
    // Told once, however many statements are made of the payload.
    return say(parsed.data, { settings, data: read.data }).map((one, index) =>
      one.kind === 'event' && index === 0 ? { ...one, ...keptOut(read) } : one,
    );
  };
}

function ofPerson(say: (application: WebhookApplication, read: Read) => Saying): Action {
  return about('application', applicationPayload, ({ application }, read) => [say(application, read)]);
}

/** The elements that the event is about; a payload repeats more. */
const only = (data: Data, ...groups: readonly string[]): Data =>
  Object.fromEntries(Object.entries(data).filter(([name]) => groups.some((group) => name.startsWith(group))));

function nothing(reason: string, ...names: string[]): [string, Action][] {
  return names.map((name) => [name, () => [{ kind: 'ignored', reason }]]);
}

interface About {
  machine: MachineName;
  ref: string;
  requisition?: string;
  profile?: string;
}

function event(
  of: About,
  type: string,
  at: string | null | undefined,
  data: Readonly<Record<string, unknown>> = {},
): Saying {
  return { kind: 'event', ...of, claim: { kind: 'event', type }, at, data };
}

function inStage(
  of: About,
  targets: readonly string[],
  at: string | null | undefined,
  data: Readonly<Record<string, unknown>>,
): Saying {
  return { kind: 'event', ...of, claim: { kind: 'stage', targets }, at, data };
}

function ofApplication({ id, jobs, job, candidate }: WebhookApplication): About {
  const requisition = jobs?.[0]?.id ?? job?.id;
  return {
    machine: 'application',
    ref: String(id),
    ...(candidate ? { profile: String(candidate.id) } : {}),
    ...(requisition === undefined ? {} : { requisition: String(requisition) }),
  };
}

function ofOffer({ application_id: id, job_id: job }: WebhookOffer): About {
  return { machine: 'application', ref: String(id), ...(job ? { requisition: String(job) } : {}) };
}

function ofJob({ id }: WebhookJob['job']): About {
  return { machine: 'requisition', ref: String(id) };
}
