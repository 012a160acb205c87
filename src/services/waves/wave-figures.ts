// The figures that a wave's gates are about, all counted from the ledger's own rows.
import {
  type Gate,
  type Gates,
  gatesToAdvance,
  gatesWith,
  nextPhase,
  type Phase,
  type WaveFigures,
} from '../../core/deciding/gates.ts';
import { ageMs, countDrift, countWrites, type WaveRow } from '../../store/connections/waves.ts';
import type { Db } from '../../store/database/database.ts';
import { countShadows, type ShadowCount } from '../../store/reconcile/shadow-writes.ts';

const dayMs = 86_400_000;

export interface CountedWave {
  figures: WaveFigures;
  /** Per transition, what people did with what would have been written. */
  shadows: ShadowCount[];
  gates: Gates;
  /** What stands between this phase and the next. */
  toAdvance: Gate[];
  next: Phase | null;
}

export async function countWave(db: Db, row: WaveRow): Promise<CountedWave> {
  const { connection_id: connection, phase, phase_since: since } = row;
  const gates = gatesWith(row.gates);
  const shadows = phase === 'live' ? [] : await countShadows(db, connection, since);
  const figures = {
    days: (await ageMs(db, since)) / dayMs,
    ...(phase === 'shadow' ? comparedFigures(shadows) : await writtenFigures(db, connection, since)),
    driftShare: await driftShare(db, connection),
  };
  return { figures, shadows, gates, toAdvance: gatesToAdvance(phase, figures, gates), next: nextPhase(phase) };
}

/** Of writes born since a moment. */
export async function writtenFigures(
  db: Db,
  connection: string,
  since: Date,
): Promise<Omit<WaveFigures, 'days' | 'driftShare'>> {
  const { settled, confirmed, p95_ms: p95Ms } = await countWrites(db, connection, since);
  return { volume: settled, matchShare: null, confirmedShare: settled === 0 ? null : confirmed / settled, p95Ms };
}

export async function driftShare(db: Db, connection: string): Promise<number | null> {
  const { read, drifted } = await countDrift(db, connection);
  return read === 0 ? null : drifted / read;
}

function comparedFigures(shadows: readonly ShadowCount[]): Omit<WaveFigures, 'days' | 'driftShare'> {
  const sum = (of: (one: ShadowCount) => number): number => shadows.reduce((total, one) => total + of(one), 0);
  const [matches, misses] = [sum((one) => one.matches), sum((one) => one.misses)];
  const volume = matches + misses;
  return { volume, matchShare: volume === 0 ? null : matches / volume, confirmedShare: null, p95Ms: null };
}
