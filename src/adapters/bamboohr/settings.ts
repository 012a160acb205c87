// What a BambooHR connection is told: the company, the field that holds our key, and which status stands for which state.
import { z } from 'zod';
import { fieldSetting } from '../../core/dictionary/field-setting.ts';

/** A BambooHR field alias (`homeEmail`, `customInterlockId`) or a field's number (`4321`, `4321.4`). */
const fieldName = z.string().regex(/^[A-Za-z0-9_.]{1,80}$/, 'is the alias or the number of a BambooHR field');
const statusLabel = z.string().min(1).max(100);

export const settingsSchema = z
  .object({
    /** `acme` of `https://acme.bamboohr.com`. */
    companyDomain: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/i, 'is the part before .bamboohr.com'),
    /** Only where the address is not `https://{companyDomain}.bamboohr.com/api/v1`. */
    baseUrl: z.url({ protocol: /^https?$/ }).optional(),
    /** The custom employee field that holds our subject id: BambooHR takes no idempotency key, so this is how one is found again. */
    keyField: fieldName,
    /** Where the candidate's e-mail goes; the same field is compared when looking for somebody who is there already. */
    emailField: z.enum(['homeEmail', 'workEmail']).default('homeEmail'),
    /** Element to BambooHR field, or to {field, codec, with}; beyond the names, the e-mail and the start date. */
    fields: z.record(z.string().max(100), fieldSetting(fieldName)).default({}),
    /** The field the statuses below are values of. `status` itself knows only Active and Inactive. */
    statusField: fieldName.default('employmentHistoryStatus'),
    statusOnAccepted: statusLabel.default('Pre-Hire'),
    /** Left out: HR chooses the status on the first day, and any other than the two here counts as hired. */
    statusOnHired: statusLabel.optional(),
    /** Left out: a withdrawal after acceptance is not written. */
    statusOnWithdrawn: statusLabel.optional(),
    /** Turn status changes of employees into events of the onboarding machine. */
    trackOnboarding: z.boolean().default(false),
    /** The value of `statusField` that says the new hire has started. */
    activeStatus: statusLabel.default('Full-Time'),
    /** Hear of the job openings of its applicant tracking, as requisitions. They are not written: the API changes none. */
    trackJobs: z.boolean().default(false),
    /** BambooHR's own applicant tracking: its status labels to our states. */
    stages: z.record(z.string().max(100), z.string().max(200)).default({}),
  })
  .strict();
export type BambooHrSettings = z.infer<typeof settingsSchema>;

export const states = { accepted: 'active.offer.accepted', hired: 'hired', withdrawn: 'withdrawn' } as const;

/** The API's root without a slash at its end. */
export function baseUrlOf(settings: BambooHrSettings): string {
  return (settings.baseUrl ?? `https://${settings.companyDomain}.bamboohr.com/api/v1`).replace(/\/+$/, '');
}

/** The status a state is written as; null where the state is shown without one, undefined where it is not shown at all. */
export function statusFor(settings: BambooHrSettings, state: string): string | null | undefined {
  if (state === states.accepted) return settings.statusOnAccepted;
  if (state === states.hired) return settings.statusOnHired ?? null;
  if (state === states.withdrawn) return settings.statusOnWithdrawn;
  return undefined;
}

/** The state an employee's status stands for; null where it stands for none of ours. */
export function stateOf(settings: BambooHrSettings, status: string | null, active: boolean): string | null {
  if (status === null) return null;
  if (status === settings.statusOnAccepted) return states.accepted;
  if (status === settings.statusOnWithdrawn) return states.withdrawn;
  if (settings.statusOnHired === undefined) return active ? states.hired : null;
  return status === settings.statusOnHired ? states.hired : null;
}
