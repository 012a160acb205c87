// How a wave stood when somebody looked at it: what is decided on that sight holds only while it still stands so.
import type { WaveRow } from '../../store/connections/waves.ts';

/** ISO 8601; `since`: when its phase began, null for a connection that was never in waves; `held`: when it was held, if it is. */
export interface WaveMoment {
  since: string | null;
  held: string | null;
}

export const momentOf = (row: Pick<WaveRow, 'phase_since' | 'held_at'> | undefined): WaveMoment => ({
  since: row?.phase_since.toISOString() ?? null,
  held: row?.held_at?.toISOString() ?? null,
});

export const isSame = (one: WaveMoment, other: WaveMoment): boolean =>
  one.since === other.since && one.held === other.held;

export const changedMeanwhile = (row: WaveRow | undefined) =>
  ({
    ok: false,
    code: 'changed_meanwhile',
    detail: `It was changed meanwhile: it is ${row?.phase ?? 'live'}${row?.held_at ? ', and held' : ''}. Look at how it stands now, and decide again`,
  }) as const;
