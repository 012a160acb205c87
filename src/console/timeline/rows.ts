// Puts the entries of a timeline into rows and lanes: one row for one happening, with what it led to in each system beside it.
import type { Entry } from '../../services/reports/timeline-entry.ts';

/** Under this name stands what belongs to no one system. */
export const canonical = '';

export interface TimelineRow {
  /** ISO 8601. */
  at: string;
  /** By connection, or `canonical`. */
  cells: ReadonlyMap<string, readonly Entry[]>;
}

/** The newest first. An event, the transition that it made and the writes of that are one row. */
export function rowsOf(entries: readonly Entry[]): TimelineRow[] {
  const rows = new Map<string, { at: string; cells: Map<string, Entry[]> }>();
  for (const [place, entry] of entries.entries()) {
    const key = happeningOf(entry) ?? `${entry.at} ${place}`;
    const row = rows.get(key) ?? { at: entry.at, cells: new Map<string, Entry[]>() };
    rows.set(key, row);
    const lane = laneOf(entry);
    row.cells.set(lane, [...(row.cells.get(lane) ?? []), entry]);
    // The moment of the transition stands for all that it caused.
    if (entry.kind === 'transition') row.at = entry.at;
  }
  return [...rows.values()].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
}

function happeningOf(entry: Entry): string | null {
  if (entry.kind === 'transition') return `v${entry.version}`;
  if (entry.kind === 'event') return entry.version === null ? null : `v${entry.version}`;
  if (entry.kind === 'writeback' && (entry.cause === 'transition' || entry.cause === 'origin'))
    return `v${entry.version}`;
  return null;
}

/** The lane that an entry stands in. */
export function laneOf(entry: Entry): string {
  switch (entry.kind) {
    case 'event':
      return /^connection:(.+)$/.exec(entry.source)?.[1] ?? canonical;
    case 'transition':
    case 'approval':
      return canonical;
    case 'writeback':
    case 'echo':
    case 'reading':
      return entry.connection;
    case 'incident':
    case 'note':
    case 'action':
      return entry.connection ?? canonical;
  }
}
