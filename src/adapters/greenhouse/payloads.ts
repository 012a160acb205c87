// The parts of Greenhouse's webhook bodies that say what happened to which thing; elements are read by the dictionary's mapping.
import { z } from 'zod';

const id = z.number().int().positive();
const text = z.string().nullish();
const application = z.looseObject({
  id,
  prospect: z.boolean().nullish(),
  applied_at: text,
  rejected_at: text,
  last_activity_at: text,
  /** Absent from `hire_candidate`, null once hired. */
  current_stage: z.looseObject({ name: z.string() }).nullish(),
  jobs: z.array(z.looseObject({ id })).nullish(),
  job: z.looseObject({ id }).nullish().catch(null),
  offer: z.looseObject({ resolved_at: text }).nullish(),
  candidate: z.looseObject({ id }).nullish().catch(null),
});
export type WebhookApplication = z.infer<typeof application>;
export const applicationPayload = z.looseObject({ application });

/** Offer events are flat. */
export const offerPayload = z.looseObject({
  id,
  application_id: id,
  job_id: id.nullish(),
  sent_on: text,
  resolved_at: text,
  offer_status: text,
});
export type WebhookOffer = z.infer<typeof offerPayload>;

export const jobPayload = z.looseObject({
  job: z.looseObject({ id, status: text, created_at: text, opened_at: text, closed_at: text }),
  approval_flow: z.looseObject({ approval_flow_type: text }).nullish(),
});
export type WebhookJob = z.infer<typeof jobPayload>;

export const envelope = z.looseObject({ action: z.string().min(1).max(100), payload: z.unknown().optional() });
