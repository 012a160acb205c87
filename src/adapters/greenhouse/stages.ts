// The stages of a job, as Greenhouse lists them.
import { z } from 'zod';
import type { VendorAnswer } from '../http.ts';
import { createStageLists, type FetchStages } from '../stage-lists.ts';
import { call, type GreenhouseContext } from './client.ts';

const stageList = z.array(z.looseObject({ id: z.number(), name: z.string(), active: z.boolean().optional() }));
export interface Stage {
  id: number;
  name: string;
}

const lists = createStageLists<Stage>();

/** The job's active stages, at most a minute old. */
export const stagesOf = (
  context: GreenhouseContext,
  jobId: number,
): Promise<{ stages: Stage[] } | { failed: VendorAnswer }> => lists.list(keyOf(context, jobId), ask(context, jobId));

/** The stage with that name. */
export const stageNamed = (
  context: GreenhouseContext,
  jobId: number,
  name: string,
): Promise<Stage | { refusal: string } | { failed: VendorAnswer }> =>
  lists.find(keyOf(context, jobId), ask(context, jobId), (stage) => stage.name === name);

const keyOf = ({ connection, settings }: GreenhouseContext, jobId: number): string =>
  `${connection} ${settings.baseUrl} ${jobId}`;

const ask =
  (context: GreenhouseContext, jobId: number): FetchStages<Stage> =>
  async () => {
    const answer = await call(context, 'GET', `/v3/job_interview_stages?job_ids=${jobId}&per_page=500`);
    const parsed = answer.kind === 'answer' && answer.status === 200 ? stageList.safeParse(answer.json) : undefined;
    if (!parsed?.success) return { failed: answer };
    return parsed.data.filter((stage) => stage.active !== false).map(({ id, name }) => ({ id, name: name.trim() }));
  };
