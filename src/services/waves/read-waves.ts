// How far every connection has come, as the CLI, the API and the page show it.
import type { Gate, Phase, WaveFigures } from '../../core/deciding/gates.ts';
import { listConnections } from '../../store/connections/connections.ts';
import { listWaves, type WaveRow } from '../../store/connections/waves.ts';
import type { PilotScope } from '../../store/schema/waves.ts';
import type { Context } from '../context.ts';
import { countWave } from './wave-figures.ts';

export interface WaveView {
  connection: string;
  /** `paused`: it is held. */
  phase: Phase | 'paused';
  /** The phase that it is held in, else the same. */
  within: Phase;
  /** ISO 8601; null for a connection that was never in waves. */
  since: string | null;
  pilot: PilotScope;
  catchUp: boolean;
  held: { at: string; gate: string; detail: string } | null;
  figures: WaveFigures;
  next: Phase | null;
  gates: Gate[];
  shadows: { event: string; target: string; matches: number; misses: number; overtaken: number; open: number }[];
}

/** Every connection that was not removed, by name. */
export async function readWaves(context: Context): Promise<WaveView[]> {
  const db = context.database.reports;
  const rows = new Map((await listWaves(db)).map((row) => [row.connection_id, row]));
  const views: WaveView[] = [];
  for (const { id } of await listConnections(db)) {
    const row = rows.get(id);
    views.push(row ? await viewOf(context, row) : simplyLive(id));
  }
  return views;
}

async function viewOf(context: Context, row: WaveRow): Promise<WaveView> {
  const { figures, shadows, toAdvance, next } = await countWave(context.database.reports, row);
  return {
    connection: row.connection_id,
    phase: row.held_at ? 'paused' : row.phase,
    within: row.phase,
    since: row.phase_since.toISOString(),
    pilot: row.pilot,
    catchUp: row.catch_up,
    held: row.held_at && {
      at: row.held_at.toISOString(),
      gate: row.held_gate ?? 'person',
      detail: row.held_detail ?? '',
    },
    figures,
    next,
    gates: toAdvance,
    shadows: shadows.map(({ event_type: event, target_state: target, matches, misses, overtaken, open }) => ({
      event,
      target,
      matches,
      misses,
      overtaken,
      open,
    })),
  };
}

const simplyLive = (connection: string): WaveView => ({
  connection,
  phase: 'live',
  within: 'live',
  since: null,
  pilot: {},
  catchUp: false,
  held: null,
  figures: { days: 0, volume: 0, matchShare: null, confirmedShare: null, p95Ms: null, driftShare: null },
  next: null,
  gates: [],
  shadows: [],
});
