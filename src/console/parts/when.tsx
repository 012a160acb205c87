// An instant: how long ago it is, with the exact time as a hint, for machines, and in print.
import { instant, none, relative } from '../words.ts';

/** `at` is ISO 8601, or null where there is none; `now` in ms. */
export function When({ at, now }: { at: string | null; now: number }) {
  if (at === null) return <span class="quiet">{none}</span>;
  return (
    <time datetime={at} title={instant(at)} class="when">
      {relative(at, now)}
    </time>
  );
}
