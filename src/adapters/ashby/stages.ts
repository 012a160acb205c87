// The stages of an interview plan, as Ashby lists them.
import { z } from 'zod';
import type { VendorAnswer } from '../http.ts';
import { createStageLists, type FetchStages } from '../stage-lists.ts';
import { type AshbyContext, call, resultsOf } from './client.ts';

const stageList = z.array(z.object({ id: z.string(), title: z.string(), type: z.string() }));
export type PlanStage = z.infer<typeof stageList>[number];

const lists = createStageLists<PlanStage>();

/** The one stage of the plan that is meant. */
export const stageOfPlan = (
  context: AshbyContext,
  interviewPlanId: string,
  meant: (stage: PlanStage) => boolean,
): Promise<PlanStage | { refusal: string } | { failed: VendorAnswer }> =>
  lists.find(
    `${context.connection} ${context.settings.baseUrl} ${interviewPlanId}`,
    ask(context, interviewPlanId),
    meant,
  );

const ask =
  (context: AshbyContext, interviewPlanId: string): FetchStages<PlanStage> =>
  async () => {
    const answer = await call(context, 'interviewStage.list', { interviewPlanId });
    const parsed = stageList.safeParse(resultsOf(answer));
    return parsed.success ? parsed.data : { failed: answer };
  };
