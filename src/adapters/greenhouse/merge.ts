// Greenhouse's "candidate merged": the record of one candidate is gone, and its applications belong to another from then on.
import { z } from 'zod';

const merged = z.looseObject({
  action: z.literal('merge_candidate'),
  payload: z.looseObject({
    person: z.looseObject({ id: z.number().int().positive(), new_candidate_id: z.number().int().positive() }),
  }),
});

/** Applications keep their ids. Source: developers.greenhouse.io/webhooks.html#candidate-merged. */
export function mergedProfiles(payload: unknown): { from: string; into: string } | null {
  const parsed = merged.safeParse(payload);
  if (!parsed.success) return null;
  const { id, new_candidate_id: into } = parsed.data.payload.person;
  return { from: String(id), into: String(into) };
}
