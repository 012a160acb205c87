// The parts of Greenhouse's webhook bodies that are read; everything else in them is passed over.
import { z } from 'zod';

const id = z.number().int().positive();
const text = z.string().nullish();
/** `source` has a `name` in some events and a `public_name` in others. */
const named = z.looseObject({ name: text, public_name: text }).nullish();
const contacts = z.array(z.looseObject({ value: text })).nullish();

const application = z.looseObject({
  id,
  prospect: z.boolean().nullish(),
  applied_at: text,
  rejected_at: text,
  last_activity_at: text,
  source: named,
  rejection_reason: named,
  /** Absent from `hire_candidate`, null once hired. */
  current_stage: z.looseObject({ name: z.string() }).nullish(),
  candidate: z
    .looseObject({ first_name: text, last_name: text, email_addresses: contacts, phone_numbers: contacts })
    .nullish(),
  jobs: z.array(z.looseObject({ id })).nullish(),
  job: z.looseObject({ id }).nullish().catch(null),
  offer: z.looseObject({ resolved_at: text, starts_at: text, start_date: text }).nullish(),
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
  start_date: text,
  offer_status: text,
});
export type WebhookOffer = z.infer<typeof offerPayload>;

export const jobPayload = z.looseObject({
  job: z.looseObject({ id, status: text, created_at: text, opened_at: text }),
  approval_flow: z.looseObject({ approval_flow_type: text }).nullish(),
});
export type WebhookJob = z.infer<typeof jobPayload>;

export const envelope = z.looseObject({ action: z.string().min(1).max(100), payload: z.unknown().optional() });
