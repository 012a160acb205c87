// The stages of a job, read from Workable and kept for a minute: settings speak of names, moves of slugs.
import { z } from 'zod';
import type { VendorAnswer } from '../http.ts';
import { call, type WorkableContext } from './candidate.ts';

const keepMs = 60_000;
const jobsMax = 5_000;

const stageList = z.looseObject({
  stages: z.array(z.looseObject({ slug: z.string().min(1), name: z.string(), kind: z.string().nullish() })),
});
export type Stage = z.infer<typeof stageList>['stages'][number];

const known = new Map<string, { stages: Stage[]; at: number }>();

/** The slug of the one stage that is meant; Workable is asked again before it is said that there is none. */
export async function slugOf(
  context: WorkableContext,
  job: string,
  isMeant: (stage: Stage) => boolean,
): Promise<{ slug: string } | { refusal: string } | { failed: VendorAnswer }> {
  const key = `${context.connection} ${context.settings.baseUrl} ${job}`;
  const kept = known.get(key);
  if (kept && Date.now() - kept.at < keepMs && kept.stages.some(isMeant)) return pick(kept.stages.filter(isMeant));
  const answer = await call(context, 'GET', `/jobs/${job}/stages`);
  const parsed = answer.kind === 'answer' && answer.status === 200 ? stageList.safeParse(answer.json) : undefined;
  if (!parsed?.success) return { failed: answer };
  if (known.size >= jobsMax) known.clear();
  known.set(key, { stages: parsed.data.stages, at: Date.now() });
  return pick(parsed.data.stages.filter(isMeant));
}

function pick([stage, another]: Stage[]): { slug: string } | { refusal: string } {
  if (!stage) return { refusal: 'stage_not_found' };
  return another ? { refusal: 'stage_name_ambiguous' } : { slug: stage.slug };
}
