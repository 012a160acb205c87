// The stages of a job, read from Greenhouse and kept for a minute: ids differ per job, names are what settings speak of.
import { z } from 'zod';
import type { VendorAnswer } from '../http.ts';
import { call, type GreenhouseContext } from './client.ts';

const keepMs = 60_000;
const jobsMax = 5_000;

const stageList = z.array(z.looseObject({ id: z.number(), name: z.string(), active: z.boolean().optional() }));
export interface Stage {
  id: number;
  name: string;
}

const known = new Map<string, { stages: Stage[]; at: number }>();

/** The job's active stages. `fresh` asks Greenhouse even if a minute has not passed. */
export async function stagesOf(
  context: GreenhouseContext,
  jobId: number,
  fresh = false,
): Promise<{ stages: Stage[]; fresh: boolean } | { failed: VendorAnswer }> {
  const key = `${context.connection} ${context.settings.baseUrl} ${jobId}`;
  const kept = known.get(key);
  if (kept && !fresh && Date.now() - kept.at < keepMs) return { stages: kept.stages, fresh: false };
  const answer = await call(context, 'GET', `/v3/job_interview_stages?job_ids=${jobId}&per_page=500`);
  const parsed = answer.kind === 'answer' && answer.status === 200 ? stageList.safeParse(answer.json) : undefined;
  if (!parsed?.success) return { failed: answer };
  const stages = parsed.data
    .filter((stage) => stage.active !== false)
    .map(({ id, name }) => ({ id, name: name.trim() }));
  if (known.size >= jobsMax) known.clear();
  known.set(key, { stages, at: Date.now() });
  return { stages, fresh: true };
}

/** The id of a stage by its name; asks Greenhouse again before it says that there is none. */
export async function stageNamed(
  context: GreenhouseContext,
  jobId: number,
  name: string,
): Promise<{ id: number } | { refusal: string } | { failed: VendorAnswer }> {
  const first = await stagesOf(context, jobId);
  if ('failed' in first) return first;
  if (first.stages.some((stage) => stage.name === name) || first.fresh) return pick(first.stages, name);
  const second = await stagesOf(context, jobId, true);
  return 'failed' in second ? second : pick(second.stages, name);
}

function pick(stages: Stage[], name: string): { id: number } | { refusal: string } {
  const [stage, another] = stages.filter((one) => one.name === name);
  if (!stage) return { refusal: 'stage_not_found' };
  return another ? { refusal: 'stage_name_ambiguous' } : { id: stage.id };
}
