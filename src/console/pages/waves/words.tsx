// What is said of a connection's wave: its phase, whom a pilot is about, each gate's figure beside its bound, and what is missing in words.
import type { Gate, Phase } from '../../../core/deciding/gates.ts';
import type { WaveView } from '../../../services/waves/read-waves.ts';
import { Chip } from '../../parts/chip.tsx';
import { none, percent, plural, span } from '../../words.ts';

const tones = { shadow: 'plain', pilot: 'warn', live: 'good', paused: 'bad' } as const;

export function PhaseChip({ wave: { phase, within } }: { wave: WaveView }) {
  return <Chip tone={tones[phase]}>{phase === 'paused' ? `held in ${within}` : phase}</Chip>;
}

export const phaseMeaning: Readonly<Record<Phase, string>> = {
  shadow: 'It is only watched: what would have been written is compared with what people do there.',
  pilot: 'It is written to for some; the rest is only watched.',
  live: 'It is written to for all.',
};

/** The lists of a pilot, as they are called in forms and read in sentences. */
export const scopeLists = [
  ['requisitionTypes', 'Types of requisition'],
  ['businessUnits', 'Business units'],
  ['regions', 'Regions'],
] as const;
export type ScopeList = (typeof scopeLists)[number][0];

export const pilotWords = ({ within, pilot }: WaveView): string => {
  if (within !== 'pilot') return none;
  const parts = scopeLists.flatMap(([list, title]) =>
    pilot[list] && pilot[list].length > 0 ? [`${title.toLowerCase()}: ${pilot[list].join(', ')}`] : [],
  );
  return parts.length === 0 ? 'everybody' : parts.join('; ');
};

interface GateWords {
  title: string;
  meaning: string;
}

const titles: Readonly<Record<Gate['name'], GateWords>> = {
  days: { title: 'Days in this phase', meaning: 'Whole days since the phase began' },
  volume: {
    title: 'Compared, or written',
    meaning: 'Watched: what could be compared with what people did. Written to: writes that ended in this phase',
  },
  matches: {
    title: 'Done by people alike',
    meaning: 'Of what would have been written and could be compared: how much people did by hand',
  },
  confirmed: {
    title: 'Confirmed',
    meaning: 'Of the writes that ended in this phase: how many the system was seen to show',
  },
  p95: {
    title: '95 of 100 shown within',
    meaning: 'From the moment the event was accepted to the moment the system was seen to show it',
  },
  drift: {
    title: 'Shows something else',
    meaning: 'Of the open subjects that were read there: how many show something else than their state',
  },
};

export const gateTitle = ({ name }: Gate): GateWords => titles[name];

/** A gate's figure or its bound in its own unit. */
export function gateFigure({ name }: Gate, value: number | null): string {
  if (value === null) return 'nothing yet';
  if (name === 'days' || name === 'volume') return String(Math.floor(value));
  return name === 'p95' ? span(value) : percent(value);
}

/** What is missing at a gate that is not passed. */
export function missingWords(gate: Gate, phase: Phase): string {
  const { name, found, demanded } = gate;
  const asked = gateFigure(gate, demanded);
  const now = gateFigure(gate, found);
  const left = Math.ceil(demanded - (found ?? 0));
  switch (name) {
    case 'days':
      return `${plural(left, 'more day')} in this phase`;
    case 'volume':
      return phase === 'shadow'
        ? `${plural(left, 'more comparison')} with what people do there`
        : `${plural(left, 'more write')} that ended`;
    case 'matches':
      return found === null
        ? `nothing could be compared yet: at least ${asked} must be alike`
        : `people did ${now} of it alike, and ${asked} is asked: look below at what was not done`;
    case 'confirmed':
      return found === null
        ? `no write has ended yet: at least ${asked} must be confirmed`
        : `${now} of the writes were confirmed, and ${asked} is asked: settle what was given up`;
    case 'p95':
      return found === null
        ? `no write was confirmed yet: 95 of 100 must be within ${asked}`
        : `95 of 100 writes are shown within ${now}, and ${asked} is asked`;
    case 'drift':
      return `${now} of what was read shows something else, and no more than ${asked} may: see Agreement`;
  }
}
