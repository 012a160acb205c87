// An application of BambooHR's own applicant tracking, as polled: its status label becomes a claim about our state.
import { z } from 'zod';
import { fingerprint } from '../../core/canonical-json.ts';
import { keptOut, readFields } from '../../core/dictionary/mapping.ts';
import type { TranslateContext, Translation } from '../port.ts';
import { jobPrefix } from './jobs.ts';
import type { BambooHrSettings } from './settings.ts';

const applicationSchema = z.object({
  id: z.union([z.number().int(), z.string().regex(/^\d{1,20}$/)]).transform(String),
  status: z.object({
    id: z.union([z.number(), z.string()]).transform(String),
    label: z.string(),
    dateChanged: z.iso.datetime({ offset: true }),
  }),
  applicant: z.looseObject({}),
  job: z.object({ id: z.union([z.number(), z.string()]).transform(String) }).nullish(),
});

/** True for the body of `GET /applicant_tracking/applications/{id}`; webhooks never look like it. */
export const looksLikeApplication = (payload: unknown): boolean =>
  typeof payload === 'object' && payload !== null && 'applicant' in payload && 'status' in payload;

/** In front of the ids of applications: employees have ids of their own. */
export const applicationPrefix = 'application/';

/** One claim, or a quarantine when the label has no state in the settings. `ref` is `application/<id>`: employees have ids of their own. */
export function translateApplication(payload: unknown, context: TranslateContext<BambooHrSettings>): Translation[] {
  const parsed = applicationSchema.safeParse(payload);
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join('.') ?? '';
    return [
      {
        kind: 'quarantined',
        externalId: `application:${fingerprint(payload).slice(0, 32)}`,
        reason: 'application_not_understood',
        detail: `The application's "${where}" is missing or of another kind`,
      },
    ];
  }
  const { id, status, job } = parsed.data;
  const externalId = `application:${id}:status:${status.id}:${status.dateChanged}`;
  const { stages } = context.settings;
  const target = Object.hasOwn(stages, status.label) ? stages[status.label] : undefined;
  if (target === undefined) {
    return [
      {
        kind: 'quarantined',
        externalId,
        reason: 'unknown_stage',
        stage: status.label,
        detail: `The status "${status.label}" (id ${status.id}) stands for no state; add it to the connection's stages and replay`,
      },
    ];
  }
  const read = readFields(context.mapping, 'application', payload);
  return [
    {
      kind: 'event',
      externalId,
      machine: 'application',
      ref: `${applicationPrefix}${id}`,
      by: 'ats',
      claim: { kind: 'stage', targets: [target] },
      occurredAt: new Date(status.dateChanged).toISOString(),
      data: read.data,
      ...keptOut(read),
      ...(job ? { requisition: `${jobPrefix}${job.id}` } : {}),
    },
  ];
}
