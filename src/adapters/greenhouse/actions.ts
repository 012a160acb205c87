// What each Greenhouse webhook action says about an application, an offer or a job.
import type { z } from 'zod';
import type { MachineName } from '../../core/machine-definition.ts';
import type { TranslatedEvent } from '../port.ts';
import {
  applicationPayload,
  jobPayload,
  offerPayload,
  type WebhookApplication,
  type WebhookJob,
  type WebhookOffer,
} from './payloads.ts';
import { type GreenhouseSettings, statesOfStage } from './settings.ts';
import { day, instant, present } from './values.ts';

/** One statement; `at` is the vendor's own time of it, where the payload has one. */
export type Saying =
  | (Omit<TranslatedEvent, 'externalId' | 'occurredAt'> & { at: string | null | undefined })
  | { kind: 'ignored'; reason: string }
  | { kind: 'unknown_stage'; stage: string };

/** Null for a payload that lacks what its action always carries. */
export type Action = (payload: unknown, settings: GreenhouseSettings) => Saying[] | null;

export const actions: ReadonlyMap<string, Action> = new Map([
  ['new_candidate_application', about(applicationPayload, ({ application }) => [received(application)])],
  [
    'candidate_stage_change',
    about(applicationPayload, ({ application }, settings) => [stageChange(application, settings)]),
  ],
  ['reject_candidate', about(applicationPayload, ({ application }) => [rejected(application)])],
  ['unreject_candidate', about(applicationPayload, ({ application }) => [reopened(application)])],
  ['hire_candidate', about(applicationPayload, ({ application }) => [hired(application)])],
  [
    'unhire_candidate',
    about(applicationPayload, ({ application }) => [
      event(ofApplication(application), 'hire.reverted', application.last_activity_at),
    ]),
  ],
  ['offer_created', about(offerPayload, (offer) => [event(ofOffer(offer), 'offer.drafted', null)])],
  ['offer_approved', about(offerPayload, (offer) => [event(ofOffer(offer), 'offer.approved', null)])],
  ['offer_updated', about(offerPayload, (offer) => [offerUpdated(offer)])],
  ['job_created', about(jobPayload, (payload) => [jobCreated(payload)])],
  ['job_approved', about(jobPayload, jobApproved)],
  // Known, and nothing that a machine has an event for. The reason is what the ignored ones are counted under.
  ...nothing('ping', 'ping'),
  ...nothing('prospect', 'new_prospect_application'),
  ...nothing('details_changed', 'application_updated', 'update_candidate', 'merge_candidate', 'job_updated'),
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

function received(application: WebhookApplication): Saying {
  if (application.prospect === true) return { kind: 'ignored', reason: 'prospect' };
  const { candidate } = application;
  return event(
    ofApplication(application),
    'application.received',
    application.applied_at,
    present({
      'candidate.firstName': candidate?.first_name,
      'candidate.lastName': candidate?.last_name,
      'candidate.email': candidate?.email_addresses?.find((one) => one.value)?.value,
      'candidate.phone': candidate?.phone_numbers?.find((one) => one.value)?.value,
      'application.source': application.source?.name ?? application.source?.public_name,
      'application.appliedAt': instant(application.applied_at),
    }),
  );
}

function stageChange(application: WebhookApplication, settings: GreenhouseSettings): Saying {
  const stage = application.current_stage?.name;
  if (stage === undefined) return { kind: 'ignored', reason: 'no_stage' };
  const targets = statesOfStage(settings, stage);
  if (targets.length === 0) return { kind: 'unknown_stage', stage };
  return inStage(ofApplication(application), targets, application.last_activity_at, {});
}

function rejected(application: WebhookApplication): Saying {
  const reason =
    application.rejection_reason?.name ?? application.rejection_reason?.public_name ?? 'not given in Greenhouse';
  return inStage(ofApplication(application), ['rejected'], application.rejected_at ?? application.last_activity_at, {
    'rejection.reason': reason,
  });
}

/** Greenhouse asks for no reason when a rejection is taken back. */
function reopened(application: WebhookApplication): Saying {
  return event(ofApplication(application), 'application.reopened', application.last_activity_at, {
    'reopen.reason': 'unrejected in Greenhouse',
  });
}

function hired(application: WebhookApplication): Saying {
  const { offer } = application;
  return event(
    ofApplication(application),
    'application.hired',
    offer?.resolved_at,
    present({ 'offer.startDate': day(offer?.starts_at ?? offer?.start_date) }),
  );
}

function offerUpdated(offer: WebhookOffer): Saying {
  if (offer.offer_status === 'Accepted')
    return event(
      ofOffer(offer),
      'offer.accepted',
      offer.resolved_at,
      present({ 'offer.startDate': day(offer.start_date) }),
    );
  if (offer.offer_status === 'Rejected') return event(ofOffer(offer), 'offer.declined', offer.resolved_at);
  if (offer.offer_status === 'Created' && offer.sent_on) return event(ofOffer(offer), 'offer.extended', null);
  return { kind: 'ignored', reason: offer.offer_status === 'Deprecated' ? 'offer_deprecated' : 'details_changed' };
}

function jobCreated({ job }: WebhookJob): Saying {
  if (job.status === 'closed') return { kind: 'ignored', reason: 'job_closed' };
  if (job.status === 'open') return event(ofJob(job), 'requisition.opened', job.opened_at ?? job.created_at);
  return event(ofJob(job), 'requisition.drafted', job.created_at);
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

function about<Payload>(
  schema: z.ZodType<Payload>,
  say: (payload: Payload, settings: GreenhouseSettings) => Saying[],
): Action {
  return (payload, settings) => {
    const parsed = schema.safeParse(payload);
    return parsed.success ? say(parsed.data, settings) : null;
  };
}

function nothing(reason: string, ...names: string[]): [string, Action][] {
  return names.map((name) => [name, () => [{ kind: 'ignored', reason }]]);
}

interface About {
  machine: MachineName;
  ref: string;
  requisition?: string;
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

function ofApplication({ id, jobs, job }: WebhookApplication): About {
  const requisition = jobs?.[0]?.id ?? job?.id;
  return {
    machine: 'application',
    ref: String(id),
    ...(requisition === undefined ? {} : { requisition: String(requisition) }),
  };
}

function ofOffer({ application_id: id, job_id: job }: WebhookOffer): About {
  return { machine: 'application', ref: String(id), ...(job ? { requisition: String(job) } : {}) };
}

function ofJob({ id }: WebhookJob['job']): About {
  return { machine: 'requisition', ref: String(id) };
}
