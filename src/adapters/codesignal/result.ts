// Reads a session's result out of a payload, as elements of ours.
import { z } from 'zod';
import { limits } from '../../core/limits.ts';

/** Element to JSON Pointer into the payload, with the conversion where there is one. */
const fields = {
  /** Share of `/maxScore`: 900 of 1000 is 90. Never the coding score, whose scale is another. */
  'screening.score': '/score',
  'screening.scoreMax': '/maxScore',
  /** Without its access token: who opens it signs in at CodeSignal. */
  'screening.reportUrl': '/url',
} as const;

const resultSchema = z.looseObject({
  score: z.number().min(0),
  maxScore: z.number().positive(),
  url: z
    .url({ protocol: /^https$/ })
    .max(limits.stringCharsMax)
    .optional()
    .catch(undefined),
});

export type Result =
  | { ok: true; elements: Readonly<Record<string, unknown>> }
  | { ok: false; reason: 'score_missing' | 'score_scale_unknown' | 'score_above_maximum'; detail: string };

/** A score whose maximum is not known says nothing, and is not guessed at. */
export function resultOf(payload: unknown): Result {
  const parsed = resultSchema.safeParse(payload);
  if (!parsed.success)
    return parsed.error.issues.some((issue) => issue.path[0] === 'score')
      ? { ok: false, reason: 'score_missing', detail: 'This event always carries a "score" of 0 or more' }
      : {
          ok: false,
          reason: 'score_scale_unknown',
          detail: 'Without "maxScore" the score is a share of nothing known',
        };
  const { score, maxScore, url } = parsed.data;
  if (score > maxScore) return { ok: false, reason: 'score_above_maximum', detail: '"score" is above "maxScore"' };
  const values: Record<keyof typeof fields, unknown> = {
    'screening.score': Math.round((10_000 * score) / maxScore) / 100,
    'screening.scoreMax': maxScore,
    'screening.reportUrl': url === undefined ? undefined : withoutToken(url),
  };
  return { ok: true, elements: Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) };
}

function withoutToken(address: string): string {
  const url = new URL(address);
  url.searchParams.delete('accessToken');
  return url.href;
}
