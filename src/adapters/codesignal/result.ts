// Reads a session's result out of a payload, as elements of ours.
import { z } from 'zod';
import { type FieldsRead, readFields, type SystemMapping } from '../../core/dictionary/mapping.ts';

export type Result =
  | { ok: true; read: FieldsRead }
  | { ok: false; reason: 'score_missing' | 'score_scale_unknown' | 'score_above_maximum'; detail: string };

const withScore = z.looseObject({ score: z.number().min(0) });

/** A score whose maximum is not known says nothing, and is not guessed at. */
export function resultOf(payload: unknown, mapping: SystemMapping): Result {
  if (!withScore.safeParse(payload).success)
    return { ok: false, reason: 'score_missing', detail: 'This event always carries a "score" of 0 or more' };
  const read = readFields(mapping, 'result', payload);
  const wrong = read.faults.find(({ element }) => element === 'screening.score');
  if (wrong?.code === 'out_of_range')
    return { ok: false, reason: 'score_above_maximum', detail: '"score" is above "maxScore"' };
  if (read.data['screening.score'] === undefined)
    return {
      ok: false,
      reason: 'score_scale_unknown',
      detail: 'Without "maxScore" the score is a share of nothing known',
    };
  return { ok: true, read };
}
