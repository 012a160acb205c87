// What must hold before a connection moves on from one wave to the next, and what stops its writes. Pure: figures in, gates out.

export const phases = ['shadow', 'pilot', 'live'] as const;
export type Phase = (typeof phases)[number];

/** Every bound of a wave; a connection may have its own. Shares are 0 to 1. */
export const gateDefaults = {
  /** Whole days in the phase, and comparisons (shadow) or settled writes (pilot), before it may move on. */
  minDays: 7,
  minVolume: 100,
  /** Of what would have been written and was decided: how much people did by hand. */
  minMatchShare: 0.9,
  /** Of writes that ended: how many the system was seen to show. */
  minConfirmedShare: 0.99,
  /** From the transition to the confirmation, ms. */
  maxP95Ms: 300_000,
  /** Of the subjects that were read: how many show something else. */
  maxDriftShare: 0.05,
  /** Writes are stopped when, over `holdWindowMinutes` and at least `holdMinVolume` writes, less than this was confirmed … */
  holdConfirmedShare: 0.9,
  /** … or it took longer than this, or drift rose above that. */
  holdP95Ms: 1_800_000,
  holdDriftShare: 0.25,
  holdMinVolume: 20,
  holdWindowMinutes: 60,
} as const;

export type GateName = keyof typeof gateDefaults;
export type Gates = Readonly<Record<GateName, number>>;

export const gatesWith = (own: Readonly<Partial<Record<string, number>>>): Gates =>
  ({ ...gateDefaults, ...own }) as Gates;

/** Null where there is nothing to count. */
export interface WaveFigures {
  days: number;
  /** Shadow: what was compared. Pilot and live: writes that ended. */
  volume: number;
  matchShare: number | null;
  confirmedShare: number | null;
  p95Ms: number | null;
  driftShare: number | null;
}

export interface Gate {
  name: 'days' | 'volume' | 'matches' | 'confirmed' | 'p95' | 'drift';
  passed: boolean;
  /** What was found, and what is demanded, in the gate's unit; null: nothing to count yet. */
  found: number | null;
  demanded: number;
  /** `at_least` or `at_most`. */
  bound: 'at_least' | 'at_most';
}

/** The phase after this one; null after the last. */
export const nextPhase = (phase: Phase): Phase | null => phases[phases.indexOf(phase) + 1] ?? null;

/** What stands between a phase and the next. Without anything counted, a share or a time is not passed; drift is. */
export function gatesToAdvance(phase: Phase, figures: WaveFigures, gates: Gates): Gate[] {
  if (phase === 'live') return [];
  const time = [
    atLeast('days', figures.days, gates.minDays),
    atLeast('volume', figures.volume, gates.minVolume),
    atMost('drift', figures.driftShare ?? 0, gates.maxDriftShare),
  ];
  if (phase === 'shadow') return [...time, atLeast('matches', figures.matchShare, gates.minMatchShare)];
  return [
    ...time,
    atLeast('confirmed', figures.confirmedShare, gates.minConfirmedShare),
    atMost('p95', figures.p95Ms, gates.maxP95Ms),
  ];
}

/** Gates that are breached while writing; none while too little was written to tell. */
export function breaches(figures: Omit<WaveFigures, 'days' | 'matchShare'>, gates: Gates): Gate[] {
  if (figures.volume < gates.holdMinVolume) return [];
  return [
    atLeast('confirmed', figures.confirmedShare ?? 1, gates.holdConfirmedShare),
    atMost('p95', figures.p95Ms ?? 0, gates.holdP95Ms),
    atMost('drift', figures.driftShare ?? 0, gates.holdDriftShare),
  ].filter((gate) => !gate.passed);
}

/** What a gate says, for logs, incidents and refusals. */
export function gateWords({ name, found, demanded, bound }: Gate): string {
  const shown = (value: number): string => {
    if (name === 'days' || name === 'volume') return String(Math.floor(value));
    return name === 'p95' ? `${Math.round(value / 1_000)} s` : `${(value * 100).toFixed(1)} %`;
  };
  return `${titles[name]}: ${found === null ? 'nothing yet' : shown(found)}, ${bound === 'at_least' ? 'at least' : 'at most'} ${shown(demanded)}`;
}

const titles: Readonly<Record<Gate['name'], string>> = {
  days: 'days in this phase',
  volume: 'compared or written',
  matches: 'done by people as it would have been written',
  confirmed: 'confirmed writes',
  p95: 'confirmed within (95 %)',
  drift: 'subjects shown differently',
};

const atLeast = (name: Gate['name'], found: number | null, demanded: number): Gate => ({
  name,
  found,
  demanded,
  bound: 'at_least',
  passed: found !== null && found >= demanded,
});

const atMost = (name: Gate['name'], found: number | null, demanded: number): Gate => ({
  name,
  found,
  demanded,
  bound: 'at_most',
  passed: found !== null && found <= demanded,
});
