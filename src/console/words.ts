// Figures, spans and instants as people read them; every page says them the same way.

const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** What stands where there is nothing to say. */
export const none = '–';

export const count = (value: number): string => whole.format(value);

/** A share of 1 as "98.6 %"; never rounded up to a whole that it is not. */
export function percent(share: number | null): string {
  if (share === null) return none;
  const shown = share < 1 ? Math.min(Math.floor(share * 1_000) / 10, 99.9) : 100;
  return `${tenths.format(shown)} %`;
}

const day = 86_400_000;
const units: readonly (readonly [ms: number, word: string])[] = [
  [day, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];

/** "320 ms", "4.2 s", "3 min", "5 h", "2 d 3 h": two figures that matter. */
export function span(ms: number | null): string {
  if (ms === null) return none;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${tenths.format(ms / 1_000)} s`;
  const at = units.findIndex(([size]) => ms >= size);
  const [size, word] = units[at] ?? [1_000, 's'];
  const first = Math.floor(ms / size);
  const next = units[at + 1];
  const rest = next && first < 10 ? Math.floor((ms - first * size) / next[0]) : 0;
  return next && rest > 0 ? `${first} ${word} ${rest} ${next[1]}` : `${first} ${word}`;
}

/** "3 min ago", "in 2 h". */
export function relative(at: string, now: number): string {
  const ms = now - Date.parse(at);
  if (Math.abs(ms) < 5_000) return 'just now';
  return ms > 0 ? `${coarse(ms)} ago` : `in ${coarse(-ms)}`;
}

/** "2026-11-22 03:14:05 UTC". */
export const instant = (at: string): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** `late_against_sla` as "Late against sla". */
export function sentence(code: string): string {
  const words = code.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

function coarse(ms: number): string {
  const [size, word] = units.find(([unit]) => ms >= unit) ?? [1_000, 's'];
  return `${Math.floor(ms / size)} ${word}`;
}
