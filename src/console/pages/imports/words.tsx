// What is said of an import on both of its pages: how it stands, how it came, how fast.
import type { ImportState, ImportView } from '../../../services/imports/read-imports.ts';
import { Chip } from '../../parts/chip.tsx';
import { count, none } from '../../words.ts';

const states: Readonly<Record<ImportState, readonly [word: string, tone: 'plain' | 'good' | 'bad']>> = {
  running: ['Running', 'plain'],
  stopped: ['Stopped', 'bad'],
  done: ['Done', 'good'],
};

export function StateChip({ state }: { state: ImportState }) {
  const [word, tone] = states[state];
  return <Chip tone={tone}>{word}</Chip>;
}

export const kindWords: Readonly<Record<ImportView['format'], string>> = {
  csv: 'CSV file',
  ndjson: 'NDJSON file',
  parts: 'in parts, by the API',
};

/** The file's own name; where only its end is kept, the end. */
export const fileName = ({ source }: Pick<ImportView, 'source'>): string => source.split(/[/\\]/).at(-1) || source;

export const paceWords = (perSecond: number | null): string =>
  perSecond === null ? none : perSecond < 10 ? perSecond.toFixed(1) : count(perSecond);

export const paceMeaning =
  'Lines a second while it worked, from its first line to the last one so far. Pauses between runs, or between parts of the API, do not count.';
