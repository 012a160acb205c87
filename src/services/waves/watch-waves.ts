// The sweeper's part in waves: compares what would have been written with what people did, and stops writes that fall short.
import { breaches, gatesWith, gateWords } from '../../core/deciding/gates.ts';
import { compareShadow } from '../../core/deciding/shadow.ts';
import { limits } from '../../core/limits.ts';
import { listWaves, type WaveRow } from '../../store/connections/waves.ts';
import {
  findOpenShadows,
  type SettledShadow,
  type ShadowPlace,
  settleShadows,
} from '../../store/reconcile/shadow-writes.ts';
import type { Context } from '../context.ts';
import { driftShare, writtenFigures } from './wave-figures.ts';
import { momentOf } from './wave-moment.ts';
import { holdWave } from './waves.ts';

/** Call once; the answer is one round, bounded. Where comparing has come to is kept from round to round. */
export function watchWaves(context: Context): () => Promise<number> {
  const places = new Map<string, ShadowPlace>();
  return async () => {
    let done = 0;
    for (const row of await listWaves(context.database.engine)) {
      done += await compareNext(context, row.connection_id, places);
      if (row.phase !== 'shadow' && row.held_at === null) await holdIfBreached(context, row);
    }
    return done;
  };
}

/** The next open ones of a connection; after the last it begins anew. Returns how many were settled. */
async function compareNext(context: Context, connection: string, places: Map<string, ShadowPlace>): Promise<number> {
  const db = context.database.engine;
  const open = await findOpenShadows(db, connection, places.get(connection) ?? null, limits.shadowRowsMax);
  const last = open.at(-1);
  if (last && open.length === limits.shadowRowsMax) places.set(connection, last);
  else places.delete(connection);
  const settled = open.flatMap((row): SettledShadow[] => {
    const { subject_id, connection_id, subject_version, event_type: event, target_state: target } = row;
    const compared = compareShadow({ ...row, event, target, ageMs: row.age_ms }, limits.shadowPatienceMs);
    return compared ? [{ subject_id, connection_id, subject_version, ...compared }] : [];
  });
  await settleShadows(db, settled);
  return settled.length;
}

async function holdIfBreached(context: Context, row: WaveRow): Promise<void> {
  const db = context.database.engine;
  const gates = gatesWith(row.gates);
  const windowStart = context.now() - gates.holdWindowMinutes * 60_000;
  const since = new Date(Math.max(windowStart, row.phase_since.getTime()));
  const written = await writtenFigures(db, row.connection_id, since);
  if (written.volume < gates.holdMinVolume) return;
  const [worst] = breaches({ ...written, driftShare: await driftShare(db, row.connection_id) }, gates);
  if (!worst) return;
  const detail = gateWords(worst);
  // If it was changed since it was counted, the next round counts anew.
  const held = await holdWave(context, {
    connection: row.connection_id,
    seen: momentOf(row),
    gate: worst.name,
    detail,
    actor: { kind: 'system', id: 'interlock' },
  });
  if (held.ok)
    context.log.error(
      { connection: row.connection_id, gate: worst.name },
      'writes were stopped: a wave fell short of its gate',
    );
}
