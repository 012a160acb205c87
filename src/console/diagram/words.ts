// The words on a diagram: names and durations as people say them.
import type { SystemKind } from '../../core/machine/definition.ts';

/** `to_schedule` as "To schedule". */
export function title(key: string): string {
  const words = key.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The last part of a path: `active.screening.invited` as "Invited". */
export const titleOf = (path: string): string => title(path.slice(path.lastIndexOf('.') + 1));

export const systemWords: Readonly<Record<SystemKind, string>> = {
  ats: 'ATS',
  screening: 'Screening',
  scheduling: 'Scheduling',
  hris: 'HRIS',
  portal: 'Portal',
  operator: 'Interlock',
};

const units: readonly (readonly [ms: number, word: string])[] = [
  [7 * 86_400_000, 'week'],
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
];

/** Milliseconds in the largest unit that comes out even: "2 days", "4 hours". */
export function span(ms: number): string {
  for (const [size, word] of units) {
    const count = ms / size;
    if (Number.isInteger(count) && count > 0 && !(word === 'week' && count < 3))
      return `${count} ${word}${count === 1 ? '' : 's'}`;
  }
  return `${Math.round(ms / 1000)} seconds`;
}

/** A guard, short enough for a line beside an arrow. */
export function guardLabel(guard: { type: string; params?: Readonly<Record<string, string>> }): string {
  if (guard.type === 'requisitionSkips') return `[no ${(guard.params?.stage ?? '').replaceAll('_', ' ')}]`;
  if (guard.type === 'requisitionLive') return '[requisition live]';
  if (guard.type === 'liveRequisitionSkips')
    return `[requisition live, no ${(guard.params?.stage ?? '').replaceAll('_', ' ')}]`;
  return `[${guard.type}]`;
}
