// What Greenhouse shows for one application, in its own words and in ours.
import { z } from 'zod';
import type { ReadResult } from '../apply.ts';
import { statesOfStage } from '../stage-map.ts';
import { call, type GreenhouseContext } from './client.ts';
import { stagesOf } from './stages.ts';

/** The parts of a Harvest v3 application that a write needs. */
export interface ApplicationNow {
  status: 'in_process' | 'rejected' | 'hired' | 'converted';
  jobId: number;
  /** Null unless in process. */
  stageId: number | null;
  stageName: string | null;
  rejectedAs: 'rejected' | 'withdrawn' | null;
  /** Custom fields by name key. */
  fields: Readonly<Record<string, unknown>>;
}

/** v1 and the list filter say `active` where v3 answers `in_process`. */
const status = z
  .enum(['in_process', 'active', 'rejected', 'hired', 'converted'])
  .transform((value) => (value === 'active' ? 'in_process' : value));
const applicationList = z.array(
  z.looseObject({
    id: z.number(),
    status,
    job_id: z.number().nullish(),
    // The row's own `stage_id` is an instance, not a stage of the job: a move would refuse it.
    job_interview_stage_id: z.number().nullish(),
    stage_name: z.string().nullish(),
    custom_fields: z.record(z.string(), z.unknown()).nullish().catch(null),
  }),
);
const rejectionList = z.array(z.looseObject({ rejection_reason_id: z.number().nullish() }));

type Row = z.infer<typeof applicationList>[number];
type Result = ReadResult<ApplicationNow>;

export async function readApplication(ref: string, context: GreenhouseContext): Promise<Result> {
  if (!/^\d{1,18}$/.test(ref)) return { kind: 'missing' };
  const answer = await call(context, 'GET', `/v3/applications?ids=${ref}`);
  if (answer.kind === 'answer' && answer.status === 404) return { kind: 'missing' };
  const parsed = answer.kind === 'answer' && answer.status === 200 ? applicationList.safeParse(answer.json) : undefined;
  if (!parsed?.success) return { kind: 'failed', answer };
  const row = parsed.data.find((one) => String(one.id) === ref);
  // A prospect has no job: nothing that could be moved.
  if (!row || row.job_id === null || row.job_id === undefined) return { kind: 'missing' };
  if (row.status === 'in_process') return inStage(row, row.job_id, context);
  if (row.status === 'rejected') return rejected(row, row.job_id, context);
  return shows(row, row.job_id, { stage: row.status, state: row.status === 'hired' ? 'hired' : null });
}

async function inStage(row: Row, jobId: number, context: GreenhouseContext): Promise<Result> {
  const listed = await stagesOf(context, jobId);
  if ('failed' in listed) return { kind: 'failed', answer: listed.failed };
  const named = row.stage_name?.trim();
  const stage = listed.stages.find((one) =>
    row.job_interview_stage_id ? one.id === row.job_interview_stage_id : one.name === named,
  );
  // The name in the row is newer than a list from a minute ago.
  const stageName = named ?? stage?.name ?? '';
  const states = statesOfStage(context.settings.stages, stageName);
  return shows(row, jobId, {
    stage: stageName,
    state: states[0] ?? null,
    states,
    stageName,
    stageId: row.job_interview_stage_id ?? stage?.id ?? null,
  });
}

async function rejected(row: Row, jobId: number, context: GreenhouseContext): Promise<Result> {
  const { withdrawnReasonId } = context.settings;
  if (withdrawnReasonId === undefined)
    return shows(row, jobId, { stage: 'rejected', state: 'rejected', rejectedAs: 'rejected' });
  const answer = await call(context, 'GET', `/v3/rejection_details?application_ids=${row.id}`);
  const parsed = answer.kind === 'answer' && answer.status === 200 ? rejectionList.safeParse(answer.json) : undefined;
  if (!parsed?.success) return { kind: 'failed', answer };
  const rejectedAs = parsed.data.at(-1)?.rejection_reason_id === withdrawnReasonId ? 'withdrawn' : 'rejected';
  return shows(row, jobId, { stage: 'rejected', state: rejectedAs, rejectedAs });
}

interface Place extends Partial<Pick<ApplicationNow, 'stageId' | 'stageName' | 'rejectedAs'>> {
  stage: string;
  state: string | null;
  states?: readonly string[];
}

function shows(
  row: Row,
  jobId: number,
  { stage, state, states, stageId = null, stageName = null, rejectedAs = null }: Place,
): Result {
  const fields = Object.fromEntries(
    Object.entries(row.custom_fields ?? {}).map(([key, field]) => [key, fieldValue(field)]),
  );
  return {
    kind: 'shows',
    reading: {
      stage,
      state,
      ...(states ? { states } : {}),
      native: { status: row.status, jobId, stageId, stageName, rejectedAs, fields },
    },
  };
}

/** A field is `{name, type, value}`. */
const fieldValue = (field: unknown): unknown =>
  field !== null && typeof field === 'object' && 'value' in field ? field.value : (field ?? null);
