// Moves connections from being watched to being written to: forward only through their gates, back at any time, and held when they fall short.
import { type Gate, gateDefaults, gateWords, type Phase, phases } from '../../core/deciding/gates.ts';
import { changeConnection } from '../../store/connections/connections.ts';
import {
  beginPhase,
  countOpenWrites,
  endHold,
  findWave,
  lockForWave,
  noteHold,
  type WaveRow,
} from '../../store/connections/waves.ts';
import type { Tx } from '../../store/database/database.ts';
import type { PilotScope } from '../../store/schema/waves.ts';
import { settleIncidents } from '../../store/settling/incidents.ts';
import type { Context } from '../context.ts';
import { inDecision } from '../settling/in-decision.ts';
import { type Actor, writeAudit } from '../write-audit.ts';
import { countWave } from './wave-figures.ts';
import { changedMeanwhile, isSame, momentOf, type WaveMoment } from './wave-moment.ts';

export interface PhaseRequest {
  connection: string;
  /** How it stood when this was decided; as it stands at the call, unless given. */
  seen?: WaveMoment | undefined;
  to: Phase;
  /** Whom the pilot is about; what it was before unless given. */
  pilot?: PilotScope | undefined;
  /** Bounds that differ from the defaults; those it had before unless given. */
  gates?: Readonly<Record<string, number>> | undefined;
  /** Let reconciliation put right what differs since it was watched. */
  catchUp?: boolean | undefined;
  /** Move on although a gate is not passed: why. Only for who may. */
  override?: { reason: string } | undefined;
  /** Why, in somebody's own words. */
  reason?: string | undefined;
  actor: Actor;
}

export type WaveChanged =
  | { ok: true }
  | { ok: false; code: 'unknown_connection' }
  /** Somebody else was first, or the automatic hold was. */
  | { ok: false; code: 'changed_meanwhile'; detail: string }
  | { ok: false; code: 'no_wave'; detail: string }
  | { ok: false; code: 'invalid_terms'; detail: string }
  | { ok: false; code: 'gate_not_passed'; gates: Gate[]; detail: string }
  | { ok: false; code: 'writes_open'; open: number; detail: string };

const ok: WaveChanged = { ok: true };
const unknown: WaveChanged = { ok: false, code: 'unknown_connection' };

export async function changePhase(context: Context, request: PhaseRequest): Promise<WaveChanged> {
  const { connection, to, override, actor } = request;
  return underLock(context, request, async (tx, row) => {
    const from: Phase = row?.phase ?? 'live';
    const refused = invalid(request) ?? (await refusal(tx, request, row, from));
    if (refused) return refused;
    const change = {
      phase: to,
      pilot: request.pilot ?? row?.pilot ?? {},
      gates: request.gates ?? row?.gates ?? {},
      catchUp: request.catchUp ?? row?.catch_up ?? false,
    };
    await beginPhase(tx, connection, change);
    if (row?.held_at) await letWriteAgain(tx, connection, `It went to ${to}`, actor.id);
    // Connections are read anew by their moment of change.
    await changeConnection(tx, connection, {});
    await writeAudit(tx, {
      actor,
      action: 'wave.changed',
      objectKind: 'connection',
      objectId: connection,
      detail: {
        from,
        to,
        pilot: change.pilot,
        catchUp: change.catchUp,
        ...(request.reason === undefined ? {} : { reason: request.reason }),
        ...(override ? { override: override.reason } : {}),
      },
    });
    return ok;
  });
}

function invalid({ gates, pilot, to }: PhaseRequest): WaveChanged | null {
  const wrong = Object.entries(gates ?? {}).find(
    ([name, value]) => !Object.hasOwn(gateDefaults, name) || !Number.isFinite(value) || value < 0,
  );
  if (wrong)
    return { ok: false, code: 'invalid_terms', detail: `"${wrong[0]}" is no bound of a gate, or not from 0 up` };
  const named = Object.values(pilot ?? {}).some((list) => list !== undefined && list.length > 0);
  return to === 'pilot' && pilot !== undefined && !named
    ? { ok: false, code: 'invalid_terms', detail: 'A pilot names regions, business units or requisition types' }
    : null;
}

async function refusal(
  tx: Tx,
  request: PhaseRequest,
  row: WaveRow | undefined,
  from: Phase,
): Promise<WaveChanged | null> {
  const { connection, to, override } = request;
  const steps = phases.indexOf(to) - phases.indexOf(from);
  if (steps < 0) {
    const open = await countOpenWrites(tx, connection);
    const detail = `${open} lanes still hold writes. Let them end or waive them, so that nothing is written after it`;
    return to === 'shadow' && open > 0 ? { ok: false, code: 'writes_open', open, detail } : null;
  }
  if (to === 'pilot' && steps > 0 && Object.keys(request.pilot ?? row?.pilot ?? {}).length === 0)
    return { ok: false, code: 'invalid_terms', detail: 'A pilot names regions, business units or requisition types' };
  if (steps === 0 || !row || override) return null;
  const failing = (await countWave(tx, row)).toAdvance.filter((gate) => !gate.passed);
  const skipped = steps > 1 ? '; pilot comes before live' : '';
  if (failing.length === 0 && steps === 1) return null;
  const detail = `${failing.map(gateWords).join('; ')}${skipped}`.replace(/^; /, '');
  return { ok: false, code: 'gate_not_passed', gates: failing, detail };
}

export interface HoldRequest {
  connection: string;
  /** As above. */
  seen?: WaveMoment | undefined;
  /** The gate that was breached, or `person`. */
  gate: string;
  detail: string;
  actor: Actor;
}

/** Writes wait from now on, in their order; an incident says so. What is in flight ends by itself. */
export async function holdWave(context: Context, request: HoldRequest): Promise<WaveChanged> {
  const { connection, gate, detail, actor } = request;
  return underLock(context, request, async (tx, row) => {
    if (!row || row.phase === 'shadow')
      return {
        ok: false,
        code: 'no_wave',
        detail: 'Only a pilot, or what is live after one, is held; "connection pause" stops any other',
      };
    if (!(await noteHold(tx, connection, gate, detail))) return ok;
    await changeConnection(tx, connection, { status: 'paused' });
    await context.records.openIncidents(tx, [
      {
        id: context.newId('inc'),
        kind: 'wave_held',
        key: `wave/${connection}`,
        subject_id: null,
        connection_id: connection,
        writeback_id: null,
        event_id: null,
        owner: 'integration',
        detail: { gate, phase: row.phase, found: detail },
      },
    ]);
    await writeAudit(tx, {
      actor,
      action: 'wave.held',
      objectKind: 'connection',
      objectId: connection,
      detail: { gate, found: detail },
    });
    return ok;
  });
}

/** Writes go on, in their order. Whether a breach is over is for the person to say; the next look judges anew. */
export async function resumeWave(
  context: Context,
  request: { connection: string; seen?: WaveMoment | undefined; reason: string; actor: Actor },
): Promise<WaveChanged> {
  const { connection, reason, actor } = request;
  return underLock(context, request, async (tx, row) => {
    if (!row?.held_at) return { ok: false, code: 'no_wave', detail: 'It is not held' };
    await endHold(tx, connection);
    await letWriteAgain(tx, connection, reason, actor.id);
    await writeAudit(tx, {
      actor,
      action: 'wave.resumed',
      objectKind: 'connection',
      objectId: connection,
      detail: { reason },
    });
    return ok;
  });
}

/** One after the other; whoever waited for the lock decided on what is not so any more, and nothing is written over it. */
async function underLock(
  context: Context,
  { connection, seen }: Pick<PhaseRequest, 'connection' | 'seen'>,
  work: (tx: Tx, row: WaveRow | undefined) => Promise<WaveChanged>,
): Promise<WaveChanged> {
  const decidedOn = seen ?? momentOf(await findWave(context.database.engine, connection));
  return inDecision(context, async (tx) => {
    if (!(await lockForWave(tx, connection))) return unknown;
    const row = await findWave(tx, connection);
    return isSame(decidedOn, momentOf(row)) ? work(tx, row) : changedMeanwhile(row);
  });
}

async function letWriteAgain(tx: Tx, connection: string, resolution: string, by: string): Promise<void> {
  await changeConnection(tx, connection, { status: 'active' });
  await settleIncidents(tx, [`wave/${connection}`], by, resolution);
}
